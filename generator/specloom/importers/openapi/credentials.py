"""Security schemes and requirements to `schemes` and `auth`."""

from __future__ import annotations

import re
from typing import cast

from ... import naming
from .context import Context
from .documents import At

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_TOKEN_URL = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?(/[\w.~!$&'()*+,;=:@%/-]*)?|/[\w.~/-]+")
_GRANTS = {"clientCredentials": "client_credentials", "password": "password"}


class Credentials:
    """The schemes of a document, by their names in the spec."""

    def __init__(self, context: Context, schemes: At | None) -> None:
        self.context = context
        self.schemes: dict[str, dict[str, object]] = {}
        self.names: dict[str, str] = {}
        self.places: dict[str, tuple[str, str]] = {}
        """Parameter that a scheme sets: its place and name."""
        self.used: set[str] = set()
        self._at: dict[str, At] = {}
        for name, scheme in schemes.entries() if schemes else ():
            target = context.documents.follow(scheme)
            if target is not None and target.is_map:
                self._add(name, target)

    def _add(self, name: str, at: At) -> None:
        keys = self._scheme(at)
        self._at[name] = at
        if keys is None:
            self.context.note(
                at,
                "left out",
                "security scheme",
                f"`{name[:60]}`: there is no scheme for {at.text('type')[:40]} {at.text('scheme')[:40]}".rstrip(),
            )
            return
        own = naming.snake(re.sub(r"[^\x00-\x7f]", " ", name)) or "credential"
        if not naming.is_snake(own) or own in naming.RESERVED_OPTIONS or own == "none":
            own = f"{own.rstrip('_')}_auth"
        unique, count = own[:60], 1
        while unique in self.schemes:
            count += 1
            unique = f"{own[:60]}_{count}"
        self.schemes[unique] = keys
        self.names[name] = unique
        for place in ("header", "query", "cookie"):
            if place in keys:
                self.places[unique] = (
                    place,
                    str(keys[place]).lower() if place == "header" else str(keys[place]),
                )

    def _scheme(self, at: At) -> dict[str, object] | None:
        match at.text("type"), at.text("scheme").lower():
            case "http", "basic":
                return {"scheme": "basic"}
            case "http", "bearer":
                return {"scheme": "bearer"}
            case "apiKey", _:
                place, name = at.text("in"), at.text("name")
                if place == "header" and name.lower() == "authorization":
                    return {"scheme": "api-key", "header": name}
                return (
                    {"scheme": "api-key", place: name}
                    if place in {"header", "query", "cookie"} and _HEADER.fullmatch(name)
                    else None
                )
            case "oauth2", _:
                return self._oauth2(at)
            case "openIdConnect", _:
                self.context.note(
                    at,
                    "loosened",
                    "openIdConnect",
                    "became a bearer token, which the program fetches itself",
                )
                return {"scheme": "bearer"}
            case _:
                return None

    def _oauth2(self, at: At) -> dict[str, object]:
        flows = at.get("flows")
        for name, grant in _GRANTS.items():
            flow = flows.get(name) if flows else None
            url = flow.text("tokenUrl") if flow else ""
            if url and _TOKEN_URL.fullmatch(url):
                return {"scheme": "oauth2", "token_url": url, "grant": grant}
            if url:
                self.context.note(
                    at,
                    "loosened",
                    "token URL",
                    f"`{url[:100]}` is neither https nor a path; became a bearer token",
                )
        if flows and not any(flows.get(name) for name in _GRANTS):
            self.context.note(
                at,
                "loosened",
                "OAuth 2 flow with a person",
                "became a bearer token, which the program fetches itself",
            )
        return {"scheme": "bearer"}

    def alternatives(self, at: At | None) -> object:
        """Return the value of `auth` for security requirements: a name, `none`, or a list of alternatives."""
        if at is None or not at.is_list or not at.value:
            return "none"
        found: list[list[str]] = []
        for requirement in at.items():
            names: list[str] = []
            unknown = False
            for name, _ in requirement.entries():
                if name in self.names:
                    names.append(self.names[name])
                else:
                    unknown = True
                    if name not in self._at:
                        self.context.note(
                            requirement,
                            "repaired",
                            "undeclared security scheme",
                            f"`{name[:60]}` is not declared; left out",
                        )
            places = [self.places.get(name, ("header", "authorization")) for name in names]
            distinct = [
                name
                for index, name in enumerate(names)
                if places[index] not in places[:index] or places[index][0] == "cookie"
            ]
            if len(distinct) < len(names):
                self.context.note(
                    requirement,
                    "repaired",
                    "conflicting security schemes",
                    "two schemes set one header; the first is kept",
                )
            if not requirement.map:
                self.context.note(
                    requirement, "loosened", "optional authentication", "requests are authenticated"
                )
            if distinct and distinct not in found and (distinct or not unknown):
                found.append(distinct)
        kept: list[list[str]] = []
        for each in (
            sorted(found, key=lambda names: -len(names))
            if any(set(a) < set(b) for a in found for b in found)
            else found
        ):
            if not any(set(other) <= set(each) for other in kept):
                kept.append(each)
        if not kept:
            return "none"
        self.used.update(name for each in kept for name in each)
        written: list[object] = [each[0] if len(each) == 1 else {"all": each} for each in kept]
        return written[0] if len(written) == 1 and isinstance(written[0], str) else written

    def set_by(self, auth: object) -> set[tuple[str, str]]:
        """Return the parameters that the schemes of an `auth` set."""
        names: list[str] = []
        for each in cast("list[object]", auth) if isinstance(auth, list) else [auth]:
            names += (
                cast("dict[str, list[str]]", each)["all"] if isinstance(each, dict) else [str(each)]
            )
        return {
            self.places.get(name, ("header", "authorization")) for name in names if name != "none"
        }

    def scopes(self, at: At | None) -> list[str]:
        """Return the OAuth scopes that requirements name."""
        found = [
            scope.value
            for requirement in (at.items() if at else ())
            for _, scopes in requirement.entries()
            for scope in scopes.items()
        ]
        return [*dict.fromkeys(scope for scope in found if isinstance(scope, str) and scope)]

    def written(self) -> dict[str, object]:
        """Return `schemes`; empty if the default options do."""
        return {name: keys for name, keys in self.schemes.items() if name in self.used}
