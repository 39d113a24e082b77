"""What `_api.yaml` says for the whole API: languages, hosts, schemes, units, facts."""

from __future__ import annotations

import ipaddress
import keyword
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from .. import auth_schemes, naming
from ..model import Fact, Host, Link, Scheme, Text
from .collector import DiagnosticCollector, did_you_mean
from .key_hints import key_hint
from .localized import TextReader, child, entries, integer, items, word, words
from .nodes import MapNode, Node, Scalar
from .spec_folder import WINDOWS_DEVICES

_HOST = re.compile(
    r"(?P<scheme>https?)://(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[\w.~!$&'()*+,;=:@%-]+)*)/?",
    re.ASCII,
)
_LINK = re.compile(r"https?://[^\s<>\"'`\\^{}|()\[\]]+")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_INSTALLED_PACKAGES = frozenset(
    {
        "httpx",
        "httpcore",
        "httpx2",
        "httpcore2",
        "msgspec",
        "cryptography",
        "anyio",
        "h11",
        "certifi",
        "idna",
        "specloom",
        "pip",
        "setuptools",
        "test",
        "tests",
    }
)


class FactRow(Struct, frozen=True):
    """A row of `facts`: its title, and texts by value; no values mean that any text will do."""

    title: Text
    values: Mapping[str, Text]


def languages(root: Node | None) -> tuple[str, ...]:
    """The API's languages, the first the one of texts without a language."""
    return tuple(node.text for node in words(child(root, "languages")))


def units(root: Node | None, texts: TextReader) -> dict[str, Text]:
    return {key.text: texts.read(node) for key, node in entries(child(root, "units"))}


def unprocessed(node: Node | None, diagnostics: DiagnosticCollector) -> tuple[int, ...]:
    """The statuses of an `unprocessed`."""
    found: list[int] = []
    for item in items(node):
        status = integer(item)
        if status is not None and 408 < status < 500:
            diagnostics.add(
                item,
                "status",
                f"`{status}` always means that the request was rejected",
                "`unprocessed` is for 408 and statuses from 500 to 599",
            )
        elif status is not None:
            found.append(status)
    return tuple(found)


def check_names(root: Node | None, diagnostics: DiagnosticCollector) -> None:
    """Reports a package or a client that would hide something else."""
    package, client = child(root, "package"), child(root, "client")
    if isinstance(package, Scalar):
        if not naming.is_snake(package.text):
            diagnostics.add(
                package,
                "package",
                f"`{package.text}` cannot be the name of a package",
                "lower case letters, digits and `_`; no keyword",
            )
        elif package.text in WINDOWS_DEVICES:
            diagnostics.add(
                package,
                "package",
                f"`{package.text}` is the name of a device on Windows, where no folder can be called so",
            )
        elif package.text in sys.stdlib_module_names or package.text in _INSTALLED_PACKAGES:
            diagnostics.add(
                package,
                "package",
                f"`{package.text}` would hide the package of this name",
                f"call it {package.text}_api",
            )
    if isinstance(client, Scalar) and (
        client.text in naming.RESERVED_CLASSES or client.text in {"Client", "AsyncClient"}
    ):
        diagnostics.add(
            client,
            "client",
            f"`{client.text}` means something else in every client",
            f"call it {client.text}Api",
        )


def facts(root: Node | None, texts: TextReader) -> dict[str, FactRow]:
    return {
        key.text: FactRow(
            texts.read(child(node, "title")),
            {value.text: texts.read(text) for value, text in entries(child(node, "values"))},
        )
        for key, node in entries(child(root, "facts"))
    }


def facts_of(node: Node | None, rows: Mapping[str, FactRow], texts: TextReader) -> tuple[Fact, ...]:
    """The fact list of an endpoint: rows by name, or written in place."""
    found: list[Fact] = []
    for key, value in entries(node):
        row = rows.get(key.text)
        if row is None:
            texts.diagnostics.add(
                key,
                "unknown-fact",
                f"`facts` in _api.yaml has no row `{key.text}`",
                did_you_mean(key.text, rows),
            )
        else:
            found.append(
                Fact(row.title, tuple(_fact_value(item, row, texts) for item in _several(value)))
            )
    for item in items(node):
        found.append(
            Fact(
                texts.read(child(item, "title")),
                tuple(texts.read(value) for value in _several(child(item, "value"))),
            )
        )
    return tuple(found)


