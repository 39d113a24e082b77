"""Any page with a method and a path, and tables of parameters with a heading for each column."""

from __future__ import annotations

import re

from ..code_blocks import json_at
from ..facts import ErrorRow, Field, Host, Operation, PageFacts, Remark, Response, Site
from ..inference import infer_fields, merge_inferred
from ..page import Page
from ..tables import cells, field_of, header_of

_ROUTE = re.compile(
    r"\b(GET|POST|PUT|PATCH|DELETE)\b[`*\s:：]+(https://[\w.\-]+)?(/[\w\-./{}:<>]*)"
)
_GROUPS = (
    ("response", re.compile(r"respon|return|应答|返回|响应", re.I)),
    ("query", re.compile(r"query|查询", re.I)),
    ("path", re.compile(r"path|路径", re.I)),
    ("header", re.compile(r"header|请求头", re.I)),
    ("body", re.compile(r"body|payload|请求体|json", re.I)),
    ("request", re.compile(r"param|request|请求|参数|argument|field", re.I)),
)


def read_page(page: Page) -> PageFacts | None:
    """Return the facts of a page that has a route and a table of parameters."""
    if not _ROUTE.search(page.text) or not any(map(header_of, page.lines)):
        return None
    return _Reader(page).read()


class _Reader:
    def __init__(self, page: Page) -> None:
        self.lines = page.lines
        chinese = len(re.findall(r"[\u4e00-\u9fff]", page.text))
        self.site = Site("", "none")
        self.facts = PageFacts(
            "parameter_tables", "zh" if chinese * 8 > len(page.text) else "en", self.site
        )
        self.heading = ("", 1)
        self.text: list[str] = []
        self.response: list[Field] = []
        self.operation: Operation | None = None

    def read(self) -> PageFacts:
        group = "request"
        columns: list[str] | None = None
        at = 0
        while at < len(self.lines):
            at += 1
            line = self.lines[at - 1]
            stripped = line.strip()
            if not stripped or set(stripped) <= set("|-: "):
                continue
            found = json_at(self.lines, at)
            if found is not None:
                self._example(group, found[0], at)
                self.facts.lines_read += range(at, found[1] + 1)
                at = found[1]
                continue
            route = _ROUTE.search(stripped)
            if (route is not None and header_of(stripped) is None and columns is None) or (
                route and stripped.startswith(("#", "`", route[1]))
            ):
                self._start(route, at)
                group, columns = "request", None
                continue
            header = header_of(stripped)
            if header is not None:
                columns = header
                self.facts.lines_read.append(at)
            elif columns is not None and len(cells(line)) > 1:
                self._row(group, columns, line, at)
            else:
                columns = None
                named = next((name for name, pattern in _GROUPS if pattern.search(stripped)), None)
                if stripped.startswith("#"):
                    self.heading = (stripped.strip("# "), at)
                    self.text = []
                if named and (stripped.startswith(("#", "*")) or len(stripped) < 50):
                    group = named
                    self.facts.lines_read.append(at)
                elif self.operation is None and not stripped.startswith("#"):
                    self.text.append(stripped)
                    self.facts.lines_read.append(at)
        self._end()
        return self.facts

    def _start(self, route: re.Match[str], at: int) -> None:
        self._end()
        path = re.sub(r":(\w+)|<(\w+)>", lambda each: f"{{{each[1] or each[2]}}}", route[3])
        self.operation = Operation(route[1], path, at, self.heading[0], "\n\n".join(self.text))
        self.operation.lines = {"title": self.heading[1], "description": self.heading[1] + 1}
        self.response = []
        self.text = []
        if route[2] and route[2] not in {each.url for each in self.site.hosts}:
            self.site.hosts.append(Host(route[2], at))

    def _row(self, group: str, columns: list[str], line: str, at: int) -> None:
        operation = self.operation
        if operation is None:
            return
        row = dict(zip(columns, cells(line), strict=False))
        if "code" in columns:
            status = row.get("status", "")
            code = row.get("code", "")
            reason = row.get("reason") or row.get("text", "")
            if re.fullmatch(r"-?\w+", code):
                operation.errors.append(
                    ErrorRow(
                        code,
                        at,
                        int(status) if re.fullmatch(r"[45]\d\d", status) else 0,
                        reason,
                        row.get("remedy", ""),
                    )
                )
            return
        found = field_of(columns, line, at)
        if found is None:
            self.facts.remarks.append(Remark(at, "left out", "row", f"`{line.strip()[:80]}`"))
            return
        if group == "response":
            if "required" not in columns:
                found.required = False
            self.response.append(found)
        elif f"{{{found.name}}}" in operation.path:
            operation.path_fields.append(found)
        elif group == "header":
            operation.headers.append(found)
        elif group == "query" or (operation.method in {"GET", "DELETE"} and group != "body"):
            operation.query.append(found)
        else:
            operation.body = [*(operation.body or []), found]

    def _example(self, group: str, content: dict[str, object], at: int) -> None:
        if self.operation is None:
            return
        inferred = infer_fields(content, self.lines, at)
        if group == "response":
            self.response = merge_inferred(self.response, inferred)
        elif self.operation.method not in {"GET", "DELETE"}:
            self.operation.body = merge_inferred(self.operation.body or [], inferred)

    def _end(self) -> None:
        operation = self.operation
        if operation is None:
            return
        known = {each.name for each in operation.path_fields}
        for name in re.findall(r"\{(\w+)\}", operation.path):
            if name not in known:
                operation.path_fields.append(Field(name, operation.line, basis="inferred"))
        operation.responses = [
            Response(
                200 if self.response else 204,
                operation.line,
                self.response,
                basis="stated" if self.response else "guessed",
            )
        ]
        self.facts.operations.append(operation)
        self.operation = None
