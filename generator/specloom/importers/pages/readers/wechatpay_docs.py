"""WeChat Pay's own pages (pay.weixin.qq.com) as copied text or saved HTML.

A page has `请求方式:【GET】/v3/…`, fields as `name 必填 string(32)` with `【title】 meaning` below, examples with numbered lines, and error tables.
Tables that the page has collapsed are inferred from the example of the response.
"""

from __future__ import annotations

import re

from ..code_blocks import json_at, values_of_url
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
from ..tables import set_text, set_type

_ROUTE = re.compile(r"请求方式\s*[:：]\s*【(\w+)】\s*(/\S+)")
_HOST = re.compile(r"【([^】]*域名)】\s*(https://[\w.\-]+)\s*(.*)")
_UPDATED = re.compile(r"更新时间\s*[:：]\s*(\d{4})[.\-/](\d\d?)[.\-/](\d\d?)")
_FIELD = re.compile(r"\s*([A-Za-z_][\w.\-]*)\s+(必填|选填|条件选填|条件必填)\s+(\S.*?)\s*")
_VALUE = re.compile(r"\s*[`]?([A-Z][A-Z0-9_]+)[`]?\s*[:：]\s*(\S.*)")
_SECTION = re.compile(r"(?:#+\s*)?(Header|path|query|body)\b.{0,12}参数.*", re.IGNORECASE)
_PARTS = (
    "请求参数",
    "请求示例",
    "应答参数",
    "应答示例",
    "错误码",
    "公共错误码",
    "业务错误码",
    "接口说明",
)
_AUDIENCES = {
    "普通服务商": "sp",
    "普通商户": "direct",
    "平台商户": "platform",
    "合作伙伴": "partner",
    "直连商户": "direct",
}
_HEADINGS = {"状态码", "错误码", "描述", "解决方案", "属性", "反馈", "咨询", "目录", "置顶"}


def read_page(page: Page) -> PageFacts | None:
    """Return the facts of a page with `请求方式:【…】`."""
    return _Reader(page).read() if _ROUTE.search(page.text) else None


