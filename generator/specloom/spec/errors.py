"""Error rows: codes, statuses and the exception classes that they become."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from .. import naming
from ..auth_schemes import SCHEMES
from ..model import Endpoint, ErrorCode, ErrorShape, Scheme, SourceLocation, Type
from .collector import DiagnosticCollector, line_reference
from .localized import TextReader, integer, items, word
from .nodes import MapNode, Node, Scalar, location_of
from .type_resolver import TypeResolver

Retry = Literal["never", "same", "later", "token"]
Outcome = Literal["rejected", "unknown"]

CLASS_BY_STATUS = {
    400: "BadRequest",
    401: "Unauthorized",
    402: "PaymentRequired",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    408: "RequestTimeout",
    409: "Conflict",
    410: "Gone",
    411: "LengthRequired",
    412: "PreconditionFailed",
    413: "ContentTooLarge",
    414: "UriTooLong",
    415: "UnsupportedMediaType",
    418: "Teapot",
    422: "UnprocessableContent",
    423: "Locked",
    425: "TooEarly",
    426: "UpgradeRequired",
    428: "PreconditionRequired",
    429: "TooManyRequests",
    451: "UnavailableForLegalReasons",
    500: "InternalServerError",
    501: "NotImplementedByServer",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
"""Classes of rows without a code: the names of RFC 9110 and of the IANA registry."""

_RETRY: dict[int, Retry] = {429: "later", 500: "same", 502: "same", 503: "same", 504: "same"}

RESERVED_NAMES = frozenset(
    # The runtime's own errors, and what Python code expects to mean something else.
    [
        "Error",
        "ApiError",
        "ConfigError",
        "ConnectionFailed",
        "InvalidRequest",
        "ProtocolError",
        "DeadlineExceeded",
        "SignatureError",
        "EventError",
        "ForgedEvent",
        "StaleEvent",
        "ReplayedEvent",
        "OversizedEvent",
        "UndecryptableEvent",
        "MalformedEvent",
        "BaseException",
        "Exception",
        "ExceptionGroup",
        "Warning",
        *naming.RESERVED_CLASSES,
    ]
)


class ErrorTableResolver:
    """Reads error tables; remembers every row, for a class has one meaning in the whole API."""

    def __init__(
        self, texts: TextReader, types: TypeResolver, diagnostics: DiagnosticCollector
    ) -> None:
        self.texts = texts
        self.types = types
        self.diagnostics = diagnostics
        self.rows: list[tuple[ErrorCode, MapNode]] = []

    def read(self, node: Node | None, module: tuple[str, ...]) -> tuple[ErrorCode, ...]:
        """The rows of a table in a file of this module."""
        found = [
            (row, item)
            for item in items(node)
            if isinstance(item, MapNode) and (row := self._row(item, module))
        ]
        first: dict[tuple[int | None, str | None], ErrorCode] = {}
        for row, item in found:
            same = first.setdefault((row.status, row.code), row)
            for key in ("retry", "outcome"):
                if getattr(row, key) != getattr(same, key):
                    message = (
                        f"the same error has another `{key}` in {line_reference(same.location)}"
                    )
                    self.diagnostics.add(
                        item.get(key) or item,
                        "error-row",
                        message,
                        "these rows are reasons of one error: say the same in each of them",
                    )
        return tuple(row for row, _ in found)

    def _row(self, node: MapNode, module: tuple[str, ...]) -> ErrorCode | None:
        status, code = integer(node.get("status")), word(node.get("code")) or None
        if status is None and code is None:
            self.diagnostics.add(node, "error-row", "an error has a `status`, a `code` or both")
            return None
        class_name = self._class_name(node, status, code)
        body = node.get("body")
        type_: Type | None = self.types.read(body, module) if isinstance(body, Scalar) else None
        retry, outcome = word(node.get("retry")), word(node.get("outcome"))
        row = ErrorCode(
            status,
            code,
            class_name,
            reason=self.texts.read(node.get("reason")),
            remedy=self.texts.read(node.get("remedy")),
            retry=(
                cast(Retry, retry)
                if retry in {"never", "same", "later", "token"}
                else _RETRY.get(status or 0, "never")
            ),
            outcome=cast(Outcome, outcome) if outcome in {"rejected", "unknown"} else None,
            body=type_,
            location=location_of(node),
        )
        self.rows.append((row, node))
        return row

    def _class_name(self, node: MapNode, status: int | None, code: str | None) -> str:
        given = node.get("as")
        at = given or node.get("code") or node.get("status") or node
        if isinstance(given, Scalar):
            name = given.text
        elif code is not None:
            name = (naming.pascal(code) or "") if code[:1].isalpha() else ""
        else:
            name = CLASS_BY_STATUS.get(status or 0, "")
        if not name:
            self.diagnostics.add(
                at,
                "error-class",
                f"no class name can be made of `{code or status}`",
                "say it: {as: InvalidCredential, …}",
            )
        return name

    def check_codes(self, applied: Iterable[tuple[ErrorShape, Iterable[ErrorCode]]]) -> None:
        """Warns of rows with codes, if no endpoint that they apply to says where a code lies; `applied` has the rows of each endpoint."""
        known: set[SourceLocation] = set()
        unknown: set[SourceLocation] = set()
        for shape, rows in applied:
            (unknown if shape.code is None else known).update(
                row.location for row in rows if row.code is not None
            )
        coded = next((node for row, node in self.rows if row.location in unknown - known), None)
        if coded:
            message, hint = (
                "no code is ever found: `error_shape` does not say where it lies",
                "say it in _api.yaml, or nearer: error_shape: {code: code}",
            )
            self.diagnostics.warn(coded.get("code") or coded, "error-row", message, hint)

    def check_responses(self, endpoint: Endpoint, inherited: Iterable[ErrorCode]) -> None:
        """Reports rows of a status that is an answer of the endpoint, and so never an error of it."""
        responses = {response.status for response in endpoint.responses}
        for row in endpoint.errors:
            if row.status in responses:
                message = f"{row.status} is an answer of `{endpoint.qualified}`, so this error is never raised"
                self.diagnostics.add_at(
                    row.location,
                    "error-row",
                    message,
                    "a status stands in `responses` or in `errors`",
                )
        for row in {row.status: row for row in inherited if row.status in responses}.values():
            message = f"{row.status} is an answer of `{endpoint.qualified}`, so the error in {line_reference(row.location)} is never raised here"
            self.diagnostics.warn_at(endpoint.location, "error-row", message)

    def check(self, used: Iterable[Scheme]) -> None:
        """Reports classes that would mean several things, and codes that would have several classes; `used` schemes have classes, too."""
        kinds = [SCHEMES[scheme.kind] for scheme in used if scheme.kind in SCHEMES]
        own = [name for kind in kinds for name in kind.errors]
        taken = {name.lower(): name for name in (*RESERVED_NAMES, *own)}
        by_class: dict[str, tuple[ErrorCode, MapNode]] = {}
        by_code: dict[tuple[int | None, str | None], ErrorCode] = {}
        bodies: dict[str, ErrorCode] = {}
        for row, node in self.rows:
            if not row.class_name:
                continue
            at = node.get("as") or node.get("code") or node.get("status") or node
            if other := taken.get(row.class_name.lower()):
                self.diagnostics.add(
                    at,
                    "error-class",
                    f"`{row.class_name}` would be the class of this error, and `{other}` means something else in every client",
                    "give the class another name with `as:`",
                )
            first, first_node = by_class.setdefault(row.class_name.lower(), (row, node))
            named = "as" in node.entries and "as" in first_node.entries
            if first.class_name != row.class_name:
                message = f"`{row.class_name}` and `{first.class_name}` ({line_reference(first.location)}) differ in case only"
                self.diagnostics.add(
                    at, "error-class", message, "give one of them another name with `as:`"
                )
            elif first.code != row.code and not named:
                message = f"`{row.class_name}` is the class of two errors, the other in {line_reference(first.location)}"
                self.diagnostics.add(
                    at,
                    "error-class",
                    message,
                    "give one of them another name with `as:`, or both this one",
                )
            same = by_code.setdefault((row.status, row.code), row)
            if same.class_name != row.class_name:
                message = f"the same error is `{same.class_name}` in {line_reference(same.location)} and `{row.class_name}` here"
                self.diagnostics.add(at, "error-class", message, "give it one name")
            with_body = bodies.setdefault(row.class_name, row) if row.body else row
            if with_body.body != row.body:
                self.diagnostics.add(
                    node.get("body") or node,
                    "error-body",
                    f"`{row.class_name}` has another body in {line_reference(with_body.location)}",
                )
