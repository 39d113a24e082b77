"""Rules of `specloom diff`: the possible changes, and the effect of each on programs that use the old client.

Each rule classifies a change separately for requests (values that a program passes) and responses (values that it gets), because these are
opposites: an argument may become optional, an attribute may not. The classes are about the interface of the client: names, keyword
arguments, types of attributes, exception classes, open enumerations. A change that affects only the wire is compatible, because the new
client handles it.

- breaking: a correct program may fail. Type checkers find it, unless the rule is `runtime_only`.
- compatible: every correct program still works.
- documentation: only texts for people have changed.

Not covered: programs that create responses themselves (in tests), and annotations with whole `Call[…]` and `Response[…]`, which are invariant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

Class: TypeAlias = Literal["breaking", "compatible", "documentation"]
CLASSES: tuple[Class, ...] = ("breaking", "compatible", "documentation")


class Rule(Struct, frozen=True):
    """A possible change, and its class for requests and for responses; None if it cannot occur there."""

    id: str
    sentence: str
    """Follows the name of the changed part."""
    request: Class | None
    response: Class | None
    reason: str
    """Why the change has this class."""
    runtime_only: bool = False
    """True if it breaks programs that type checkers accept."""
    request_sentence: str = ""
    """Replaces `sentence` for a change that affects requests only."""


_B: Class = "breaking"
_C: Class = "compatible"
_D: Class = "documentation"

_ROWS = (
    # Names and options of the client.
    Rule("package-renamed", "was renamed", _B, _B, "programs import it by name"),
    Rule("client-renamed", "was renamed", _B, _B, "programs import it by name"),
    Rule(
        "credentials-changed",
        "requires other credentials",
        _B,
        _B,
        "the constructor has other arguments",
    ),
    Rule(
        "auth-tightened",
        "no longer accepts some credentials",
        _B,
        None,
        "a client with only those credentials is rejected",
        runtime_only=True,
    ),
    Rule(
        "auth-loosened",
        "accepts more credentials",
        _C,
        None,
        "all credentials that were accepted still are",
    ),
    Rule(
        "scheme-added",
        "accepts one more kind of credentials",
        _C,
        None,
        "the constructor has one more optional argument",
    ),
    Rule("scheme-changed", "sends credentials in another form", _C, None, "the client handles it"),
    Rule("hosts-changed", "has other hosts", _C, None, "the client handles it"),
    Rule(
        "success-changed",
        "treats other responses as errors",
        None,
        _B,
        "a response that was returned is raised, or the reverse",
        runtime_only=True,
    ),
    Rule(
        "error-shape-changed",
        "has the parts of errors at other paths",
        None,
        _C,
        "the client handles it",
    ),
    Rule(
        "verification-changed",
        "changed the verification of signatures",
        None,
        _C,
        "the client handles it",
    ),
    Rule("hash-changed", "changed the verification of its hash", None, _C, "the client handles it"),
    Rule(
        "download-changed",
        "returns a file in another form",
        None,
        _B,
        "a `Download` streams the file; beside other responses a file is bytes",
    ),
    # Resources and endpoints.
    Rule("resource-removed", "was removed", _B, _B, "the client no longer has the attribute"),
    Rule(
        "resource-renamed",
        "was renamed in Python",
        _B,
        _B,
        "the attribute of the client has another name",
    ),
    Rule("resource-added", "was added", _C, _C, "no program uses it yet"),
    Rule("endpoint-removed", "was removed", _B, _B, "the method no longer exists"),
    Rule(
        "endpoint-renamed",
        "was renamed in Python",
        _B,
        _B,
        "the method has another name; HTTP method and path are the same",
    ),
    Rule(
        "endpoint-moved",
        "was moved to another resource",
        _B,
        _B,
        "the method is in another resource; HTTP method and path are the same",
    ),
    Rule("endpoint-added", "was added", _C, _C, "no program calls it yet"),
    Rule(
        "route-reused",
        "has the HTTP method and path that another endpoint had",
        _B,
        _B,
        "the same call does something else",
        runtime_only=True,
    ),
    Rule("route-changed", "has another HTTP method or path", _C, _C, "the client handles it"),
    # Arguments and fields: presence.
    Rule("field-removed", "was removed", _B, _B, "programs pass it, or read it"),
    Rule("required-field-added", "was added and is required", _B, None, "no program passes it yet"),
    Rule("field-added", "was added", _C, _C, "programs may omit it, or not read it"),
    Rule("field-renamed", "was renamed in Python", _B, _B, "programs use its name"),
    Rule("wire-name-changed", "was renamed on the wire", _C, _C, "the Python name is the same"),
    Rule(
        "became-required",
        "is always present now",
        _B,
        _C,
        "programs may omit it; a check for None still works",
        request_sentence="is required now",
    ),
    Rule(
        "became-optional",
        "may be absent now",
        _C,
        _B,
        "passing it still works; reading it may give None",
        request_sentence="may be omitted now",
    ),
    Rule(
        "became-nullable",
        "may be null now",
        _C,
        _B,
        "passing a value still works; reading it may give None",
    ),
    Rule(
        "no-longer-nullable",
        "is never null now",
        _B,
        _C,
        "programs may pass None; a check for None still works",
        request_sentence="may no longer be None",
    ),
    Rule(
        "none-meaning-changed",
        "is sent differently for None",
        _B,
        None,
        "None omitted it and now sends null, or the reverse",
        runtime_only=True,
    ),
    Rule(
        "absence-changed",
        "is absent where it was null, or null where it was absent",
        None,
        _C,
        "both are None",
    ),
    Rule("became-constant", "is sent by the client now", _B, None, "it is no longer an argument"),
    Rule(
        "no-longer-constant",
        "is no longer sent by the client",
        _B,
        None,
        "no program passes it yet",
    ),
    Rule("constant-changed", "has another constant value", _C, None, "the client sends it"),
    Rule(
        "argument-moved",
        "is sent in another part of the request",
        _C,
        None,
        "it is the same keyword argument",
    ),
    Rule(
        "argument-left-path",
        "is no longer in the path, and must be passed by keyword",
        _B,
        None,
        "arguments of the path are positional",
    ),
    Rule(
        "path-order-changed",
        "has another position",
        _B,
        None,
        "arguments of the path are positional",
        runtime_only=True,
    ),
    # Types.
    Rule("type-changed", "has another type", _B, _B, "neither type contains the other"),
    Rule(
        "type-widened",
        "has a wider type",
        _C,
        _B,
        "values that are passed stay valid; values that are read may be of the wider type",
    ),
    Rule(
        "type-narrowed",
        "has a narrower type",
        _B,
        _C,
        "values that are passed may be invalid; values that are read stay valid",
    ),
    Rule(
        "type-opened",
        "may be any JSON now",
        _C,
        _B,
        "type checkers no longer check programs that read it",
        runtime_only=True,
    ),
    Rule("type-closed", "is no longer any JSON", _B, _B, "programs use it as any type"),
    Rule(
        "union-member-added",
        "has more types",
        _C,
        _B,
        "programs that distinguish the types get a new one",
    ),
    Rule(
        "union-member-removed",
        "has fewer types",
        _B,
        _C,
        "programs may pass it; a check for it still works",
    ),
    Rule(
        "literal-added",
        "has more values",
        _C,
        _B,
        "programs that distinguish the values get a new one",
    ),
    Rule("literal-removed", "has fewer values", _B, _B, "programs pass it, or compare with it"),
    Rule("format-changed", "has another format on the wire", _C, _C, "the Python type is the same"),
    Rule(
        "zone-changed",
        "gained or lost its time zone",
        _B,
        _B,
        "Python does not compare datetimes with and without a time zone",
        runtime_only=True,
    ),
    # Limits: requests are checked before they are sent; responses are not checked.
    Rule(
        "limit-tightened",
        "has tighter limits",
        _B,
        _D,
        "values that are passed may be rejected",
        runtime_only=True,
    ),
    Rule("limit-loosened", "has looser limits", _C, _D, "values that are passed stay valid"),
    Rule(
        "pattern-changed",
        "has another pattern",
        _B,
        _D,
        "values that are passed may be rejected",
        runtime_only=True,
    ),
    Rule("pattern-removed", "no longer has a pattern", _C, _D, "values that are passed stay valid"),
    Rule(
        "media-removed",
        "has fewer media types",
        _B,
        _D,
        "values that are passed may be rejected",
        runtime_only=True,
    ),
    Rule("media-added", "has more media types", _C, _D, "values that are passed stay valid"),
    # Meaning of a value.
    Rule(
        "unit-changed",
        "has another unit",
        _B,
        _B,
        "the same number means something else",
        runtime_only=True,
    ),
    Rule(
        "default-changed",
        "has another default",
        _B,
        _D,
        "programs that omit it get something else",
        runtime_only=True,
    ),
    Rule(
        "default-added",
        "has a documented default now",
        _D,
        _D,
        "the client never sends it, and the server may have had it before",
    ),
    Rule(
        "default-removed",
        "no longer has a documented default",
        _D,
        _D,
        "the client never sent it, and the server may still have it",
    ),
    Rule(
        "encryption-changed",
        "changed its encryption on the wire",
        _C,
        _C,
        "the client handles it",
    ),
    Rule("secret-changed", "changed its visibility in logs", _C, _C, "values are the same"),
    Rule(
        "fill-changed",
        "gets another value from the client if it is absent",
        _C,
        None,
        "the client handles it",
    ),
    Rule("style-changed", "is encoded in another style", _C, None, "the client handles it"),
    # Named types.
    Rule("type-removed", "was removed", _B, _B, "programs import it"),
    Rule("type-renamed", "was renamed", _B, _B, "programs import it"),
    Rule(
        "type-name-shared",
        "shares its name with another type",
        _B,
        _B,
        "`models` exports only names that are unique",
    ),
    Rule(
        "type-moved",
        "was moved to another module",
        _B,
        _B,
        "`models` still exports it, its old module does not",
    ),
    Rule("type-added", "was added", _C, _C, "no program uses it yet"),
    Rule("enum-value-removed", "was removed", _B, _B, "programs use the name of the member"),
    Rule(
        "enum-value-renamed",
        "was renamed in Python",
        _B,
        _B,
        "programs use the name of the member",
    ),
    Rule(
        "closed-enum-value-added",
        "was added to a closed enumeration",
        _C,
        _B,
        "programs that handle all members get a new one",
    ),
    Rule(
        "enum-value-added",
        "was added",
        _C,
        _C,
        "the enumeration is open: programs have a branch for unknown values",
    ),
    Rule(
        "enum-closed",
        "is closed now",
        _B,
        _C,
        "unlisted values that are passed are rejected",
        runtime_only=True,
    ),
    Rule(
        "enum-opened",
        "is open now",
        _C,
        _B,
        "programs need a branch for unlisted values",
    ),
    Rule("tag-changed", "has another tag field", _C, _C, "the client handles it"),
    # Request bodies and responses.
    Rule("encoding-changed", "has another encoding", _C, None, "the client handles it"),
    Rule("signed-part-changed", "signs another part", _C, None, "the client handles it"),
    Rule(
        "response-added",
        "was added, with a type that the method did not return",
        None,
        _B,
        "the method returns a union now",
    ),
    Rule("response-removed", "was removed", None, _C, "a check for its type still works"),
    Rule(
        "status-added",
        "was added, with a type that the method already returned",
        None,
        _C,
        "the return type of the method is the same",
    ),
    Rule(
        "response-body-added",
        "has a body now",
        None,
        _B,
        "programs use the return value where None is expected",
    ),
    Rule("response-body-removed", "no longer has a body", None, _B, "programs read it"),
    Rule(
        "streaming-changed",
        "is streamed, or no longer streamed",
        None,
        _B,
        "a stream is iterated in a `with` statement, any other response is a value",
    ),
    Rule("stream-changed", "is streamed in another format", None, _C, "the client handles it"),
    Rule(
        "response-header-removed",
        "was removed",
        None,
        _B,
        "programs read it from `Response.headers`",
        runtime_only=True,
    ),
    Rule("response-header-added", "was added", None, _C, "no program reads it yet"),
    Rule("response-header-changed", "is documented differently", None, _D, "headers are strings"),
    # Errors.
    Rule("error-removed", "was removed", None, _B, "programs catch it by name"),
    Rule("error-renamed", "was renamed in Python", None, _B, "programs catch it by name"),
    Rule(
        "error-row-removed",
        "is no longer documented here",
        None,
        _B,
        "if it occurs, it is raised as ApiError",
        runtime_only=True,
    ),
    Rule(
        "error-body-removed",
        "no longer has a typed body",
        None,
        _B,
        "the body is any JSON, without attributes",
        runtime_only=True,
    ),
    Rule("error-body-added", "has a typed body now", None, _C, "no program reads it yet"),
    Rule(
        "error-added", "was added", None, _C, "it is a subclass of ApiError, which programs catch"
    ),
    Rule(
        "error-row-added",
        "is also documented here",
        None,
        _C,
        "it is a subclass of ApiError, which programs catch",
    ),
    Rule(
        "error-class-changed",
        "is raised as another class",
        None,
        _B,
        "programs catch the class of the status, the range or the default",
        runtime_only=True,
    ),
    Rule("error-status-changed", "has another status", None, _C, "programs catch the class"),
    Rule("error-retry-changed", "is retried differently", None, _C, "the client handles it"),
    Rule("error-outcome-changed", "has another outcome", None, _C, "programs handle all outcomes"),
    Rule(
        "unprocessed-changed",
        "has other statuses that mean not processed",
        None,
        _C,
        "programs handle all outcomes",
    ),
    Rule("error-moved", "is documented in another table", None, _D, "the same endpoints have it"),
    Rule("error-text-changed", "has other reasons or remedies", None, _D, "only people read it"),
    # Events.
    Rule("event-removed", "was removed", None, _B, "programs use its class"),
    Rule("event-renamed", "was renamed in Python", None, _B, "programs use its class"),
    Rule(
        "event-name-changed",
        "was renamed on the wire",
        None,
        _B,
        "programs compare with its `name`, which is a literal",
    ),
    Rule(
        "event-added",
        "was added",
        None,
        _C,
        "programs have a branch for other events: it was an `UnknownEvent`",
    ),
    Rule(
        "envelope-changed",
        "has the parts of events at other paths",
        None,
        _C,
        "the client handles it",
    ),
    Rule(
        "event-address-changed",
        "is sent to another address",
        _D,
        _D,
        "the address is configured outside the client",
    ),
    # Behaviour.
    Rule(
        "idempotency-changed",
        "has another idempotency",
        _C,
        None,
        "the client retries accordingly",
    ),
    Rule(
        "paging-removed",
        "no longer has pages",
        _B,
        None,
        "the method that iterates over all pages no longer exists",
    ),
    Rule("paging-added", "has pages", _C, None, "the method of one page stays"),
    Rule("paging-changed", "has other pages", _C, None, "the client follows them"),
    Rule(
        "page-items-changed",
        "has other items in its pages",
        None,
        _B,
        "the items that programs iterate over have another type",
    ),
    Rule(
        "poll-removed",
        "can no longer be waited for",
        _B,
        None,
        "the method that waits no longer exists",
    ),
    Rule("poll-added", "can be waited for", _C, None, "the method of one request stays"),
    Rule("poll-changed", "is waited for in another way", _C, None, "the client does so"),
    Rule("deprecated", "is deprecated", _C, _C, "it still works"),
    Rule("no-longer-deprecated", "is no longer deprecated", _C, _C, "it works"),
    # Documentation.
    Rule("text-changed", "has another text", _D, _D, "only people read it"),
    Rule("example-changed", "has another example", _D, _D, "only people read it"),
    Rule("note-changed", "has another note", _D, _D, "only people read it"),
    Rule("facts-changed", "has other facts", _D, _D, "only people read them"),
    Rule("links-changed", "has other links", _D, _D, "only people read them"),
    Rule("page-changed", "has another source page or date", _D, _D, "only people read it"),
    Rule("order-changed", "are in another order", _D, _D, "arguments are passed by keyword"),
    Rule("language-added", "is documented in one more language", _D, _D, "only people read it"),
    Rule(
        "language-removed", "is no longer documented in a language", _D, _D, "only people read it"
    ),
    Rule(
        "languages-reordered",
        "has its languages in another order",
        _D,
        _D,
        "only the language of docstrings may change",
    ),
    Rule("version-changed", "has another version", _D, _D, "it follows from the other changes"),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ROWS}
"""All rules by id, the most important of each group first."""
