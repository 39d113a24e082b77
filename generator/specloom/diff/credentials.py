"""Credentials: what the constructor of a client asks for, and with which of them an endpoint can be called."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..auth_schemes import SCHEMES
from ..model import Api, Scheme, SourceLocation
from ..targets.client_interface import argument_of, schemes_of
from .changes import BOTH, REQUEST, Changes
from .describing import both, names
from .matching import Pairs


def compare(pairs: Pairs, changes: Changes, place: SourceLocation) -> None:
    """The constructor's arguments, and what is sent for them."""
    subject = pairs.new.client
    old, new = _arguments(pairs.old), _arguments(pairs.new)
    if not _kept(old, new):
        changes.add(
            "credentials-changed",
            BOTH,
            subject,
            "",
            (names(old) or "none", names(new) or "none"),
            place,
        )
    elif old != new:
        changes.add("scheme-added", REQUEST, subject, "", (names(old), names(new)), place)
    values = both(_sent, pairs.old, pairs.new)
    if old == new and values[0] != values[1]:
        changes.add("scheme-changed", REQUEST, subject, "", values, place)


def auth(
    pairs: Pairs,
    changes: Changes,
    subject: str,
    old: tuple[str, ...],
    new: tuple[str, ...],
    place: SourceLocation,
) -> None:
    """With which credentials something is called. That it takes those that the constructor asks for now needs no saying."""
    rule = "auth-loosened" if _may_call(pairs, old, new) else "auth-tightened"
    if rule == "auth-tightened" or not new or _kept(_arguments(pairs.old), _arguments(pairs.new)):
        changes.add(rule, REQUEST, subject, "", (names(old) or "none", names(new) or "none"), place)


def _may_call(pairs: Pairs, old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether everybody who could call an endpoint still can: a client has the one kind of credentials, or at least one of several."""
    kinds = [scheme.name for scheme in schemes_of(pairs.old)]
    if len(kinds) == 1:
        return not new or [scheme.name for scheme in schemes_of(pairs.new)] == list(new)
    if not old:
        return not new
    return not new or set(old) <= set(new)


class _Argument(Struct, frozen=True):
    kind: str
    required: bool
    several: bool = False

    def takes(self, before: _Argument) -> bool:
        """Whether what was right for another version of this argument is right for it."""
        return (
            self.kind == before.kind
            and self.several == before.several
            and self.required <= before.required
        )


def _arguments(api: Api) -> Mapping[str, _Argument]:
    """The constructor's arguments for credentials, by name."""
    found: dict[str, _Argument] = {}
    for scheme in schemes_of(api):
        kind = SCHEMES[scheme.kind]
        if (name := argument_of(api, scheme)) is not None:
            found[name] = _Argument(kind.class_name, required=False)
        else:
            found |= {
                each.name: _Argument(each.annotation, each.required, each.several)
                for each in kind.arguments
            }
    return found


def _kept(old: Mapping[str, _Argument], new: Mapping[str, _Argument]) -> bool:
    """Whether what programs give the constructor is right for the new one, too."""
    kept = all(name in new and new[name].takes(argument) for name, argument in old.items())
    return kept and not any(argument.required for name, argument in new.items() if name not in old)


def _sent(api: Api) -> str:
    """All schemes, and what the spec sets on them."""
    return names(_told(scheme) for scheme in api.schemes)


def _told(scheme: Scheme) -> str:
    given = names(f"{key} {value}" for key, value in sorted(scheme.options.items()))
    return f"{scheme.name}: {scheme.kind} ({given})" if given else f"{scheme.name}: {scheme.kind}"
