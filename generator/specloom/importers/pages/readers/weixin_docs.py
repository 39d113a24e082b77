"""Pages of developers.weixin.qq.com in Chinese or English, as copied text or saved HTML.

Copied tables may have nothing between their cells: `card_idstringyesInvoice id`.
"""

from __future__ import annotations

import re

from ..code_blocks import json_at
from ..facts import (
    ErrorRow,
    Example,
    Fact,
    Field,
    Host,
    Operation,
    PageFacts,
    Remark,
    Response,
    Site,
    Value,
)
from ..inference import infer_fields, merge_inferred
from ..page import Page
from ..tables import cells, field_of, glued_field, header_of

_ROUTE = re.compile(r"(GET|POST|PUT|DELETE)\s+(https://api\.weixin\.qq\.com)(/[^\s?]+)(\?\S*)?")
_NAME = re.compile(r"(?:Interface English name|接口英文名|英文名)\s*[:：]\s*(\w+)")
_PERMISSIONS = re.compile(
    r"(?:permission set[^:：\n]*|权限集\s*(?:id)?\s*为)\s*[:：]\s*([\d、,， ]+)", re.I
)
_GROUPS = (
    ("query", re.compile(r"query\s*(string)?\s*param|查询参数", re.I)),
    ("response", re.compile(r"response payload|return param|返回参数|返回结果|返回体", re.I)),
    ("body", re.compile(r"request (body|payload)|请求体|请求数据", re.I)),
    ("errors", re.compile(r"error code|错误码", re.I)),
    ("request_example", re.compile(r"example requests?|请求(数据)?示例|调用示例", re.I)),
    ("response_example", re.compile(r"return an example|response example|返回(数据)?示例", re.I)),
    ("scope", re.compile(r"scope of application|适用范围", re.I)),
    (
        "",
        re.compile(
            r"code examples?|代码示例|note\b|注意事项|how to call|调用方式|request parameters|请求参数",
            re.I,
        ),
    ),
)
_SENTENCES = (
    ("caller", "server", r"server side|服务器?端调用|不可在前端"),
    ("cloud", "no", r"not support cloud|不支持云调用"),
    ("cloud", "yes", r"(?<!not )supports? cloud|支持云调用"),
    ("third_party", "authorizer", r"Third[ -]Party Platform|第三方平台代"),
)
_TOKEN_CODES = {"40001", "40014", "42001"}
"""Codes by which the server rejects an access token."""
_ACCOUNTS = (
    ("official", "Official Account", "公众号"),
    ("service", "Service Account", "服务号"),
    ("mini_program", "Mini Program", "小程序"),
)
_TITLES = {
    "en": {
        "caller": "Callable from",
        "cloud": "Cloud calls",
        "third_party": "Third-party platforms",
        "permission_set": "Permission set",
        "accounts": "Account types",
    },
    "zh": {
        "caller": "调用位置",
        "cloud": "云调用",
        "third_party": "第三方调用",
        "permission_set": "权限集 id",
        "accounts": "适用账号类型",
    },
}


def read_page(page: Page) -> PageFacts | None:
    """Return the facts of a page with a URL of api.weixin.qq.com."""
    return _Reader(page).read() if _ROUTE.search(page.text) else None


