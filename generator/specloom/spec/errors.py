"""Error table resolver: turns rows of codes and statuses into error codes with their exception classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, cast

from .. import naming
from ..auth_schemes import SCHEMES
from ..model import Endpoint, ErrorCode, ErrorShape, ErrorStatus, Scheme, SourceLocation, Type
from .collector import DiagnosticCollector, line_reference
from .localized import TextReader, integer, items, word
from .nodes import MapNode, Node, Scalar, location_of
from .type_resolver import TypeResolver

Retry = Literal["never", "same", "later", "token"]
Outcome = Literal["rejected", "unknown"]

CLASS_BY_STATUS: Mapping[ErrorStatus, str] = {
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
    "4XX": "ClientError",
    "5XX": "ServerError",
    "default": "DefaultError",
}
"""Class names of rows without a code, from RFC 9110 and the IANA registry."""

_RETRY: dict[int, Retry] = {429: "later", 500: "same", 502: "same", 503: "same", 504: "same"}

RESERVED_NAMES = frozenset(
    # Errors of the runtime, and names with a fixed meaning in Python.
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
    """Resolves error tables, and keeps all rows: a class has one meaning in the whole API."""

    def __init__(
        self, texts: TextReader, types: TypeResolver, diagnostics: DiagnosticCollector
    ) -> None:
        self.texts = texts
        self.types = types
        self.diagnostics = diagnostics
        self.rows: list[tuple[ErrorCode, MapNode]] = []

    def read(self, node: Node | None, module: tuple[str, ...]) -> tuple[ErrorCode, ...]:
        """Return the rows of a table in a file of this module."""
        rows = [
            (row, item)
            for item in items(node)
            if isinstance(item, MapNode) and (row := self._row(item, module))
        ]
        first: dict[tuple[ErrorStatus, str | None], ErrorCode] = {}
        for row, item in rows:
            same = first.setdefault((row.status, row.code), row)
            if row.code is None:
                self._check_same_class(row, same, item)
            for key in ("retry", "outcome"):
                if getattr(row, key) != getattr(same, key):
                    message = f"`{key}` differs from that of the same error in {line_reference(same.location)}"
                    self.diagnostics.add(
                        item.get(key) or item,
                        "inconsistent-error",
                        message,
                        "write the same in all rows with this status and code",
                    )
        return tuple(row for row, _ in rows)

    def _row(self, node: MapNode, module: tuple[str, ...]) -> ErrorCode | None:
        status, code = _status(node.get("status")), word(node.get("code")) or None
        if status == "default" and code is not None:
            self.diagnostics.add(
                node.get("status") or node,
                "incomplete-error",
                "`default` is for errors that no other row has, so it has no code",
                "remove `status`: a row without it applies to the code with any status",
            )
            return None
        if status is None and code is None:
            if "status" not in node.entries:
                self.diagnostics.add(
                    node,
                    "incomplete-error",
                    "error has neither `status` nor `code`",
                    "add one of them or both",
                )
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
                else None if isinstance(status, str) else _RETRY.get(status or 0, "never")
            ),
            outcome=cast(Outcome, outcome) if outcome in {"rejected", "unknown"} else None,
            body=type_,
            location=location_of(node),
        )
        self.rows.append((row, node))
        return row

    def _class_name(self, node: MapNode, status: ErrorStatus, code: str | None) -> str:
        override = node.get("as")
        at = override or node.get("code") or node.get("status") or node
        if isinstance(override, Scalar):
            name = override.text
        elif code is not None:
            name = (naming.error_class(code) or "") if code[:1].isalpha() else ""
        else:
            name = CLASS_BY_STATUS.get(status, "")
        if not name:
            self.diagnostics.add(
                at,
                "class-name",
                f"cannot derive a class name from `{code or status}`",
                "add one: {as: InvalidCredential, …}",
            )
        return name

    def check_codes(self, applied: Iterable[tuple[ErrorShape, Iterable[ErrorCode]]]) -> None:
        """Warn about rows with a code whose endpoints have no `code` in their error shape.

        `applied` has the shape and the rows of each endpoint.
        """
        known: set[SourceLocation] = set()
        unknown: set[SourceLocation] = set()
        for shape, rows in applied:
            (unknown if shape.code is None else known).update(
                row.location for row in rows if row.code is not None
            )
        coded = next((node for row, node in self.rows if row.location in unknown - known), None)
        if coded:
            message, hint = (
                "error codes are never found, because `error_shape` has no `code`",
                "add its path in _api.yaml or nearer: error_shape: {code: code}",
            )
            self.diagnostics.warn(coded.get("code") or coded, "missing-error-shape", message, hint)

    def check_responses(self, endpoint: Endpoint, inherited: Iterable[ErrorCode]) -> None:
        """Report rows whose status is a documented response of the endpoint: such an error is never raised."""
        responses = {response.status for response in endpoint.responses}
        for row in endpoint.errors:
            if row.status in responses:
                message = f"status {row.status} is a response of `{endpoint.qualified}`, so this error is never raised"
                self.diagnostics.add_at(
                    row.location,
                    "unreachable-error",
                    message,
                    "list the status under `responses` or under `errors`",
                )
        for row in {row.status: row for row in inherited if row.status in responses}.values():
            message = f"status {row.status} is a response of `{endpoint.qualified}`, so it never raises the error in {line_reference(row.location)}"
            self.diagnostics.warn_at(endpoint.location, "unreachable-error", message)

    def check(self, used: Iterable[Scheme]) -> None:
        """Report reserved classes, classes with several meanings, and codes with several classes; `used` schemes have their own classes."""
        kinds = [SCHEMES[scheme.kind] for scheme in used if scheme.kind in SCHEMES]
        own = [name for kind in kinds for name in kind.errors]
        reserved = {name.lower(): name for name in (*RESERVED_NAMES, *own)}
        by_class: dict[str, tuple[ErrorCode, MapNode]] = {}
        by_code: dict[tuple[ErrorStatus, str | None], ErrorCode] = {}
        bodies: dict[str, ErrorCode] = {}
        for row, node in self.rows:
            if not row.class_name:
                continue
            at = node.get("as") or node.get("code") or node.get("status") or node
            self._check_reserved(row.class_name, at, reserved)
            first, first_node = by_class.setdefault(row.class_name.lower(), (row, node))
            named = "as" in node.entries and "as" in first_node.entries
            if first.class_name != row.class_name:
                message = f"error classes `{row.class_name}` and `{first.class_name}` ({line_reference(first.location)}) differ only in case"
                self.diagnostics.add(
                    at, "duplicate-class", message, "give one of them another name with `as:`"
                )
            elif first.code != row.code and not named:
                message = f"error class `{row.class_name}` is used for two errors, the other in {line_reference(first.location)}"
                self.diagnostics.add(
                    at,
                    "duplicate-class",
                    message,
                    "give one of them another name with `as:`, or write `as:` in both to share the class",
                )
            if row.code is not None:
                same = by_code.setdefault((row.status, row.code), row)
                self._check_same_class(row, same, node)
            with_body = bodies.setdefault(row.class_name, row) if row.body else row
            if with_body.body != row.body:
                self.diagnostics.add(
                    node.get("body") or node,
                    "inconsistent-error",
                    f"`body` of `{row.class_name}` differs from that in {line_reference(with_body.location)}",
                    "use one body type for the class, or give this error another class with `as:`",
                )

    def _check_same_class(self, row: ErrorCode, same: ErrorCode, node: MapNode) -> None:
        """Report a class that differs from that of the same error: of a code in the whole API, of a status in one table."""
        if same.class_name and row.class_name and same.class_name != row.class_name:
            at = node.get("as") or node.get("code") or node.get("status") or node
            message = f"class `{row.class_name}` differs from `{same.class_name}` of the same error in {line_reference(same.location)}"
            self.diagnostics.add(at, "inconsistent-error", message, "use one name for both")

    def _check_reserved(self, name: str, at: Node, reserved: Mapping[str, str]) -> None:
        """Report a class name that shadows a builtin, or that `reserved` has, by its name in lower case."""
        if name in naming.BUILTIN_CLASSES:
            other = naming.error_class(name) if name.endswith("Error") else name + "Failure"
            self.diagnostics.add(
                at,
                "class-name",
                f"error class name `{name}` shadows a Python builtin",
                f"use another name: {{as: {other}, …}}",
            )
        elif other := reserved.get(name.lower()):
            self.diagnostics.add(
                at,
                "class-name",
                f"error class name `{name}` is reserved"
                + (f" (as `{other}`)" if other != name else ""),
                "use another name: {as: …}",
            )


def _status(node: Node | None) -> ErrorStatus:
    """Return the status of a row, or None if it has none or an invalid one."""
    match word(node):
        case "4XX":
            return "4XX"
        case "5XX":
            return "5XX"
        case "default":
            return "default"
        case _:
            return integer(node)