class _Reader:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines = page.lines
        self.site = Site(
            "微信支付 APIv3",
            "wechatpay-v3",
            error_shape={"code": "code", "message": "message", "detail": "detail"},
        )
        self.facts = PageFacts("wechatpay_docs", "zh", self.site)
        self.operation = Operation("GET", "/", 1)
        self.response_fields: list[Field] = []
        self.response_line = 0
        self.status = 200
        self.json: list[tuple[str, dict[str, object], int]] = []
        self.curl: tuple[dict[str, object], dict[str, object], int] | None = None

    def read(self) -> PageFacts:
        self._head()
        self._fields()
        self._examples()
        self._errors()
        self._finish()
        self.facts.operations.append(self.operation)
        return self.facts

    def _head(self) -> None:
        texts = [
            (at, text.strip(" #\u3000"))
            for at, text in enumerate(self.lines, 1)
            if text.strip(" #\u3000")
        ]
        self.operation.title = texts[0][1]
        self.operation.lines["title"] = texts[0][0]
        description: list[str] = []
        for at, text in texts[1:]:
            if updated := _UPDATED.match(text):
                self.operation.updated = f"{updated[1]}-{int(updated[2]):02}-{int(updated[3]):02}"
                self.operation.lines["updated"] = at
            elif text == "接口说明" or "支持商户" in text or _ROUTE.match(text):
                break
            else:
                description.append(text)
                self.operation.lines.setdefault("description", at)
                self.facts.lines_read.append(at)
        self.operation.description = "\n".join(description)
        for at, text in texts:
            if route := _ROUTE.match(text):
                self.operation.method, self.operation.path = route[1].upper(), route[2]
                self.operation.line = at
            elif text.startswith("支持商户"):
                names = re.findall(r"【([^】]+)】", text)
                values = [
                    Value(_AUDIENCES.get(name, f"audience_{index}"), name)
                    for index, name in enumerate(names)
                ]
                if values:
                    self.operation.facts = [Fact("audience", "支持商户", values, at)]
            for host in _HOST.finditer(text):
                note = re.sub(r"\s*,\s*指引点击查看", "", host[3]).strip(" ,，")
                self.site.hosts.append(Host(host[2], at, "，".join(filter(None, (host[1], note)))))

    def _fields(self) -> None:
        part, group = "", ""
        found: Field | None = None
        stack: list[tuple[int, Field]] = []
        for at, text in enumerate(self.lines, 1):
            stripped = text.strip(" #\u3000")
            if stripped in _PARTS:
                part, found, stack = stripped, None, []
                self.facts.lines_read.append(at)
                if part == "应答参数":
                    self.response_line = at
                continue
            if part == "应答参数" and (status := re.fullmatch(r"(2\d\d)( \w+)*", stripped)):
                self.status, self.response_line = int(status[1]), at
            elif part == "请求参数" and (section := _SECTION.fullmatch(text.strip())):
                group, found, stack = section[1].lower(), None, []
                self.facts.lines_read.append(at)
            elif part in {"请求参数", "应答参数"} and (row := _FIELD.fullmatch(text)):
                found = Field(row[1], at, required=row[2] == "必填")
                set_type(found, row[3])
                if row[2].startswith("条件"):
                    found.when = "见说明"
                indent = len(text) - len(text.lstrip())
                while stack and (stack[-1][0] >= indent or stack[-1][1].kind != "object"):
                    stack.pop()
                target = stack[-1][1].fields if stack else self._group(part, group)
                stack.append((indent, found))
                if not (
                    group == "header"
                    and part == "请求参数"
                    and row[1].lower()
                    in {"authorization", "accept", "content-type", "wechatpay-serial"}
                ):
                    target.append(found)
                else:
                    self.facts.lines_read.append(at)
            elif found is not None and stripped and stripped not in _HEADINGS:
                self._text(found, stripped, at)

    def _group(self, part: str, group: str) -> list[Field]:
        if part == "应答参数":
            return self.response_fields
        if group == "path":
            return self.operation.path_fields
        if group == "query":
            return self.operation.query
        if group == "header":
            return self.operation.headers
        if self.operation.body is None:
            self.operation.body = []
        return self.operation.body

    def _text(self, found: Field, text: str, at: int) -> None:
        self.facts.lines_read.append(at)
        if value := _VALUE.fullmatch(text):
            if found.kind in {"string", "integer"}:
                found.values.append(Value(value[1], value[2]))
            return
        if re.fullmatch(r"(可选取值|枚举值?|取值)\s*[:：]?", text):
            return
        if not found.title and not found.description:
            set_text(found, text)
        else:
            found.description = "\n".join(filter(None, (found.description, text)))

    def _examples(self) -> None:
        part = ""
        at = 1
        while at <= len(self.lines):
            stripped = self.lines[at - 1].strip(" #\u3000")
            if stripped in _PARTS:
                part = stripped
            url = re.search(r"https://[^\s\"'\\]+", self.lines[at - 1])
            if part == "请求示例" and url and self.curl is None:
                values = values_of_url(url[0], self.operation.path)
                if values is not None:
                    self.curl = (*values, at)
            if part in {"请求示例", "应答示例"}:
                found = json_at(self.lines, at)
                if found is not None:
                    self.json.append((part, found[0], at))
                    self.facts.lines_read += range(at, found[1] + 1)
                    at = found[1]
            at += 1

    def _errors(self) -> None:
        target: list[ErrorRow] | None = None
        waiting: list[tuple[str, int]] = []
        for at, text in enumerate(self.lines, 1):
            stripped = text.strip(" #\u3000\u00a0")
            if stripped == "公共错误码":
                target, waiting = self.site.errors, []
            elif stripped == "业务错误码":
                target, waiting = self.operation.errors, []
            elif target is not None and stripped and not {*stripped.split("\t")} & _HEADINGS:
                waiting += [(cell.strip(), at) for cell in stripped.split("\t") if cell.strip()]
                if len(waiting) >= 4:
                    (status, _), (code, line), (reason, _), (remedy, _) = waiting[:4]
                    if re.fullmatch(r"[45]\d\d", status) and re.fullmatch(r"[A-Z][A-Z0-9_]*", code):
                        target.append(ErrorRow(code, line, int(status), reason, remedy))
                        self.facts.lines_read += [each for _, each in waiting[:4]]
                        waiting = waiting[4:]
                    else:
                        self._left_out(waiting[0][1], "row of errors", waiting[0][0])
                        waiting = waiting[1:]

    def _finish(self) -> None:
        operation = self.operation
        requests = [(each, at) for part, each, at in self.json if part == "请求示例"]
        responses = [(each, at) for part, each, at in self.json if part == "应答示例"]
        for content, at in requests[:1]:
            if operation.body is not None:
                operation.body = merge_inferred(
                    operation.body, infer_fields(content, self.lines, at)
                )
        for content, at in responses[:1]:
            self.response_fields = merge_inferred(
                self.response_fields, infer_fields(content, self.lines, at)
            )
        has_no_body = not self.response_fields and self.status == 200
        operation.responses = [
            Response(
                204 if has_no_body else self.status,
                self.response_line or operation.line,
                self.response_fields,
            )
        ]
        variables = set(re.findall(r"\{(\w+)\}", operation.path))
        for name in sorted(variables - {each.name for each in operation.path_fields}):
            operation.path_fields.append(Field(name, operation.line, basis="inferred"))
        if not self.site.hosts:
            self.site.hosts.append(Host("https://api.mch.weixin.qq.com", 0, "主域名"))
        if self.curl is not None or requests:
            path, query, at = self.curl or ({}, {}, requests[0][1])
            if not variables or path:
                operation.examples = [
                    Example(
                        at,
                        path,
                        query,
                        requests[0][0] if requests else None,
                        responses[0][0] if responses else None,
                        operation.responses[0].status,
                    )
                ]
            for each in [*operation.path_fields, *operation.query]:
                each.example = (
                    path.get(each.name, query.get(each.name)) if each.kind == "string" else None
                )

    def _left_out(self, line: int, construct: str, text: str) -> None:
        self.facts.remarks.append(Remark(line, "left out", construct, f"`{text[:80]}`"))
