"""`_api.yaml`: languages, hosts, units and facts of the whole API."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from .. import naming
from ..model import Fact, Host, Link, Text
from .collector import DiagnosticCollector, did_you_mean
from .host_variables import VARIABLE
from .localized import TextReader, child, entries, integer, items, words
from .nodes import MapNode, Node, Scalar
from .spec_folder import WINDOWS_DEVICES

_HOST = re.compile(
    r"(?P<scheme>https?)://(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[\w.~!$&'()*+,;=:@%-]+)*)/?",
    re.ASCII,
)
_LINK = re.compile(r"https?://[^\s<>\"'`\\^{}|()\[\]]+")
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
    """A row of `facts`: its title and a text per value; without values, any text is allowed."""

    title: Text
    values: Mapping[str, Text]


def languages(root: Node | None) -> tuple[str, ...]:
    """Return the API's languages; the first is the language of texts without one."""
    return tuple(node.text for node in words(child(root, "languages")))


def units(root: Node | None, texts: TextReader) -> dict[str, Text]:
    return {key.text: texts.read(node) for key, node in entries(child(root, "units"))}


def unprocessed(node: Node | None, diagnostics: DiagnosticCollector) -> tuple[int, ...]:
    """Return the statuses of `unprocessed`."""
    statuses: list[int] = []
    for item in items(node):
        status = integer(item)
        if status is not None and 408 < status < 500:
            diagnostics.add(
                item,
                "invalid-status",
                f"status {status} always means that the request was rejected",
                "list only 408 and 500 to 599 under `unprocessed`",
            )
        elif status is not None:
            statuses.append(status)
    return tuple(statuses)


def check_names(root: Node | None, diagnostics: DiagnosticCollector) -> None:
    """Report a package or client name that is invalid or already taken."""
    package, client = child(root, "package"), child(root, "client")
    if isinstance(package, Scalar):
        if not naming.is_snake(package.text):
            diagnostics.add(
                package,
                "package-name",
                f"invalid package name `{package.text}`",
                "use lower-case letters, digits and `_`, but no Python keyword",
            )
        elif package.text in WINDOWS_DEVICES:
            diagnostics.add(
                package,
                "package-name",
                f"package name `{package.text}` is a reserved device name on Windows",
                f"use {package.text}_api",
            )
        elif package.text in sys.stdlib_module_names or package.text in _INSTALLED_PACKAGES:
            diagnostics.add(
                package,
                "package-name",
                f"package name `{package.text}` shadows an existing module",
                f"use {package.text}_api",
            )
    if isinstance(client, Scalar) and (
        client.text in naming.RESERVED_CLASSES
        or client.text in {"Client", "AsyncClient", "Stream", "AsyncStream"}
    ):
        diagnostics.add(
            client,
            "client-name",
            f"client name `{client.text}` is reserved",
            f"use {client.text}Api",
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
    """Return the facts of an endpoint: rows by name, or written inline."""
    facts: list[Fact] = []
    for key, value in entries(node):
        row = rows.get(key.text)
        if row is None:
            texts.diagnostics.add(
                key,
                "unknown-fact",
                f"unknown fact `{key.text}`; `facts` in _api.yaml does not define it",
                did_you_mean(key.text, rows),
            )
        else:
            facts.append(
                Fact(row.title, tuple(_fact_value(item, row, texts) for item in _as_list(value)))
            )
    for item in items(node):
        facts.append(
            Fact(
                texts.read(child(item, "title")),
                tuple(texts.read(value) for value in _as_list(child(item, "value"))),
            )
        )
    return tuple(facts)


def _fact_value(node: Node, row: FactRow, texts: TextReader) -> Text:
    if not isinstance(node, Scalar) or not row.values:
        return texts.read(node)
    if node.text not in row.values:
        texts.diagnostics.add(
            node,
            "unknown-fact",
            f"unknown value `{node.text}` of this fact",
            did_you_mean(node.text, row.values),
        )
    return row.values.get(node.text, Text())


def _as_list(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return [node] if isinstance(node, Scalar | MapNode) else node.items


def hosts(node: Node | None, texts: TextReader, variables: Iterable[str]) -> tuple[Host, ...]:
    """Return the hosts of the API or of an endpoint; `variables` are those that their URLs may have."""
    hosts: list[Host] = []
    for item in items(node):
        url = item if isinstance(item, Scalar) else child(item, "url")
        if isinstance(url, Scalar):
            reason = host_error(url.text)
            if reason:
                hint = (
                    "write a variable as {name}, in the host name or the path, and declare it under `variables`"
                    if "{" in url.text
                    else "write https://api.example.com or https://api.example.com/v2"
                )
                texts.diagnostics.add(url, "invalid-host", f"{reason} `{url.text}`", hint)
            _check_variables(url, variables, texts.diagnostics)
            if url.text.rstrip("/") in (host.url for host in hosts):
                texts.diagnostics.add(
                    url, "duplicate-host", f"duplicate host `{url.text}`", "remove one of them"
                )
            hosts.append(Host(url.text.rstrip("/"), texts.read(child(item, "description"))))
    return tuple(hosts)


def _check_variables(
    url: Scalar, variables: Iterable[str], diagnostics: DiagnosticCollector
) -> None:
    for match in VARIABLE.finditer(url.text):
        if match[1] not in variables:
            diagnostics.add(
                url,
                "invalid-host",
                f"unknown host variable `{match[0]}`",
                (
                    did_you_mean(match[1], variables)
                    if variables
                    else f"declare it in _api.yaml: `variables: {{{match[1]}: string}}` beside the `url`"
                ),
                offset=match.start(),
                length=len(match[0]),
            )


def host_error(url: str) -> str:
    """Return what is wrong with a host, or an empty string."""
    url = VARIABLE.sub("x", url)
    match = _HOST.fullmatch(url)
    if (
        match is None
        or re.search(r"%(?![0-9A-Fa-f]{2})|/\.{1,2}(/|$)", url)
        or int(match["port"] or 1) not in range(1, 65536)
    ):
        return "invalid host"
    if match["name"].startswith("[") and not _is_ip(match["name"][1:-1]):
        return "invalid host"
    if match["scheme"] == "http" and not _is_loopback(match["name"].strip("[]")):
        return "unencrypted http is allowed for loopback addresses only, not for"
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
    links: list[Link] = []
    for item in items(node):
        url = child(item, "url")
        if isinstance(url, Scalar):
            if not _LINK.fullmatch(url.text) or len(url.text) > 2000:
                texts.diagnostics.add(
                    url,
                    "invalid-link",
                    "invalid URL",
                    "use http or https, percent-encode special characters, and stay within 2,000 characters",
                )
            links.append(Link(texts.read(child(item, "title")), url.text))
    return tuple(links)


def date_of_page(node: Node | None, diagnostics: DiagnosticCollector) -> str | None:
    """Return the date of the provider's page as written."""
    if not isinstance(node, Scalar):
        return None
    try:
        date.fromisoformat(node.text)
    except ValueError:
        diagnostics.add(
            node,
            "invalid-value",
            f"invalid date `{node.text}`",
            "write YYYY-MM-DD, an existing day",
        )
    return node.text
