"""Idempotency of endpoints: by nature, by key fields, and the endpoint that tells whether a request was executed."""

from __future__ import annotations

from ..model import Endpoint, Field, Idempotency
from .collector import DiagnosticCollector, did_you_mean
from .localized import child, words
from .nodes import Node, Scalar
from .request_fields import RequestFields


class IdempotencyResolver:
    """Resolves the idempotency of endpoints, when all of them are known."""

    def __init__(self, fields: RequestFields, diagnostics: DiagnosticCollector) -> None:
        self.fields = fields
        self.diagnostics = diagnostics

    def resolve(self, endpoint: Endpoint, node: Node | None, known: frozenset[str]) -> Idempotency:
        """Return the idempotency of an endpoint; `known` are the qualified names of all endpoints."""
        if node is None:
            return Idempotency("safe" if endpoint.method in {"GET", "HEAD"} else "none")
        if isinstance(node, Scalar):
            return Idempotency("safe" if node.text == "safe" else "none")
        keys = words(child(node, "key"))
        for key in keys:
            self._check_key(key, self.fields.all_of(endpoint))
        inquiry, ask = child(node, "ask"), None
        if isinstance(inquiry, Scalar):
            ask = (
                inquiry.text
                if "." in inquiry.text
                else ".".join((*endpoint.resource, inquiry.text))
            )
            if ask not in known:
                self.diagnostics.add(
                    inquiry,
                    "unknown-endpoint",
                    f"unknown endpoint `{inquiry.text}`",
                    did_you_mean(ask, known),
                )
        optional = tuple(
            key.text
            for key in keys
            if self.fields.is_optional(key.text, self.fields.all_of(endpoint))
        )
        return Idempotency(
            "key" if keys else "none", tuple(key.text for key in keys), optional, ask
        )

    def _check_key(self, key: Scalar, fields: tuple[Field, ...]) -> None:
        """Report an idempotency key that is not a field of the request."""
        rest, known = self.fields.follow(key.text, fields)
        if rest:
            hint = did_you_mean(rest, (field.wire for field in known))
            self.diagnostics.add(
                key,
                "unknown-field",
                f"unknown field `{key.text}` of the request",
                hint,
                offset=len(key.text) - len(rest),
                length=len(rest),
            )
