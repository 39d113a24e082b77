"""Routes in the texts of pages: a method with a path, together or apart, also in a URL."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from msgspec import Struct, field

_METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_PATH = r"/[\w\-./{}:<>\[\]\\()#~$@%!,;=+*]*"
_TOGETHER = re.compile(
    rf"(?<![\w/])({_METHODS})[`*'\"\s:：】\])]+(https?://[\w.\-]+(?::\d+)?)?({_PATH})(\?[^\s`'\"]*)?"
)
_ATTRIBUTES = re.compile(
    rf"<\w[^>]*\bmethod=[\"'](?P<method>{_METHODS})[\"'][^>]*?(?:\b(?:url|path|endpoint|route)=[\"'](?P<attribute>[^\"']+)[\"'][^>]*>|>(?P<inner>[^<]+)<)",
    re.IGNORECASE,
)
_METHOD = re.compile(
    rf"(?:请求方式|请求方法|请求类型|HTTP 方法|http method|request method|method)\W*({_METHODS})\b",
    re.I,
)
_URL = re.compile(
    rf"(?:请求地址|请求URL|请求 URL|接口地址|调用地址|URL|endpoint|URI|path|路径)\W*?(https?://[\w.\-]+(?::\d+)?)?({_PATH})(\?[^\s`'\"]*)?",
    re.I,
)


class Route(Struct, frozen=True):
    """A method and a path with `{variable}`; what a URL says beside it."""

    method: str
    path: str
    host: str = ""
    query: dict[str, str] = field(default_factory=dict[str, str])
    rest: str = ""
    """The text around it."""


def route_in(text: str) -> Route | None:
    """Return the first route of a text that has method and path together."""
    match = _ATTRIBUTES.search(text)
    if match is not None:
        return _route(match["method"].upper(), "", match["attribute"] or match["inner"], "", "")
    match = _TOGETHER.search(text)
    if match is None or len(match[3]) < 2:
        return None
    rest = (text[: match.start()] + text[match.end() :]).strip(" `*:：-–—#|()")
    return _route(match[1], match[2] or "", match[3], match[4] or "", rest)


class SplitRoute:
    """A route whose method and URL are on lines of their own, in any order."""

    def __init__(self) -> None:
        self._method = ""
        self._url: re.Match[str] | None = None

    def add(self, text: str) -> Route | None:
        """Take a line; return the route when it is complete."""
        method, url = _METHOD.search(text), _URL.search(text)
        if method is not None:
            self._method = method[1].upper()
        if url is not None and len(url[2]) > 1 and (url[1] or url[2].startswith("/")):
            self._url = url
        if not self._method or self._url is None or (method is None and url is None):
            return None
        found = self._url
        route = _route(self._method, found[1] or "", found[2], found[3] or "", "")
        self._method, self._url = "", None
        return route


def _route(method: str, host: str, path: str, query: str, rest: str) -> Route | None:
    path = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", path)  # links of Markdown
    path = path.replace("\\", "").split("#")[0]
    if "?" in path:
        path, _, tail = path.partition("?")
        query = query or f"?{tail}"
    match = re.match(r"(https?://[^/]+)(/.*)?$", path)
    if match is not None:
        host, path = match[1], match[2] or "/"
    path = re.sub(r"(?<=/):(\w+)|<([^<>/]+)>|\[([^\[\]/]+)\]", _variable, path)
    path = re.sub(r"\{([^{}]*)\}", lambda each: f"{{{_name(each[1])}}}", path)
    path = path.rstrip(".,;:)，。；")
    if not re.fullmatch(r"(?:/(?:[\w\-.:~$@%!,;=+*]|\{\w+\})*)+", path) or "//" in path:
        return None
    return Route(
        method, path, host, dict(parse_qsl(query.lstrip("?"), keep_blank_values=True)), rest
    )


def _variable(match: re.Match[str]) -> str:
    return f"{{{match[1] or match[2] or match[3]}}}"


def _name(text: str) -> str:
    return re.sub(r"\W+", "_", text.strip()).strip("_") or "value"
