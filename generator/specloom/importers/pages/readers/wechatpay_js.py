"""Pages of wechatpay.js.org: Markdown with the TypeScript interfaces of one route, or with the JSON of one webhook event.

The namespaces of the interfaces are the route: `V3.Pay.Transactions.OutTradeNo._out_trade_no_` is `/v3/pay/transactions/out-trade-no/{out_trade_no}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import cast

from markdown_it import MarkdownIt

from ...report import Outcome
from ..facts import Event, Field, Host, Link, Operation, PageFacts, Remark, Response, Site, Value
from ..inference import infer_fields, merge_inferred
from ..page import Page
from ..typescript import Interface, Method, Source

SITE = Site(
    "微信支付 APIv3",
    "wechatpay-v3",
    [
        Host("https://api.mch.weixin.qq.com", 0, "主域名"),
        Host("https://api2.mch.weixin.qq.com", 0, "备域名"),
    ],
    {"code": "code", "message": "message", "detail": "detail"},
)
_METHODS = ("get", "post", "put", "patch", "delete")
_ROOT = ["WeChatPay", "OpenAPI"]
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")
_STATUS = re.compile(r"status === (\d{3})")
_ENCRYPTED = re.compile(r"(\w+)\s*[:=]\s*Rsa\.encrypt\(")
_PROPERTY = re.compile(r"@prop(?:erty)?\s+\{(.*)\}\s+(\[?[\w.$-]+\]?)")
_DECIMALS = re.compile(r"(^|_)(longitude|latitude|rate|ratio)(_|$)")
_SIGNED_BY_SCHEME = {"wechatpay-serial", "content-type", "accept", "authorization"}


def read_page(page: Page) -> PageFacts | None:
    """Return the facts of a page with interfaces in `WeChatPay.OpenAPI`, or of one with a webhook request."""
    is_of_site = "{{ $frontmatter.title }}" in page.text or "WeChatPay.OpenAPI" in page.text
    return _Reader(page).read() if is_of_site else None


class _Reader:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.facts = PageFacts("wechatpay_js", "zh", SITE)
        self.blocks = [
            (token.info.split(" ")[0], token.content, token.map[0] + 2)
            for token in MarkdownIt("commonmark").parse(page.text)
            if token.type == "fence" and token.map
        ]
        self.title, self.title_line = page.front_matter.get("title", ("", 1))
        self.description, self.description_line = page.front_matter.get("description", ("", 1))
        self.links = [
            Link(match[1], match[2], number)
            for number, line in enumerate(page.lines, 1)
            for match in _LINK.finditer(line)
        ]

    def read(self) -> PageFacts:
        interfaces: list[Interface] = []
        for language, code, line in self.blocks:
            if language in {"js", "ts", "javascript", "typescript"} and "interface" in code:
                interfaces += Source(code, line).interfaces()
        for (namespace, method), found in _by_method(interfaces).items():
            self.facts.operations.append(self._operation(namespace, method, found, interfaces))
        if not self.facts.operations:
            self._event()
        if not self.facts.operations and not self.facts.events:
            self._remark(
                self.title_line,
                "left out",
                "page without an operation",
                f"`{self.title}`: no interface of a route and no JSON of an event",
            )
        self.facts.lines_read += [self.title_line, self.description_line]
        return self.facts

    # operations

    def _operation(
        self,
        namespace: str,
        method: str,
        found: dict[str, Interface],
        interfaces: list[Interface],
    ) -> Operation:
        line = min(each.line for each in found.values())
        path, empty = _route(namespace)
        call = _call(namespace, method, interfaces)
        operation = Operation(method.upper(), path, line, self.title, self.description)
        operation.lines = {"title": self.title_line, "description": self.description_line}
        if call and call.text and call.text != self.title:
            operation.description = "\n\n".join(filter(None, (call.text, self.description)))
            operation.lines["description"] = call.line
        operation.links = self._links(call)
        for each in found.values():
            self._note_not_read(each)
        is_v2 = namespace.startswith("WeChatPay.OpenAPI.V2")
        config = found.get("RequestConfig")
        self._set_config(operation, config.fields if config else [], is_v2=is_v2)
        self._set_body(operation, found, is_v2=is_v2)
        self._set_responses(operation, found.get("WellformedResponse"))
        if empty:
            operation.path_fields = [
                each for each in operation.path_fields if each.name not in empty
            ]
        missing = set(re.findall(r"\{(\w+)\}", path)) - {
            each.name for each in operation.path_fields
        }
        for name in sorted(missing):
            operation.path_fields.append(Field(name, line, basis="inferred"))
            self._remark(
                line, "repaired", "path variable", f"{operation.name}: `{name}` has no type; text"
            )
        if is_v2:
            operation.text_media = "text/xml"
            operation.is_signed = False
            self._remark(
                line,
                "loosened",
                "XML",
                f"{operation.name}: request and response are texts, which the caller writes, signs and reads",
                _end(found.values()),
            )
        self._refine(operation)
        return operation

    def _links(self, call: Method | None) -> list[Link]:
        links = [*self.links]
        known = {each.url for each in links}
        for url, line in call.links if call else []:
            if url not in known and url.startswith("https://"):
                links.append(Link("官方文档", url, line))
                known.add(url)
        unique = {each.url: each for each in reversed(links) if each.url.startswith("http")}
        return [*reversed(unique.values())]

    def _set_config(self, operation: Operation, fields: list[Field], *, is_v2: bool) -> None:
        variables = set(re.findall(r"\{(\w+)\}", operation.path))
        for each in fields:
            if each.name == "params":
                operation.query = each.fields
            elif each.name == "headers":
                kept = [one for one in each.fields if one.name.lower() not in _SIGNED_BY_SCHEME]
                operation.headers = kept
                for one in each.fields:
                    if one not in kept:
                        self.facts.lines_read.append(one.line)  # the scheme sends it
            elif each.name == "baseURL" and each.values:
                operation.hosts = [each.values[0].value.rstrip("/")]
                operation.lines["hosts"] = each.line
            elif each.name == "transformResponse":
                operation.is_signed = False
                operation.lines["auth"] = each.line
            elif each.name in variables:
                operation.path_fields.append(each)
            elif each.name == "security":
                if is_v2:
                    self._remark(
                        each.line,
                        "left out",
                        "client certificate",
                        f"{operation.name} needs the merchant's certificate in TLS; pass `ssl_context`",
                    )
            elif each.name.lower() not in {"data", "responsetype", "timeout", *_SIGNED_BY_SCHEME}:
                values = [one.value for one in each.values]
                if values != [""]:
                    self._remark(
                        each.line,
                        "left out",
                        "setting of a request",
                        f"{operation.name}: `{each.name}`",
                    )
            if each.name in {"data", "responseType", "timeout"}:
                self.facts.lines_read.append(each.line)

    def _set_body(self, operation: Operation, found: dict[str, Interface], *, is_v2: bool) -> None:
        config = found.get("RequestConfig")
        data = (
            next((each for each in config.fields if each.name == "data"), None) if config else None
        )
        binary = found.get("BinaryDataRequest")
        json_body = found.get("JsonDataRequest")
        if is_v2:
            return
        if binary is not None:
            operation.parts = binary.fields
            meta = next((each for each in binary.fields if each.name == "meta"), None)
            if meta is not None and not meta.fields:
                meta.kind, meta.fields = "object", self._meta(meta.line)
                meta.basis = "inferred"
        elif json_body is not None:
            operation.body = json_body.fields
        elif data is not None and data.kind == "object":
            operation.body = data.fields

    def _meta(self, line: int) -> list[Field]:
        """Return the fields of `meta` from the object of the example."""
        match = re.search(r"\bmeta\s*=\s*\{([^}]*)\}", self.page.text)
        if match is None:
            return [
                Field("filename", line, basis="guessed"),
                Field("sha256", line, shortest=64, longest=64, basis="guessed"),
            ]
        first = self.page.text.count("\n", 0, match.start(1)) + 1
        names = [
            (named[1], first + number)
            for number, text in enumerate(match[1].split("\n"))
            if (named := re.match(r"\s*'?(\w+)'?\s*[:,]", text))
        ]
        return [Field(name, number, basis="inferred") for name, number in names]

    def _set_responses(self, operation: Operation, found: Interface | None) -> None:
        text = self.page.text
        statuses = [
            (int(match[1]), text.count("\n", 0, match.start()) + 1)
            for match in _STATUS.finditer(text)
        ]
        status, line = statuses[0] if len(statuses) == 1 else (0, found.line if found else 1)
        if found is not None and found.fields and status == 204:
            status = 0  # that of another method
        if found is not None and "ReadStream" in found.extends:
            operation.responses = [Response(status or 200, line, is_file=True)]
        elif found is not None and found.fields:
            operation.responses = [Response(status or 200, found.line, found.fields)]
        elif operation.method == "GET" and not status:
            operation.responses = [Response(200, line, is_file=True, basis="guessed")]
            self._remark(
                line,
                "guessed",
                "response",
                f"{operation.name}: a GET request whose response has no fields returns a file",
            )
        else:
            operation.responses = [
                Response(status or 204, line, basis="stated" if status else "guessed")
            ]
            if not status:
                self._remark(
                    line,
                    "guessed",
                    "status",
                    f"{operation.name}: 204, as the response has no fields",
                )

    def _refine(self, operation: Operation) -> None:
        """Mark encrypted fields, and make numbers integers unless their name says otherwise."""
        encrypted = set(_ENCRYPTED.findall(self.page.text))
        groups = [
            operation.path_fields,
            operation.query,
            operation.body or [],
            *(each.fields for each in operation.responses),
        ]
        integers = 0
        for index, group in enumerate(groups):
            for each in _all(group):
                if index < 1 and each.kind == "json":
                    each.kind, each.values = "string", []
                if each.kind == "integer" and not each.values:
                    if _DECIMALS.search(each.name):
                        each.kind = "number"
                    else:
                        integers += 1
                if index < 3 and each.name in encrypted and each.kind == "string":
                    each.encrypted = True
        if integers:
            self._remark(
                operation.line,
                "guessed",
                "integer",
                f"{operation.name}: {integers} `number` field{'s' if integers > 1 else ''} without fractions",
            )

    # events

    def _event(self) -> None:
        """Read the envelope, the decrypted payload and the types of an event."""
        documents = [
            (value, line)
            for language, code, line in self.blocks
            if language == "json" and (value := _json(code))
        ]
        envelopes = [
            each for each in documents if "event_type" in each[0] and "resource" in each[0]
        ]
        if not envelopes:
            if any(language == "xml" for language, _, _ in self.blocks):
                self._remark(
                    self.title_line,
                    "left out",
                    "XML event",
                    f"`{self.title}`: events are JSON",
                    len(self.page.lines),
                )
            return
        envelope, line = envelopes[0]
        name = str(envelope["event_type"])
        payloads = [each for each in documents if "event_type" not in each[0]]
        event = Event(name, line, self.title, self.description)
        event.payload = self._typedef()
        if payloads:
            event.example = max(payloads, key=lambda each: len(str(each[0])))[0]
            for content, start in payloads:
                self._fit(name, event.payload, content)
                event.payload = merge_inferred(
                    event.payload, infer_fields(content, self.page.lines, start)
                )
                end = start + json.dumps(content, indent=1).count("\n")
                self.facts.lines_read += range(start, end + 1)
        if not event.payload:
            self._remark(line, "left out", "event", f"`{name}`: the page has no payload")
            return
        self.facts.events.append(event)

    def _fit(self, name: str, fields: list[Field], example: object) -> None:
        """Make fields optional that an example of the page does not have, and add its values to their lists."""
        if isinstance(example, list):
            for each in cast("list[object]", example):
                self._fit(name, fields, each)
        if not isinstance(example, dict):
            return
        content = cast("dict[str, object]", example)
        for each in fields:
            if each.name not in content:
                if each.required:
                    each.required = False
                    self._remark(
                        each.line,
                        "repaired",
                        "required field",
                        f"{name}: `{each.name}` is not in the example, so it is optional",
                    )
                continue
            value = content[each.name]
            if each.values and value not in [one.value for one in each.values]:
                each.values.append(Value(str(value)))
                self._remark(
                    each.line,
                    "repaired",
                    "value",
                    f"{name}: `{each.name}` has the value `{value}` in the example",
                )
            self._fit(name, each.fields, value)

    def _typedef(self) -> list[Field]:
        """Return the fields of the JSDoc type of the payload."""
        fields: list[Field] = []
        is_payload = False
        for number, text in enumerate(self.page.lines, 1):
            if "@typedef" in text:
                is_payload = "PlainObject" in text
            match = _PROPERTY.search(text) if is_payload else None
            if match is None:
                continue
            expression = match[1].strip()
            name = match[2].strip("[]")
            source = Source(f"interface P {{ '{name}': {expression.rstrip('=')} }}", number)
            parsed = next(iter(source.interfaces()), None)
            if parsed is None or not parsed.fields or parsed.not_read:
                self._remark(number, "left out", "JSDoc type", f"`{expression[:60]}`")
                continue
            found = parsed.fields[0]
            found.required = not (expression.endswith("=") or match[2].startswith("["))
            for each in _all([found]):
                if each.kind == "json" and each.values:
                    each.values = []
            fields.append(found)
        return fields

    def _note_not_read(self, interface: Interface) -> None:
        for line, text in interface.not_read:
            self._remark(
                line, "left out", "TypeScript", f"`{text[:80]}` is not valid, or not a field"
            )

    def _remark(
        self, line: int, outcome: Outcome, construct: str, message: str, end_line: int = 0
    ) -> None:
        self.facts.remarks.append(Remark(line, outcome, construct, message, end_line))


def _by_method(interfaces: Iterable[Interface]) -> dict[tuple[str, str], dict[str, Interface]]:
    """Return the interfaces of each method of a route, by namespace and method."""
    methods: dict[tuple[str, str], dict[str, Interface]] = {}
    for each in interfaces:
        namespace, _, last = each.namespace.rpartition(".")
        method = last.removesuffix("HttpMethod").lower()
        if last.endswith("HttpMethod") and method in _METHODS:
            methods.setdefault((namespace, method), {})[each.name.split("<")[0]] = each
    return methods


def _route(namespace: str) -> tuple[str, set[str]]:
    """Return the path of a namespace, and the names of variables that stand for nothing."""
    parts = namespace.split(".")
    parts = parts[len(_ROOT) :] if parts[: len(_ROOT)] == _ROOT else parts
    if parts and parts[0] == "V2":
        parts = parts[1:]
    segments: list[str] = []
    empty: set[str] = set()
    for part in parts:
        if variable := re.fullmatch(r"_(\w+)_", part):
            is_empty = variable[1] == "empty"
            empty |= {variable[1]} if is_empty else set()
            segments.append("" if is_empty else f"{{{variable[1]}}}")
        else:
            kebab = re.sub(r"(?<!^)[A-Z]", lambda match: f"-{match[0].lower()}", part)
            segments.append(kebab[:1].lower() + kebab[1:])
    return "/" + "/".join(segments), empty


def _call(namespace: str, method: str, interfaces: Iterable[Interface]) -> Method | None:
    parent, _, name = namespace.rpartition(".")
    for each in interfaces:
        if each.namespace == parent and each.name == name:
            return next((one for one in each.methods if one.name == method), None)
    return None


def _all(fields: Iterable[Field]) -> Iterable[Field]:
    for each in fields:
        yield each
        yield from _all(each.fields)


def _end(interfaces: Iterable[Interface]) -> int:
    return max((field.line for each in interfaces for field in _all(each.fields)), default=0)


def _json(code: str) -> dict[str, object]:
    """Return a JSON object; an empty one for anything else."""
    try:
        value = json.loads(code)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
