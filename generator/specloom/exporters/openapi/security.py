"""Security schemes, and the alternatives that a request needs."""

from __future__ import annotations

from ...auth_schemes import added_by
from ...model import Api, Json, Scheme
from .nodes import Node, extensions

_FLOWS = {"client_credentials": "clientCredentials", "password": "password"}


def security_schemes(api: Api) -> Node:
    """Return the security scheme of each scheme. One that OpenAPI does not know is the header or query parameter that it adds."""
    return {
        scheme.name: _security_scheme(scheme)
        | extensions({"scheme": {"scheme": scheme.kind, **scheme.options}})
        for scheme in api.schemes
    }


def requirements(api: Api, auth: tuple[tuple[str, ...], ...]) -> list[Json]:
    """Return alternatives, each with the names of the schemes that it needs together."""
    scopes: dict[str, list[Json]] = {
        scheme.name: [*scheme.options.get("scopes", "").split()] if _flow(scheme) else []
        for scheme in api.schemes
    }
    return [{name: scopes.get(name, []) for name in together} for together in auth]


def _flow(scheme: Scheme) -> str | None:
    if "token_url" not in scheme.options:
        return None
    return _FLOWS.get(scheme.options.get("grant", ""))


def _security_scheme(scheme: Scheme) -> Node:
    flow = _flow(scheme)
    if flow:
        scopes: Node = dict.fromkeys(scheme.options.get("scopes", "").split(), "")
        return {
            "type": "oauth2",
            "flows": {flow: {"tokenUrl": scheme.options["token_url"], "scopes": scopes}},
        }
    for where in ("header", "query", "cookie"):
        for name, added in added_by(scheme, where):
            kind = added.sample.partition(" ")[0].lower()
            if name.lower() == "authorization" and kind in ("bearer", "basic"):
                return {"type": "http", "scheme": kind}
            if name != "Cookie":
                return {"type": "apiKey", "in": where, "name": name}
    if "Cookie" in (name for name, _ in added_by(scheme, "header")):
        return {"type": "apiKey", "in": "cookie", "name": scheme.options["cookie"]}
    return {"type": "http", "scheme": "bearer"}