class _Reader:
    def __init__(self, page: Page) -> None:
        self.lines = page.lines
        chinese = len(re.findall(r"[\u4e00-\u9fff]", page.text))
        self.language = "zh" if chinese * 8 > len(page.text) else "en"
        title = "微信服务端接口" if self.language == "zh" else "Weixin server API"
        self.site = Site(
            title,
            "weixin-access-token",
            error_shape={"code": "errcode", "message": "errmsg", "success": 0},
        )
        self.facts = PageFacts("weixin_docs", self.language, self.site)
        self.operation = Operation("POST", "/", 1)
        self.response: list[Field] = []
        self.response_line = 1
        self.examples: dict[str, tuple[dict[str, object], int]] = {}

    def read(self) -> PageFacts:
        self._head()
        self._tables()
        self._finish()
        self.facts.operations.append(self.operation)
        return self.facts

    def _fact(self, key: str, values: list[Value], at: int) -> None:
        if key not in {each.key for each in self.operation.facts}:
            self.operation.facts.append(Fact(key, _TITLES[self.language][key], values, at))

    def _head(self) -> None:
        operation = self.operation
        description: list[str] = []
        is_described = False
        for at, text in enumerate(self.lines, 1):
            stripped = text.strip().lstrip("#").strip()
            if not stripped:
                continue
            if not operation.title:
                operation.title, operation.lines["title"] = stripped, at
            elif name := _NAME.match(stripped):
                operation.name_on_site, operation.lines["name_on_site"] = name[1], at
                is_described = True
            elif re.match(r"1[. 、]|调用方式|How to call", stripped):
                is_described = False
                self.facts.lines_read.append(at)
            elif is_described:
                description.append(stripped)
                operation.lines.setdefault("description", at)
                self.facts.lines_read.append(at)
            if route := _ROUTE.match(stripped):
                operation.method, operation.path, operation.line = route[1], route[3], at
                self.site.hosts = [Host(route[2], at)]
            for key, value, pattern in _SENTENCES:
                if re.search(pattern, stripped, re.I) and not _ROUTE.match(stripped):
                    self._fact(key, [Value(value, stripped.lstrip("• "))], at)
            if permission := _PERMISSIONS.search(stripped):
                values = [Value(each) for each in re.findall(r"\d+", permission[1])]
                self._fact("permission_set", values, at)
        operation.description = "\n\n".join(description)

    def _tables(self) -> None:
        group = ""
        columns: list[str] | None = None
        at = 0
        while at < len(self.lines):
            at += 1
            line = self.lines[at - 1]
            stripped = line.strip().lstrip("#").strip()
            if not stripped or set(stripped) <= set("|-: "):
                continue
            found = json_at(self.lines, at)
            if found is not None and group.endswith("example"):
                self.examples.setdefault(group, (found[0], at))
                self.facts.lines_read += range(at, found[1] + 1)
                at = found[1]
                continue
            header = header_of(stripped)
            if header is not None:
                columns = header
                self.facts.lines_read.append(at)
                continue
            is_heading = line.lstrip().startswith("#") or (len(stripped) < 40 and "\t" not in line)
            named = next((name for name, pattern in _GROUPS if pattern.search(stripped)), None)
            if (
                is_heading
                and named is not None
                and not glued_field(stripped, at)
                and not re.match(r"-?\d{3,}", stripped)
            ):
                group, columns = named, None
                self.facts.lines_read.append(at)
                if group == "response":
                    self.response_line = at
                continue
            if group in {"query", "body", "response"}:
                self._field(group, columns, stripped, at)
            elif group == "errors":
                self._error(columns, stripped, at)
            elif group == "scope":
                values = [
                    Value(key, english if self.language == "en" else chinese)
                    for key, english, chinese in _ACCOUNTS
                    if english in stripped or chinese in stripped
                ]
                if values:
                    self._fact("accounts", values, at)

    def _field(self, group: str, columns: list[str] | None, text: str, at: int) -> None:
        found = field_of(columns, text, at) if columns else glued_field(text, at)
        if found is None:
            return
        if found.kind == "number":
            found.kind = "integer"
        if found.name in {"access_token", "authorizer_access_token"}:
            self.facts.lines_read.append(at)
        elif group == "query":
            self.operation.query.append(found)
        elif group == "response":
            found.required = False
            self.response.append(found)
        else:
            self.operation.body = [*(self.operation.body or []), found]

    def _error(self, columns: list[str] | None, text: str, at: int) -> None:
        parts = cells(text)
        if columns and len(parts) > 1 and re.fullmatch(r"-?\d+", parts[0]):
            row = dict(zip(columns, parts, strict=False))
            self.operation.errors.append(
                ErrorRow(
                    parts[0], at, 0, row.get("reason") or row.get("text", ""), row.get("remedy", "")
                )
            )
        elif glued := re.match(r"(-1|\d{4,6})(.+)", text):
            reason, remedy = _apart(glued[2])
            self.operation.errors.append(ErrorRow(glued[1], at, 0, reason, remedy))
            self.facts.remarks.append(
                Remark(
                    at,
                    "guessed",
                    "columns",
                    f"{glued[1]}: where the reason ends and the remedy begins",
                )
            )

    def _finish(self) -> None:
        for row in self.operation.errors:
            if row.code in _TOKEN_CODES:
                row.retry = "token"
        operation = self.operation
        request = self.examples.get("request_example")
        response = self.examples.get("response_example")
        if request and operation.body is not None:
            operation.body = merge_inferred(
                operation.body, infer_fields(request[0], self.lines, request[1])
            )
        if response:
            self.response = merge_inferred(
                self.response, infer_fields(response[0], self.lines, response[1])
            )
        operation.responses = [Response(200, self.response_line, self.response)]
        if request and operation.body is not None:
            operation.examples = [
                Example(request[1], body=request[0], response=response[0] if response else None)
            ]


def _apart(text: str) -> tuple[str, str]:
    """Return reason and remedy of a text in which they touch: a word that ends with another word of the text is two."""
    words = set(re.findall(r"\w{4,}", text))
    places = [
        match.end() - len(word)
        for match in re.finditer(r"\w+", text)
        for word in words
        if match[0].endswith(word) and match[0] != word
    ]
    if not places:
        return text.strip(), ""
    at = max(places)
    return " ".join(text[:at].split()), " ".join(text[at:].split())
