"""Any page with methods and paths, and tables of parameters with a title for each column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from ..blocks import Block, CodeBlock, Heading, Paragraph, Row, Table, blocks_of, plain
from ..code_blocks import json_of
from ..facts import ErrorRow, Field, Host, Operation, PageFacts, Remark, Response, Site
from ..inference import infer_fields, merge_inferred, merge_within
from ..labels import group_of, is_boilerplate, is_label
from ..page import Page
from ..routes import Route, SplitRoute, route_in
from ..tables import columns_of, field_of_cells

_NESTING = re.compile(r"^((?:[>»└├│─+\-·•∟↳]|&nbsp;|&emsp;|&gt;|\s)*)(.*)$", re.DOTALL)
_MARKS = re.compile(r"[>»└∟↳+\-·•]|&gt;|&emsp;")
_CODE_OF_ROUTES = {"", "http", "text", "txt", "plaintext", "none", "url", "rest"}
_STATUS = re.compile(r"HTTP/[\d.]+ (\d{3})")


def read_page(page: Page) -> PageFacts | None:
    """Return the facts of a page that has a route and a table of parameters or a JSON example."""
    facts = _Reader(page).read()
    return facts if facts.operations else None


class _Reader:
    def __init__(self, page: Page) -> None:
        self.page = page
        chinese = len(re.findall(r"[\u4e00-\u9fff]", page.text))
        self.site = Site("", "none")
        self.facts = PageFacts(
            "parameter_tables", "zh" if chinese * 8 > len(page.text) else "en", self.site
        )
        title, line = page.front_matter.get("title", ("", 0))
        self.heading = Heading(title, 0, line)
        self.text: list[Paragraph] = []
        self.split = SplitRoute()
        self.group = "request"
        self.operation: Operation | None = None
        self.title = self.heading
        """Heading of the operation."""
        self.response: list[Field] = []
        self.is_list = False
        self.has_response = False

    def read(self) -> PageFacts:
        for block in blocks_of(self.page):
            match block:
                case Heading():
                    self._heading(block)
                case Paragraph():
                    self._paragraph(block)
                case CodeBlock():
                    self._code(block)
                case Table():
                    self._table(block)
        self._end()
        return self.facts

    def _read(self, block: Block) -> None:
        if isinstance(block, Heading | Row):
            self.facts.lines_read.append(block.line)
        elif isinstance(block, Paragraph | CodeBlock):
            self.facts.lines_read += range(block.line, block.end + 1)

    # blocks

    def _heading(self, heading: Heading) -> None:
        route = route_in(heading.text)
        if route is not None:
            title = route.rest or self.heading.text
            self._start(route, Heading(title, heading.level, heading.line))
            return
        if is_boilerplate(heading.text):
            self.group = group_of(heading.text) or self.group
            self._read(heading)
            return
        if self.operation is not None and heading.level <= self.title.level:
            self._end()
        self.heading, self.text = heading, []  # of the operation that may follow
        if self.operation is None:
            self.group = "request"
        else:
            self.group = group_of(heading.text) or self.group

    def _paragraph(self, paragraph: Paragraph) -> None:
        lines = paragraph.text.split("\n")
        if len(lines) > 1 and any(is_label(each, plain(each)) and group_of(each) for each in lines):
            for at, each in enumerate(lines, paragraph.line):
                self._paragraph(Paragraph(each, at, at))
            return
        words = plain(paragraph.text)
        route = route_in(paragraph.text) if len(words) < 300 else None
        if route is not None and len(route.rest) > 2 * len(route.path) + 60:
            route = None  # a sentence that names another operation
        route = route or (self.split.add(words) if len(words) < 300 else None)
        if route is not None:
            if self.operation is None or not _is_same(self.operation, route):
                self._start(route, self.heading, paragraph.line)
            self._read(paragraph)
            return
        if is_label(paragraph.text, words):
            group = group_of(words)
            if group is not None:
                self.group = group
                self._read(paragraph)
                return
        if words and not paragraph.text.startswith(("<", "import ", "export ", ":::")):
            if self.operation is None:
                self.text.append(paragraph)
            elif (
                self.heading is self.title
                and self.group == "request"
                and not self._has_parameters()
                and len(self.text) < 3
            ):
                self.text.append(paragraph)
                self._describe(self.operation)

    def _code(self, code: CodeBlock) -> None:
        text = code.text.strip()
        first = text.split("\n", 1)[0].strip()
        route = route_in(first) if first[:8].split(" ")[0].isupper() else None
        if route is not None and code.language in _CODE_OF_ROUTES:
            if self.operation is None or not _is_same(self.operation, route):
                self._start(route, self.heading, code.line)
            self._read(code)
            _, _, text = text.partition("\n\n")
        status = _STATUS.match(text)
        if status is not None:
            self.group = "response" if status[1].startswith("2") else "error"
            _, _, text = text.partition("\n\n")
        if self.operation is None or self.group == "error":
            return
        value = json_of(text)
        if value is None:
            return
        self._read(code)
        self._example(value, code.line)

    def _table(self, table: Table) -> None:
        columns = columns_of([plain(each) for each in table.head.cells])
        if columns is None and self._route_of_table(table):
            return
        if columns is None or self.operation is None:
            self._remark(table.head.line, "table", ", ".join(map(plain, table.head.cells)))
            return
        self.facts.lines_read.append(table.head.line)
        if "code" in columns and "name" not in columns and "type" not in columns:
            for row in table.rows:
                self._error(columns, row)
            return
        fields: list[Field] = []
        parents: list[tuple[int, Field]] = []
        for row in table.rows:
            self._row(columns, row, fields, parents)
        if fields:
            self._add(fields, columns)

    def _route_of_table(self, table: Table) -> bool:
        """Start the operations that a table lists as method and path, or in rows of two cells; return whether there are any."""
        found = False
        for row in (table.head, *table.rows):
            words = [plain(each) for each in row.cells]
            text = " ".join(words)
            route = route_in(text) if len(text) < 300 else None
            if route is None and len(words) == 2:
                route = self.split.add(": ".join(words))
            if route is not None and (
                self.operation is None or not _is_same(self.operation, route)
            ):
                self._start(route, self.heading, row.line)
                found = True
        return found

    # facts of an operation

    def _start(self, route: Route, heading: Heading, line: int = 0) -> None:
        self._end()
        title = heading.text or plain(self.page.front_matter.get("title", ("", 0))[0])
        line = line or heading.line
        operation = Operation(route.method, route.path, line, title)
        operation.lines = {"title": heading.line or line}
        self.operation, self.group = operation, "request"
        self.heading = self.title = heading
        self.response, self.is_list, self.has_response = [], False, False
        self._describe(operation)
        if route.host and route.host not in {each.url for each in self.site.hosts}:
            self.site.hosts.append(Host(route.host.replace("http://", "https://"), line))

    def _describe(self, operation: Operation) -> None:
        paragraphs = [plain(each.text) for each in self.text[:3]]
        operation.description = "\n\n".join(paragraphs)
        if self.text:
            operation.lines["description"] = self.text[0].line
            for each in self.text[:3]:
                self._read(each)

    def _has_parameters(self) -> bool:
        operation = self.operation
        return operation is not None and bool(
            operation.query or operation.body or operation.headers or operation.path_fields
        )

    def _row(
        self,
        columns: Sequence[str],
        row: Row,
        fields: list[Field],
        parents: list[tuple[int, Field]],
    ) -> None:
        words = list(row.cells)
        at = columns.index("name")
        if at >= len(words):
            return
        nesting = _NESTING.match(words[at].strip())
        assert nesting is not None
        depth = len(_MARKS.findall(nesting[1]))
        words[at] = nesting[2]
        cleaned = [plain(each) for each in words]
        cleaned[at] = cleaned[at].strip("` ")
        found = field_of_cells(columns, cleaned, row.line)
        if found is None:
            self._remark(row.line, "row", " | ".join(cleaned)[:80])
            return
        while parents and parents[-1][0] >= depth:
            parents.pop()
        dotted = re.sub(r"\[\d*\]|\.\d+(?=\.)", "", found.name)
        parent = parents[-1][1] if depth and parents else None
        if parent is None and "." in dotted:
            *path, name = dotted.split(".")
            parent = _named(fields, path)
            if parent is not None:
                found.name = name
        found.name = re.sub(r"\[\d*\]$", "", found.name)
        (fields if parent is None else parent.fields).append(found)
        if parent is not None and parent.kind == "json":
            parent.kind = "object"
        parents.append((depth, found))

    def _add(self, fields: list[Field], columns: Sequence[str]) -> None:
        operation = self.operation
        assert operation is not None
        group = self.group
        if group == "response":
            self.has_response = True
            if "required" not in columns:
                for each in fields:
                    each.required = False
            self.response = _merged(self.response, fields)
            return
        if group == "error":
            return
        in_path: list[Field] = []
        for each in fields:
            name = re.sub(r"\W+", "_", each.name).strip("_")  # as in the route
            if f"{{{name}}}" in operation.path and group in {"path", "request", "query"}:
                each.name = name
                in_path.append(each)
        operation.path_fields = _merged(operation.path_fields, in_path)
        others = [each for each in fields if each not in in_path]
        if group == "header":
            operation.headers = _merged(operation.headers, _scalars(others))
        elif group == "query" or (
            operation.method in {"GET", "DELETE", "HEAD"} and group != "body"
        ):
            operation.query = _merged(operation.query, _scalars(others))
        elif others and group != "path":
            operation.body = _merged(operation.body or [], others)

    def _error(self, columns: Sequence[str], row: Row) -> None:
        assert self.operation is not None
        words = dict(zip(columns, map(plain, row.cells), strict=False))
        code, status = words.get("code", "").strip("`"), words.get("status", "").strip("`")
        if not re.fullmatch(r"-?\w+", code):
            self._remark(row.line, "row", " | ".join(map(plain, row.cells))[:80])
            return
        reason = words.get("reason") or words.get("text", "")
        is_status = re.fullmatch(r"[45]\d\d", status)
        error = ErrorRow(
            code, row.line, int(status) if is_status else 0, reason, words.get("remedy", "")
        )
        if error.code not in {each.code for each in self.operation.errors}:
            self.operation.errors.append(error)

    def _example(self, value: object, line: int) -> None:
        operation = self.operation
        assert operation is not None
        items = cast("list[object]", value) if isinstance(value, list) else None
        parts: list[object] = [value] if items is None else items
        maps = [cast("dict[str, object]", each) for each in parts if isinstance(each, dict)]
        if not maps:
            if self.group == "response" and not self.response:
                self.has_response = True
            return
        inferred = infer_fields(maps[0], self.page.lines, line)
        if self.group == "response":
            if not self.response:
                self.is_list = items is not None
            if self.is_list is (items is not None):
                self.has_response = True
                self.response = merge_within(self.response, inferred)
        elif operation.method not in {"GET", "DELETE", "HEAD"} and items is None:
            known = {each.name for each in (*operation.query, *operation.path_fields)}
            added = [each for each in inferred if each.name not in known]
            operation.body = merge_inferred(operation.body or [], added)

    def _remark(self, line: int, construct: str, text: str) -> None:
        self.facts.remarks.append(Remark(line, "left out", construct, f"`{text}`"))

    def _end(self) -> None:
        operation, self.operation = self.operation, None
        self.text = []
        if operation is None:
            return
        names = {each.name for each in operation.path_fields}
        for name in re.findall(r"\{(\w+)\}", operation.path):
            if name not in names:
                operation.path_fields.append(Field(name, operation.line, basis="inferred"))
        response = Response(200, operation.line, self.response, is_list=self.is_list)
        if not self.response:
            response.is_json, response.is_list = operation.method != "HEAD", False
            response.basis = "stated" if self.has_response else "guessed"
        operation.responses = [response]
        known = self.facts.operations
        at = next((at for at, each in enumerate(known) if each.name == operation.name), None)
        if at is None:
            known.append(operation)
            return
        shorter, longer = sorted((known[at], operation), key=lambda each: each.size)
        known[at] = longer
        self._remark(
            shorter.line, "operation", f"{shorter.name} is described twice; the longer one counts"
        )


def _is_same(operation: Operation, route: Route) -> bool:
    """Return whether a route is that of the operation, perhaps with values for its variables."""
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation.path))
    return operation.method == route.method and bool(
        re.fullmatch(pattern, route.path) or route.path == operation.path
    )


def _named(fields: Sequence[Field], path: Sequence[str]) -> Field | None:
    found: Field | None = None
    for name in path:
        found = next((each for each in fields if each.name == name), None)
        if found is None:
            return None
        fields = found.fields
    return found


def _merged(known: list[Field], added: Sequence[Field]) -> list[Field]:
    names = {each.name for each in known}
    return [*known, *(each for each in added if each.name not in names)]


def _scalars(fields: Sequence[Field]) -> list[Field]:
    """Return parameters that a URL or a header can hold: what is no scalar is a text."""
    for each in fields:
        each.nullable = False
        if each.kind in {"json", "object"}:
            each.kind, each.fields = "string", []
    return [*fields]
