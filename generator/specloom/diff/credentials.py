"""Comparison of credentials: arguments of the client's constructor, and the schemes that endpoints accept."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..auth_schemes import SCHEMES, arguments_of
from ..model import Api, Field, Scheme, SourceLocation, String
from ..targets.client_interface import argument_of, auth_names, schemes_of
from .changes import BOTH, REQUEST, Changes
from .describing import comma_list, describe_both
from .matching import Matching


def compare(matching: Matching, changes: Changes, location: SourceLocation) -> None:
    """Compare the constructor's arguments for credentials, and the options of the schemes."""
    subject = matching.new.client
    old, new = _arguments(matching.old), _arguments(matching.new)
    if not _accepts_all(old, new):
        changes.add(
            "credentials-changed",
            BOTH,
            subject,
            "",
            (comma_list(old) or "none", comma_list(new) or "none"),
            location,
        )
    elif old != new:
        changes.add(
            "scheme-added", REQUEST, subject, "", (comma_list(old), comma_list(new)), location
        )
    values = describe_both(_describe_schemes, matching.old, matching.new)
    if old == new and values[0] != values[1]:
        changes.add("scheme-changed", REQUEST, subject, "", values, location)


def compare_auth(
    matching: Matching,
    changes: Changes,
    subject: str,
    old: tuple[tuple[str, ...], ...],
    new: tuple[tuple[str, ...], ...],
    location: SourceLocation,
) -> None:
    """Compare the accepted schemes. No change is added if they only follow from the changed arguments of the constructor."""
    rule = "auth-loosened" if _still_accepted(matching, old, new) else "auth-tightened"
    if (
        rule == "auth-tightened"
        or not new
        or _accepts_all(_arguments(matching.old), _arguments(matching.new))
    ):
        changes.add(
            rule,
            REQUEST,
            subject,
            "",
            (comma_list(auth_names(old)) or "none", comma_list(auth_names(new)) or "none"),
            location,
        )


def _still_accepted(
    matching: Matching, old: tuple[tuple[str, ...], ...], new: tuple[tuple[str, ...], ...]
) -> bool:
    """Return whether every client that could call an endpoint still can: it has the only kind of credentials, or at least those of one
    alternative."""
    kinds = [scheme.name for scheme in schemes_of(matching.old)]
    if len(kinds) == 1:
        return not new or [(scheme.name,) for scheme in schemes_of(matching.new)] == list(new)
    if not old:
        return not new
    return not new or all(any(set(each) <= set(names) for each in new) for names in old)


class _Argument(Struct, frozen=True):
    kind: str
    required: bool
    several: bool = False

    def accepts(self, before: _Argument) -> bool:
        """Return whether every value that was valid for the old argument is valid for this one."""
        return (
            self.kind == before.kind
            and self.several == before.several
            and self.required <= before.required
        )


def _arguments(api: Api) -> Mapping[str, _Argument]:
    """Return the constructor's arguments for credentials, by name."""
    arguments = {
        each.name: _Argument(_values(each), required=each.required) for each in api.host_variables
    }
    for scheme in schemes_of(api):
        kind = SCHEMES[scheme.kind]
        if (name := argument_of(api, scheme)) is not None:
            arguments[name] = _Argument(kind.class_name, required=False)
        else:
            arguments |= {
                each.name: _Argument(each.annotation, each.required, each.several)
                for each in arguments_of(scheme)
            }
    return arguments


def _values(variable: Field) -> str:
    """Return the values of a host variable that programs may pass, as text."""
    assert isinstance(variable.type, String)
    return comma_list(variable.type.literals) or "str"


def _accepts_all(old: Mapping[str, _Argument], new: Mapping[str, _Argument]) -> bool:
    """Return whether all calls of the old constructor are valid for the new one."""
    still_valid = all(name in new and new[name].accepts(argument) for name, argument in old.items())
    return still_valid and not any(
        argument.required for name, argument in new.items() if name not in old
    )


def _describe_schemes(api: Api) -> str:
    """Return all schemes with their options."""
    return comma_list(_describe(scheme) for scheme in api.schemes)


def _describe(scheme: Scheme) -> str:
    options = comma_list(f"{key} {value}" for key, value in sorted(scheme.options.items()))
    return (
        f"{scheme.name}: {scheme.kind} ({options})" if options else f"{scheme.name}: {scheme.kind}"
    )
