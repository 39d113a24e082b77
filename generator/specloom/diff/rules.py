"""The rules: what can change, and what each change means to code that was written against the old client.

A rule is a row. It judges requests (what a program passes in) and answers (what it gets back) separately, because they are opposites: an
argument may become optional but an attribute may not. Judged is the surface that programs touch: names, keyword arguments, types of
attributes, classes of exceptions, enumerations that are open. What only moves bytes on the wire is compatible: the new client does it.

- breaking: a correct program may fail. Type checkers find it, unless the rule is `invisible`: then it shows at run time only.
- compatible: every correct program goes on, and has something new to notice.
- documentation: nothing but what people read.

Not judged: programs that make answers themselves (in tests), and annotations of whole `Call[…]` and `Response[…]`, which are invariant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

Class: TypeAlias = Literal["breaking", "compatible", "documentation"]
CLASSES: tuple[Class, ...] = ("breaking", "compatible", "documentation")


class Rule(Struct, frozen=True):
    """`says` follows the name of the thing that changed; `why` is the reason for the class. None: cannot happen there."""

    id: str
    says: str
    request: Class | None
    answer: Class | None
    why: str
    invisible: bool = False
    """It breaks programs that type checkers pass."""
    asks: str = ""
    """Instead of `says` where it is an argument that changed."""


_B: Class = "breaking"
_C: Class = "compatible"
_D: Class = "documentation"

_ROWS = (
    # What the client is called, and what it asks for.
    Rule("package-renamed", "has another import name", _B, _B, "every import names it"),
    Rule("client-renamed", "has another name", _B, _B, "programs import it by name"),
    Rule(
        "credentials-changed",
        "asks for other credentials",
        _B,
        _B,
        "the constructor's arguments are others",
    ),
    Rule(
        "auth-tightened",
        "refuses credentials that were enough",
        _B,
        None,
        "a client that has only those is refused",
        invisible=True,
    ),
    Rule(
        "auth-loosened",
        "takes credentials in other ways",
        _C,
        None,
        "whoever could call it still can",
    ),
    Rule(
        "scheme-added",
        "takes one more kind of credentials",
        _C,
        None,
        "an optional argument of the constructor",
    ),
    Rule("scheme-changed", "sends credentials in another form", _C, None, "the client does it"),
    Rule("hosts-changed", "has other hosts", _C, None, "the client sends there"),
    Rule(
        "success-changed",
        "takes other answers for errors",
        None,
        _B,
        "what came back as a value is raised, or the other way round",
        invisible=True,
    ),
    Rule(
        "error-shape-changed",
        "finds the parts of an error elsewhere",
        None,
        _C,
        "the client reads them",
    ),
    Rule(
        "verification-changed",
        "has other rules for signatures of answers",
        None,
        _C,
        "the client verifies",
    ),
    # Resources and endpoints.
    Rule("resource-removed", "was removed", _B, _B, "the attribute of the client is gone"),
    Rule(
        "resource-renamed",
        "has another name in Python",
        _B,
        _B,
        "the attribute of the client is another",
    ),
    Rule("resource-added", "was added", _C, _C, "nobody uses it yet"),
    Rule("endpoint-removed", "was removed", _B, _B, "the method is gone"),
    Rule(
        "endpoint-renamed",
        "has another name in Python",
        _B,
        _B,
        "the method is another; the HTTP line is the same",
    ),
    Rule(
        "endpoint-moved",
        "stands in another resource",
        _B,
        _B,
        "the method is elsewhere; the HTTP line is the same",
    ),
    Rule("endpoint-added", "was added", _C, _C, "nobody calls it yet"),
    Rule(
        "line-taken",
        "has the HTTP line that another endpoint had",
        _B,
        _B,
        "the same call does something else",
        invisible=True,
    ),
    Rule("line-changed", "has another HTTP line", _C, _C, "the client sends it there"),
    # Arguments and fields: there or not.
    Rule("field-removed", "was removed", _B, _B, "programs pass it, or read it"),
    Rule(
        "required-field-added", "was added and must be given", _B, None, "no program gives it yet"
    ),
    Rule("field-added", "was added", _C, _C, "it may be left out, or left unread"),
    Rule("field-renamed", "has another name in Python", _B, _B, "programs name it"),
    Rule("wire-name-changed", "has another name on the wire", _C, _C, "Python's name is the same"),
    Rule(
        "became-required",
        "is always there now",
        _B,
        _C,
        "it could be left out; programs that look for None find none",
        asks="must be given now",
    ),
    Rule(
        "became-optional",
        "may be absent now",
        _C,
        _B,
        "giving it stays right; reading it gives None some day",
        asks="may be left out now",
    ),
    Rule(
        "became-nullable",
        "may be null now",
        _C,
        _B,
        "passing a value stays right; reading it gives None some day",
    ),
    Rule(
        "no-longer-nullable",
        "is never null now",
        _B,
        _C,
        "programs pass None; those that look for it find none",
    ),
    Rule(
        "none-changed",
        "means something else by None",
        _B,
        None,
        "None left it out and sends null, or the other way round",
        invisible=True,
    ),
    Rule(
        "absence-changed",
        "is absent where it was null, or null where it was absent",
        None,
        _C,
        "both are None",
    ),
    Rule("became-constant", "is sent by itself now", _B, None, "it is no argument any more"),
    Rule("no-longer-constant", "is no longer sent by itself", _B, None, "no program gives it yet"),
    Rule("constant-changed", "is sent by itself otherwise", _C, None, "it is sent by itself"),
    Rule(
        "argument-moved",
        "goes elsewhere in the request",
        _C,
        None,
        "it is the same keyword argument",
    ),
    Rule(
        "argument-left-path",
        "goes elsewhere in the request, and by keyword only",
        _B,
        None,
        "arguments of the path are passed by position",
    ),
    Rule(
        "path-order-changed",
        "has another position",
        _B,
        None,
        "arguments of the path are passed by position",
        invisible=True,
    ),
    # Types.
    Rule("type-changed", "has another type", _B, _B, "neither contains the other"),
    Rule(
        "type-widened",
        "has a wider type",
        _C,
        _B,
        "what was passed fits; what is read may be of the wider type",
    ),
    Rule(
        "type-narrowed",
        "has a narrower type",
        _B,
        _C,
        "what was passed may not fit; what is read does",
    ),
    Rule(
        "type-opened",
        "may be any JSON now",
        _C,
        _B,
        "programs that read it go unchecked",
        invisible=True,
    ),
    Rule("type-closed", "is no longer any JSON", _B, _B, "programs treat it as they liked"),
    Rule(
        "member-added",
        "has one more type",
        _C,
        _B,
        "a program that tells the types apart meets another",
    ),
    Rule(
        "member-removed",
        "has one type less",
        _B,
        _C,
        "programs pass it; those that look for it find none",
    ),
    Rule(
        "literal-added",
        "has one more value",
        _C,
        _B,
        "a program that tells the values apart meets another",
    ),
    Rule("literal-removed", "has one value less", _B, _B, "programs pass it, or compare with it"),
    Rule("format-changed", "has another form on the wire", _C, _C, "Python's type is the same"),
    Rule(
        "zone-changed",
        "has a time zone or lost it",
        _B,
        _B,
        "datetimes with and without one do not compare",
        invisible=True,
    ),
    # Limits: requests are checked before they are sent; answers are not checked against limits.
    Rule(
        "limit-tightened",
        "has tighter limits",
        _B,
        _D,
        "what was passed may be refused",
        invisible=True,
    ),
    Rule("limit-loosened", "has looser limits", _C, _D, "what was passed is accepted"),
    Rule(
        "pattern-changed",
        "has another pattern",
        _B,
        _D,
        "what was passed may be refused",
        invisible=True,
    ),
    Rule("pattern-removed", "has no pattern any more", _C, _D, "what was passed is accepted"),
    Rule(
        "media-removed",
        "takes fewer media types",
        _B,
        _D,
        "what was passed may be refused",
        invisible=True,
    ),
    Rule("media-added", "takes more media types", _C, _D, "what was passed is accepted"),
    # What a value means.
    Rule(
        "unit-changed",
        "has another unit",
        _B,
        _B,
        "the same number means something else",
        invisible=True,
    ),
    Rule(
        "default-changed",
        "has another default",
        _B,
        _D,
        "whoever leaves it out gets something else",
        invisible=True,
    ),
    Rule(
        "default-added",
        "has a default in the documentation now",
        _D,
        _D,
        "never sent, and not known to be new",
    ),
    Rule(
        "default-removed",
        "has no default in the documentation any more",
        _D,
        _D,
        "never sent, and not known to be gone",
    ),
    Rule(
        "encryption-changed", "is encrypted on the wire, or no longer", _C, _C, "the client does it"
    ),
    Rule("secrecy-changed", "is hidden in logs, or no longer", _C, _C, "values are the same"),
    Rule("style-changed", "is written in another style", _C, None, "the client does it"),
    # Named types.
    Rule("type-removed", "was removed", _B, _B, "programs import it"),
    Rule("type-renamed", "has another name", _B, _B, "programs import it"),
    Rule(
        "type-name-shared",
        "shares its name with another type",
        _B,
        _B,
        "`models` gives names that only one type has",
    ),
    Rule(
        "type-moved",
        "stands in another module",
        _B,
        _B,
        "`models` still gives it, the module that it stood in does not",
    ),
    Rule("type-added", "was added", _C, _C, "nobody uses it yet"),
    Rule("enum-value-removed", "was removed", _B, _B, "programs name the member"),
    Rule("enum-value-renamed", "has another name in Python", _B, _B, "programs name the member"),
    Rule(
        "closed-enum-value-added",
        "was added to a closed enumeration",
        _C,
        _B,
        "programs that handle all members are told of another",
    ),
    Rule(
        "enum-value-added",
        "was added",
        _C,
        _C,
        "the enumeration is open: programs have a branch for others",
    ),
    Rule(
        "enum-closed",
        "is closed now",
        _B,
        _C,
        "values that it does not list are refused",
        invisible=True,
    ),
    Rule(
        "enum-opened",
        "is open now",
        _C,
        _B,
        "programs need a branch for values that it does not list",
    ),
    Rule("tag-changed", "is told apart by another field", _C, _C, "the client does it"),
    # Bodies and answers.
    Rule("encoding-changed", "is encoded otherwise", _C, None, "the client does it"),
    Rule("signed-part-changed", "signs another part", _C, None, "the client does it"),
    Rule(
        "answer-added",
        "was added, with a type that the method did not return",
        None,
        _B,
        "what the method returns is a union now",
    ),
    Rule("answer-removed", "was removed", None, _C, "programs that look for it find none"),
    Rule(
        "status-added",
        "was added, with a type that the method returned already",
        None,
        _C,
        "what the method returns is the same",
    ),
    Rule(
        "content-added", "has content now", None, _B, "programs return it where nothing is returned"
    ),
    Rule("content-removed", "has no content now", None, _B, "programs read it"),
    Rule(
        "answer-header-removed",
        "was removed",
        None,
        _B,
        "programs look for it in `Response.headers`",
        invisible=True,
    ),
    Rule("answer-header-added", "was added", None, _C, "nobody looks for it yet"),
    Rule("answer-header-changed", "is described otherwise", None, _D, "headers are texts"),
    # Errors.
    Rule("error-removed", "was removed", None, _B, "programs catch it by name"),
    Rule("error-renamed", "has another class", None, _B, "programs catch it by name"),
    Rule(
        "error-row-removed",
        "is no longer documented here",
        None,
        _B,
        "if it comes, it is a plain ApiError",
        invisible=True,
    ),
    Rule(
        "error-body-removed",
        "has no typed body any more",
        None,
        _B,
        "its attributes are gone; the body is any JSON",
        invisible=True,
    ),
    Rule("error-body-added", "has a typed body", None, _C, "nobody reads it yet"),
    Rule("error-added", "was added", None, _C, "it is an ApiError, which programs catch"),
    Rule(
        "error-row-added",
        "is documented here, too",
        None,
        _C,
        "it is an ApiError, which programs catch",
    ),
    Rule("error-status-changed", "comes with another status", None, _C, "programs catch the class"),
    Rule("error-retry-changed", "is retried otherwise", None, _C, "the client does it"),
    Rule("error-outcome-changed", "has another outcome", None, _C, "programs handle all outcomes"),
    Rule(
        "unprocessed-changed",
        "has other statuses that mean not processed",
        None,
        _C,
        "programs handle all outcomes",
    ),
    Rule("error-moved", "is documented elsewhere", None, _D, "the same endpoints have it"),
    Rule("error-text-changed", "has other reasons or remedies", None, _D, "people read them"),
    # Events.
    Rule("event-removed", "was removed", None, _B, "programs name its class"),
    Rule("event-renamed", "has another class", None, _B, "programs name its class"),
    Rule(
        "event-name-changed",
        "has another name on the wire",
        None,
        _B,
        "its `name` is a literal, which programs compare with",
    ),
    Rule(
        "event-added",
        "was added",
        None,
        _C,
        "programs have a branch for other events: it came as an `UnknownEvent`",
    ),
    Rule(
        "envelope-changed",
        "finds the parts of an event elsewhere",
        None,
        _C,
        "the client reads them",
    ),
    Rule(
        "event-address-changed",
        "is sent to another address",
        _D,
        _D,
        "whoever receives it is told it elsewhere",
    ),
    # Behaviour.
    Rule(
        "idempotency-changed",
        "does something else when it is repeated",
        _C,
        None,
        "the client retries accordingly",
    ),
    Rule("deprecated", "is deprecated", _C, _C, "it still works"),
    Rule("no-longer-deprecated", "is no longer deprecated", _C, _C, "it works"),
    # Documentation.
    Rule("text-changed", "has another text", _D, _D, "people read it"),
    Rule("example-changed", "has another example", _D, _D, "people read it"),
    Rule("note-changed", "has another note", _D, _D, "people read it"),
    Rule("facts-changed", "has other facts", _D, _D, "people read them"),
    Rule("links-changed", "has other links", _D, _D, "people read them"),
    Rule("page-changed", "is from another page or date", _D, _D, "people read it"),
    Rule("order-changed", "stand in another order", _D, _D, "arguments are passed by keyword"),
    Rule("language-added", "is documented in one more language", _D, _D, "people read it"),
    Rule("language-removed", "is no longer documented in a language", _D, _D, "people read it"),
    Rule(
        "languages-reordered",
        "has its languages in another order",
        _D,
        _D,
        "the first is that of docstrings",
    ),
    Rule("version-changed", "has another version", _D, _D, "it says what the changes are"),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ROWS}
"""All rules by id, the most important of each group first."""
