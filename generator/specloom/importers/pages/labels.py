"""Titles of the parts of a page: what the tables and examples below them describe."""

from __future__ import annotations

import re

_GROUPS = (
    ("error", re.compile(r"error|错误", re.I)),
    ("response", re.compile(r"respon|returns?\b|应答|返回|响应|output|出参", re.I)),
    ("header", re.compile(r"header|请求头|消息头", re.I)),
    ("path", re.compile(r"path|uri param|url param|路径", re.I)),
    ("query", re.compile(r"query|查询", re.I)),
    ("body", re.compile(r"body|payload|请求体|json|form", re.I)),
    ("request", re.compile(r"param|request|请求|参数|argument|field|input|入参", re.I)),
)
_BOILERPLATE = {
    "http", "https", "url", "uri", "request", "requests", "response", "responses", "query",
    "path", "body", "header", "headers", "json", "form", "return", "returns", "example",
    "examples", "sample", "samples", "parameter", "parameters", "params", "param", "field",
    "fields", "argument", "arguments", "object", "objects", "data", "payload", "code", "codes",
    "status", "error", "errors", "string", "input", "output", "schema", "structure", "type",
    "the", "a", "an", "of", "for", "and", "or", "in", "optional", "required", "success",
    "successful", "method", "endpoint", "usage", "description", "attributes", "attribute",
    "result", "content", "failure", "message", "messages",
}  # fmt: skip
"""Words of titles that name a part of any page."""
_BOILERPLATE_ZH = re.compile(
    "请求|应答|返回|响应|参数|示例|说明|接口|地址|方法|方式|消息|头|体|查询|路径|信息|结果|数据|格式|列表|错误码|错误|代码|字段|属性|调用|描述|出参|入参|公共|值|的|和"
)


def is_boilerplate(text: str) -> bool:
    """Return whether a title names a part of any page, and no operation: `Request parameters`, `返回结果`."""
    words = re.findall(r"[a-z]+|[\u4e00-\u9fff]+", text.lower())
    return bool(words) and all(
        each in _BOILERPLATE or not _BOILERPLATE_ZH.sub("", each) for each in words
    )


def group_of(text: str) -> str | None:
    """Return what the fields below a title are: error, response, header, path, query, body, or request for any of the last four."""
    return next((name for name, pattern in _GROUPS if pattern.search(text)), None)


def is_label(text: str, words: str) -> bool:
    """Return whether a paragraph is the title of what follows."""
    return len(words) < 50 and (
        text.lstrip().startswith(("**", "__"))
        or words.endswith((":", "："))
        or is_boilerplate(words)
    )
