"""Options of auth schemes that name an endpoint of the spec, and locations in its response."""

from __future__ import annotations

from collections.abc import Mapping

from .. import auth_schemes, model
from ..model import Endpoint, NamedType, Object, Scheme, Type, TypeName
from .collector import DiagnosticCollector, did_you_mean
from .nodes import Node
from .schemes import SchemeResolver


def check(
    schemes: SchemeResolver,
    endpoints: Mapping[str, Endpoint],
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Report endpoints that do not exist or need a token themselves, and locations that their responses do not have."""
    for scheme in schemes.all():
        for option, endpoint_name in _endpoint_options(scheme).items():
            node = schemes.option_nodes[scheme.name, option]
            endpoint = endpoints.get(endpoint_name)
            if endpoint is None:
                diagnostics.add(
                    node,
                    "unknown-endpoint",
                    f"unknown endpoint `{endpoint_name}`",
                    did_you_mean(endpoint_name, endpoints),
                )
                continue
            if any(_endpoint_options(each) for each in schemes.in_any(endpoint.auth)):
                diagnostics.add(
                    node,
                    "conflicting-keys",
                    f"`{endpoint_name}` needs a token itself",
                    "write `auth: none` at the endpoint, or a scheme without an endpoint",
                )
            _check_locations(scheme, endpoint, node, schemes, types, diagnostics)


def _endpoint_options(scheme: Scheme) -> Mapping[str, str]:
    if scheme.kind not in auth_schemes.SCHEMES:
        return {}
    known = auth_schemes.SCHEMES[scheme.kind].options
    return {
        name: value
        for name, value in scheme.options.items()
        if name in known and known[name].form == "endpoint"
    }


def _check_locations(
    scheme: Scheme,
    endpoint: Endpoint,
    node: Node,
    schemes: SchemeResolver,
    types: Mapping[TypeName, NamedType],
    diagnostics: DiagnosticCollector,
) -> None:
    """Report locations of values that no response of the endpoint has."""
    bodies = [each.type for each in endpoint.responses if each.type is not None]
    for name, option in auth_schemes.SCHEMES[scheme.kind].options.items():
        location = scheme.options.get(name, option.default)
        if name in scheme.options and (scheme.name, name) not in schemes.option_nodes:
            continue  # invalid, and reported
        if option.form == "location" and not any(_has(body, location, types) for body in bodies):
            diagnostics.add(
                schemes.option_nodes.get((scheme.name, name), node),
                "unknown-field",
                f"the response of `{endpoint.qualified}` has no `{location}`",
                f"write the location of the value as `{name}`",
            )


def _has(type_: Type, location: str, types: Mapping[TypeName, NamedType]) -> bool:
    """Return whether values of a type may have a value at a location."""
    key, _, rest = location.partition(".")
    match type_:
        case model.Nullable():
            return _has(type_.type, location, types)
        case model.Named(to=name) if isinstance(named := types.get(name), Object):
            found = [field.type for field in named.all_fields if field.wire in (key, "")]
            return any(not rest or _has(each, rest, types) for each in found)
        case model.AnyJson() | model.MapOf():
            return True
        case _:
            return False
