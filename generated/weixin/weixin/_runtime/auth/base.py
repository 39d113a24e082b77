"""Base class of auth schemes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self, TypeGuard
from urllib.parse import unquote_plus

from ..confidential import Opaque
from ..effects import Steps
from ..errors import ConfigError, Error
from ..frames import hide_constructor_arguments
from ..headers import Headers, is_media_of, request_id_of
from ..http_messages import FORM, RawResponse, Request
from .side_channel import SideChannel


class Scheme(Opaque):
    """An auth scheme; this one does nothing, for endpoints without authentication.

    Keep keys and tokens in `Secret`: it is never shown or pickled.
    """

    only_async = False
    """True if it works in async clients only."""

    own_headers: Sequence[str] = ()
    """Names of the headers that it sets, and users cannot add."""
    verifies_responses = False
    """True if it verifies responses, over their whole bodies."""

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        hide_constructor_arguments(cls)
        cls.verifies_responses = (
            cls.verify is not Scheme.verify
            or cls.verify_signature is not Scheme.verify_signature
        )

    def prepare(self, channel: SideChannel, until: float) -> Steps[Scheme]:
        """Prepare the scheme for one call, before the call is encoded.

        The result has what `encrypt` needs, and may keep state of the call, such as the
        key that it encrypts with. `channel` is for requests of the scheme's own.
        """
        yield from ()
        return self

    def authenticate(self, request: Request, until: float) -> Steps[Request]:
        """Authenticate a request, once for each attempt."""
        yield from ()
        return self.sign(request)

    def refresh(self, until: float) -> Steps[bool]:
        """Get another credential after the server rejected the last one.

        Return whether there is another, so that one retry may succeed. It may be there
        already: many requests with the same credential are rejected at once.
        """
        yield from ()
        return False

    def rejects_token(self, error: Error) -> bool:
        """Return whether an error means that the server rejected the credential, so that
        `refresh` may get another."""
        return error.retry == "token"

    def verify(self, response: RawResponse, until: float) -> Steps[None]:
        """Verify a successful response; raises `SignatureError`."""
        yield from ()
        self.verify_signature(response)

    def sign(self, request: Request) -> Request:
        """Authenticate a request, for schemes that need no steps for it."""
        return request

    def verify_signature(self, response: RawResponse) -> None:
        """Verify a successful response, for schemes that need no steps for it."""

    def encrypt(self, text: str) -> str:
        """Encrypt the text of a field."""
        raise ConfigError("this endpoint encrypts a field, and this client has no key")

    def decrypt(self, text: str) -> str:
        """Decrypt the text of a field; raises ValueError, whose text says why."""
        raise ValueError("this client has no key for it")

    def for_one_call(self) -> Self:
        """Return a copy of the scheme, to which `prepare` may add state of a call."""
        fresh = object.__new__(type(self))
        fresh.__dict__.update(self.__dict__)
        return fresh

    def secrets(self, plain: Request, signed: Request) -> Iterator[str]:
        """Yield the secrets in an authenticated request: all that authentication added.

        Errors must not show them, even if the server quotes them.
        """
        for name, value in signed.headers.items():
            if plain.headers.get(name) != value:
                yield value
                yield value.rpartition(" ")[2]  # without the name of the scheme
        known = _pairs(plain)
        for pair in _pairs(signed):
            if pair not in known:
                yield unquote_plus(pair.partition("=")[2])

    def request_id(self, response: RawResponse, message: str) -> str | None:
        """Return the id of the request at the provider; `message` is an error's."""
        return request_id_of(response.headers)


def _pairs(request: Request) -> list[str]:
    """Return the encoded fields of the query and of a form."""
    query = request.target.partition("?")[2].split("&")
    media = Headers(request.headers.items()).get("Content-Type", "")
    if not is_media_of(media, (FORM,)):
        return query
    return [*query, *request.body.decode("ascii", "replace").split("&")]


def need_text(name: str, value: object) -> str:
    """Return the value if it is a valid header value; raises ConfigError."""
    if not isinstance(value, str):
        raise ConfigError(f"{name}: expected a string, got {type(value).__name__}")
    if not is_token(value):
        raise ConfigError(f"{name}: expected non-empty ASCII text without spaces")
    return value


def is_token(value: object) -> TypeGuard[str]:
    """Return whether this is a valid header value without blanks."""
    return (
        isinstance(value, str)
        and value.isascii()
        and value.isprintable()
        and " " not in value
        and value != ""
    )
