"""Authentication schemes of an API: those declared under `schemes`, and `auth` of the API and its endpoints."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from .. import auth_schemes, naming
from ..model import Scheme
from .api_file import host_error
from .collector import DiagnosticCollector, did_you_mean
from .key_hints import key_hint
from .localized import child, entries, items, word
from .nodes import MapNode, Node, Scalar

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_LOCATION = re.compile(r"[^.\[\]*\s]+(?:\.[^.\[\]*\s]+)*")
_PLACES = {"header": "header", "query": "query parameter", "form": "form field"}


def _is_endpoint_url(text: str) -> bool:
    """Return whether this is the URL of an endpoint, or its path on the hosts of the API."""
    base = text.partition("?")[0]
    return re.fullmatch(r"[!$-~]+", text) is not None and not host_error(
        f"https://host{base}" if base.startswith("/") else base
    )


def _option_hint(name: str, option: auth_schemes.Option) -> str:
    if option.choices:
        *others, last = option.choices
        return f"use {', '.join(others)} or {last}"
    match option.form:
        case "url":
            return f"write {name}: https://login.example.com/oauth/token, or its path on the API's hosts"
        case "name":
            return "use ASCII letters, digits and `-`"
        case "endpoint":
            return f"write {name}: auth.token, the resource and name of an endpoint"
        case "location":
            return f"write {name}: data.token, the names on the way to the value"
        case "text":
            return f"add {name}"


class SchemeResolver:
    """Resolves authentication schemes: those declared under `schemes`, and kinds used by their own names."""

    def __init__(self, root: Node | None, diagnostics: DiagnosticCollector) -> None:
        self.diagnostics = diagnostics
        self.declared: dict[str, Scheme] = {}
        self.used: dict[str, Scheme] = {}
        self.option_nodes: dict[tuple[str, str], Node] = {}
        """Valid values of options, by scheme and option."""
        for key, node in entries(child(root, "schemes")):
            self._declare(key, node)

    def _declare(self, key: Scalar, node: Node) -> None:
        if not naming.is_snake(key.text.replace("-", "_")) or key.text == "none":
            is_reserved = keyword.iskeyword(key.text) or key.text == "none"
            suggestion = (
                f"{naming.snake(key.text) or ''}_auth".replace("__", "_")
                if is_reserved
                else naming.snake(key.text)
            )
            hint = (
                f"use {suggestion}; the name is not sent to the server"
                if suggestion
                else "use lower-case letters, digits, `-` and `_`"
            )
            self.diagnostics.add(key, "scheme-name", f"invalid scheme name `{key.text}`", hint)
            return
        name = naming.snake(key.text)
        twin = next((other for other in self.declared if naming.snake(other) == name), None)
        if twin is not None or name in naming.RESERVED_OPTIONS:
            owner = f"scheme `{twin}`" if twin is not None else "the client itself"
            self.diagnostics.add(
                key,
                "scheme-name",
                f"scheme `{key.text}` needs the client argument `{name}`, which belongs to {owner}",
                f"use {name}_auth; the name is not sent to the server",
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
                    option,
                    "unknown-key",
                    f"unknown option `{option.text}` of scheme {kind.text}",
                    hint,
                )
            elif self._check_option(option.text, known[option.text], value):
                self.option_nodes[key.text, option.text] = value
            options[option.text] = word(value)
        for name, definition in known.items():
            if definition.required and name not in options:
                self.diagnostics.add(
                    key,
                    "missing-key",
                    f"scheme {kind.text} needs the option `{name}`",
                    _option_hint(name, definition),
                )
        names = [f"`{name}`" for name in options if name in known and known[name].form == "name"]
        if len(names) > 1:
            self.diagnostics.add(
                key,
                "conflicting-keys",
                f"scheme has both {' and '.join(names)}",
                "keep the one that carries the key",
            )
        self.declared[key.text] = Scheme(key.text, kind.text, options)

    def _check_option(self, name: str, definition: auth_schemes.Option, value: Node) -> bool:
        """Report an invalid value; return whether it is valid."""
        text = word(value)
        match definition.form:
            case "name" if not _HEADER.fullmatch(text):
                problem = f"invalid {name} name `{text}`"
            case "location" if not _LOCATION.fullmatch(text):
                problem = f"invalid {name} `{text}`"
            case "url" if not _is_endpoint_url(text):
                problem = f"invalid {name} `{text}`"
            case _ if definition.choices and text not in definition.choices:
                problem = f"invalid {name} `{text}`"
            case _:
                return True
        self.diagnostics.add(value, "invalid-value", problem, _option_hint(name, definition))
        return False

    def _known(self, kind: Scalar) -> bool:
        if kind.text not in auth_schemes.SCHEMES:
            self._unknown(kind, auth_schemes.SCHEMES)
        return kind.text in auth_schemes.SCHEMES

    def _unknown(self, name: Scalar, known: Iterable[str]) -> None:
        self.diagnostics.add(
            name,
            "unknown-scheme",
            f"unknown scheme `{name.text}`",
            key_hint(name.text, "auth") or did_you_mean(name.text, known),
        )

    def alternatives(self, node: Node | None) -> tuple[tuple[str, ...], ...]:
        """Return the alternatives of `auth`, none for `none`."""
        found: list[tuple[str, ...]] = []
        nodes = [node] if isinstance(node, Scalar | MapNode) else items(node)
        for each in nodes:
            group = items(child(each, "all")) if isinstance(each, MapNode) else [each]
            alone = len(nodes) == len(group) == 1
            names = [self._name(name, alone=alone) for name in group if isinstance(name, Scalar)]
            alternative = tuple(name for name in names if name)
            if alternative and len(alternative) == len(group):
                self._check_alternative(each, alternative, found)
                found.append(alternative)
        return tuple(found)

    def _name(self, name: Scalar, *, alone: bool) -> str:
        """Return the name of a scheme in use, or an empty string for `none` and unknown ones."""
        if name.text in self.declared:
            scheme = self.declared[name.text]
        elif name.text == "none":
            if not alone:
                self.diagnostics.add(
                    name,
                    "conflicting-keys",
                    "`none` cannot be combined with a scheme",
                    "remove `none`, or keep it alone for no authentication",
                )
            return ""
        elif name.text in auth_schemes.SCHEMES:
            scheme = Scheme(name.text, name.text)
            self._check_bare(name)
        else:
            self._unknown(name, dict.fromkeys((*self.declared, "none", *auth_schemes.SCHEMES)))
            return ""
        self.used[scheme.name] = scheme
        return scheme.name

    def _check_alternative(
        self, node: Node, names: tuple[str, ...], earlier: Iterable[tuple[str, ...]]
    ) -> None:
        """Report an alternative that an earlier one hides, and schemes that set the same header or query parameter."""
        if isinstance(node, MapNode) and len(names) == 1:
            self.diagnostics.add(
                node, "unused-key", "`all` has one scheme only", f"write `{names[0]}` without `all`"
            )
        for other in earlier:
            if set(other) <= set(names):
                accepted = " and ".join(f"`{name}`" for name in other)
                self.diagnostics.add(
                    node,
                    "unused-key",
                    f"this alternative is never used: {accepted} comes first, and needs no other credentials",
                    "write the alternative with more schemes first",
                )
        for place in ("header", "query", "form"):
            writers: dict[str, str] = {}
            for scheme in self.of(names):
                for name, added in auth_schemes.added_by(scheme, place):
                    key = name.lower() if place == "header" else name
                    writer = writers.setdefault(key, scheme.name)
                    if writer != scheme.name and added.where != "cookie":
                        self.diagnostics.add(
                            node,
                            "conflicting-keys",
                            f"`{writer}` and `{scheme.name}` both set the {_PLACES[place]} `{name}`",
                            "write them as alternatives, or give one of them another name",
                        )

    def _check_bare(self, kind: Scalar) -> None:
        """Report a kind of scheme that needs options, used by its own name."""
        options = auth_schemes.SCHEMES[kind.text].options
        required = [name for name, option in options.items() if option.required]
        if required:
            example = ", ".join(f"{name}: …" for name in required)
            self.diagnostics.add(
                kind,
                "missing-key",
                f"scheme {kind.text} needs the option `{required[0]}`",
                f"declare it: `schemes: {{account: {{scheme: {kind.text}, {example}}}}}`, and write `auth: account`",
            )

    def in_any(self, alternatives: Iterable[tuple[str, ...]]) -> list[Scheme]:
        """Return the schemes of all these alternatives whose kinds are known."""
        return self.of(dict.fromkeys(name for names in alternatives for name in names))

    def of(self, names: Iterable[str]) -> list[Scheme]:
        """Return the schemes of these names whose kinds are known."""
        return [self.used[name] for name in names if self.used[name].kind in auth_schemes.SCHEMES]

    def all(self) -> tuple[Scheme, ...]:
        """Return the declared schemes in their order, then the others in use."""
        return (
            *self.declared.values(),
            *(scheme for name, scheme in self.used.items() if name not in self.declared),
        )