def _fact_value(node: Node, row: FactRow, texts: TextReader) -> Text:
    if not isinstance(node, Scalar) or not row.values:
        return texts.read(node)
    if node.text not in row.values:
        texts.diagnostics.add(
            node,
            "unknown-fact",
            f"`{node.text}` is not a value of this fact",
            did_you_mean(node.text, row.values),
        )
    return row.values.get(node.text, Text())


def _several(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return [node] if isinstance(node, Scalar | MapNode) else node.items


def hosts(node: Node | None, texts: TextReader) -> tuple[Host, ...]:
    found: list[Host] = []
    for item in items(node):
        url = item if isinstance(item, Scalar) else child(item, "url")
        if isinstance(url, Scalar):
            reason = _wrong_host(url.text)
            if reason:
                hint = (
                    key_hint("{…}", "host")
                    if "{" in url.text
                    else "as https://api.example.com or https://api.example.com/v2"
                )
                texts.diagnostics.add(url, "host", f"`{url.text}` {reason}", hint)
            if url.text.rstrip("/") in (host.url for host in found):
                texts.diagnostics.add(url, "twice", f"`{url.text}` stands here twice")
            found.append(Host(url.text.rstrip("/"), texts.read(child(item, "description"))))
    return tuple(found)


def _wrong_host(url: str) -> str:
    """Why a host cannot be used, '' if it can."""
    match = _HOST.fullmatch(url)
    if (
        match is None
        or re.search(r"%(?![0-9A-Fa-f]{2})|/\.{1,2}(/|$)", url)
        or int(match["port"] or 1) not in range(1, 65536)
    ):
        return "is not an address of a host"
    if match["name"].startswith("[") and not _is_ip(match["name"][1:-1]):
        return "is not an address of a host"
    if match["scheme"] == "http" and not _is_loopback(match["name"].strip("[]")):
        return "is plain http, which is for loopback addresses only"
    return ""


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return name.lower() == "localhost" or (_is_ip(name) and ipaddress.ip_address(name).is_loopback)


def links(node: Node | None, texts: TextReader) -> tuple[Link, ...]:
    found: list[Link] = []
    for item in items(node):
        url = child(item, "url")
        if isinstance(url, Scalar):
            if not _LINK.fullmatch(url.text) or len(url.text) > 2000:
                texts.diagnostics.add(
                    url,
                    "link",
                    "this is not an address of a page",
                    "http or https, with special characters percent-encoded",
                )
            found.append(Link(texts.read(child(item, "title")), url.text))
    return tuple(found)


def date_of_page(node: Node | None, diagnostics: DiagnosticCollector) -> str | None:
    """The date of a provider's page, as it is written."""
    if not isinstance(node, Scalar):
        return None
    try:
        date.fromisoformat(node.text)
    except ValueError:
        diagnostics.add(node, "wrong-value", f"`{node.text}` is not a date")
    return node.text


class SchemeResolver:
    """The ways to authenticate that the spec names: those it declares, and kinds that it uses by their own names."""

    def __init__(self, root: Node | None, diagnostics: DiagnosticCollector) -> None:
        self.diagnostics = diagnostics
        self.declared: dict[str, Scheme] = {}
        self.used: dict[str, Scheme] = {}
        for key, node in entries(child(root, "schemes")):
            self._declare(key, node)

    def _declare(self, key: Scalar, node: Node) -> None:
        if not naming.is_snake(key.text.replace("-", "_")) or key.text in {
            "none",
            *auth_schemes.LATER,
        }:
            taken = keyword.iskeyword(key.text) or key.text in {"none", *auth_schemes.LATER}
            wanted = (
                f"{naming.snake(key.text) or ''}_auth".replace("__", "_")
                if taken
                else naming.snake(key.text)
            )
            hint = (
                f"its name is not sent: call it {wanted}"
                if wanted
                else "lower case letters, digits, `-` and `_`"
            )
            self.diagnostics.add(
                key, "scheme", f"`{key.text}` cannot be the name of a scheme", hint
            )
            return
        name = naming.snake(key.text)
        twin = next((other for other in self.declared if naming.snake(other) == name), None)
        if twin is not None or name in naming.RESERVED_OPTIONS:
            other = f"the scheme `{twin}`" if twin is not None else "something else"
            self.diagnostics.add(
                key,
                "scheme",
                f"`{key.text}` would be the client's argument `{name}`, which is {other} already",
                f"its name is not sent: call it {name}_auth",
            )
        kind = child(node, "scheme")
        self.declared[key.text] = Scheme(key.text, word(kind))
        if not isinstance(kind, Scalar) or not self._known(kind):
            return
        known = auth_schemes.SCHEMES[kind.text].options
        options: dict[str, str] = {}
        for option, value in entries(node):
            if option.text == "scheme":
                continue
            if option.text not in known:
                hint = key_hint(option.text, "scheme") or did_you_mean(
                    option.text, ["scheme", *known]
                )
                self.diagnostics.add(
                    option, "unknown-key", f"`{option.text}` is not an option of {kind.text}", hint
                )
            elif option.text in {"header", "query"} and not _HEADER.fullmatch(word(value)):
                self.diagnostics.add(
                    value, "wrong-value", f"`{word(value)}` is not a name of a header or parameter"
                )
            options[option.text] = word(value)
        if "header" in options and "query" in options:
            self.diagnostics.add(
                key,
                "scheme",
                "the key is carried by a `header` or by a `query` parameter, not by both",
            )
        self.declared[key.text] = Scheme(key.text, kind.text, options)

    def _known(self, kind: Scalar) -> bool:
        if kind.text in auth_schemes.LATER:
            self._reserved(kind)
        elif kind.text not in auth_schemes.SCHEMES:
            self._unknown(kind, auth_schemes.SCHEMES)
        return kind.text in auth_schemes.SCHEMES

    def _reserved(self, name: Scalar) -> None:
        self.diagnostics.add(
            name,
            "not-yet",
            f"`{name.text}` is reserved: {auth_schemes.LATER[name.text]}",
            key_hint(name.text, "auth"),
        )

    def _unknown(self, name: Scalar, known: Iterable[str]) -> None:
        self.diagnostics.add(
            name,
            "unknown-scheme",
            f"there is no scheme `{name.text}`",
            key_hint(name.text, "auth") or did_you_mean(name.text, known),
        )

    def names(self, node: Node | None) -> tuple[str, ...]:
        """The schemes that an `auth` names; none for `none`."""
        found: list[str] = []
        for name in words(node):
            if name.text in self.declared:
                scheme = self.declared[name.text]
            elif name.text == "none":
                if len(words(node)) > 1:
                    self.diagnostics.add(
                        name, "scheme", "`none` stands alone, for no authentication at all"
                    )
                continue
            elif name.text in auth_schemes.SCHEMES and name.text not in auth_schemes.LATER:
                scheme = Scheme(name.text, name.text)
            else:
                if name.text in auth_schemes.LATER:
                    self._reserved(name)
                else:
                    self._unknown(
                        name, dict.fromkeys((*self.declared, "none", *auth_schemes.SCHEMES))
                    )
                continue
            self.used[scheme.name] = scheme
            found.append(scheme.name)
        return tuple(found)

    def of(self, names: Iterable[str]) -> list[Scheme]:
        """The schemes of these names whose kinds are known."""
        return [self.used[name] for name in names if self.used[name].kind in auth_schemes.SCHEMES]

    def all(self) -> tuple[Scheme, ...]:
        """The declared ones in their order, then the others that are used."""
        return (
            *self.declared.values(),
            *(scheme for name, scheme in self.used.items() if name not in self.declared),
        )
