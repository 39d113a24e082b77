"""Download and renewal of platform certificates.

Specified at https://pay.weixin.qq.com/doc/v3/merchant/4012551764 (download) and
https://pay.weixin.qq.com/doc/v3/merchant/4012068814 (replacement).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from logging import getLogger
from typing import Any, Final

from cryptography.x509 import load_pem_x509_certificate

from ...codec import InvalidJson, decode
from ...confidential import Secret
from ...effects import SingleFlight, Steps
from ...errors import ApiError, ConfigError, Error, ProtocolError
from ...http_messages import RawResponse, Request
from ...json_types import is_object
from ..aes_gcm import decrypt
from ..side_channel import SideChannel
from .platform_keys import KeyRing, PlatformKey, number_of, platform_key
from .signatures import signature_error, signature_of

_PURPOSE: Final = "the platform certificates"
_COOL_DOWN: Final = 60.0
"""Seconds between two downloads for an unknown serial number, which anyone can name."""
_AGE: Final = 12 * 3600.0
"""Seconds after which certificates are downloaded again, as the documentation advises."""

_NONE: Final = ("RESOURCE_NOT_EXISTS", "NOT_FOUND")
"""Codes for a merchant without certificates; any other 404 is from a gateway."""
_NO_CERTIFICATES: Final = "This merchant has none; new merchants have a public key."
_GIVE_THE_KEY: Final = (
    "Get the WeChat Pay public key on the merchant platform, and pass public_key_id and"
    " public_key."
)


class PlatformKeys:
    """Keys of WeChat Pay in a client.

    With `api_v3_key`, certificates are downloaded when they are needed: before the first
    call if there is no public key; when a response is signed with an unknown certificate;
    and every 12 hours. All are replaced at once, and kept if the download fails.
    """

    def __init__(self, ring: KeyRing, api_v3_key: Secret[bytes | None]) -> None:
        self.ring = ring
        self._given = tuple(ring.certificates.values())
        self._api_v3_key = api_v3_key
        self._can_fetch = api_v3_key.reveal() is not None
        self._cools_until = -math.inf
        self._refreshed_at = -math.inf

    def preferred(
        self, sign: Callable[[Request], Request], channel: SideChannel, until: float
    ) -> Steps[PlatformKey]:
        """Get the key for encryption and for the signature of the response."""
        found = self.ring.preferred(time.time())
        if self.ring.public is None and self._can_fetch and self._is_due():
            try:
                yield from self._refresh(self._is_due, sign, channel, until)
            except Error as error:
                if found is None:
                    raise
                getLogger(channel.name).warning(
                    "platform certificates could not be renewed; keeping the current ones: %s",
                    error.message,
                )
            found = self.ring.preferred(time.time())
        if found is None:
            raise ConfigError(
                "platform_certificates: all are expired or not yet valid; pass newer ones, or api_v3_key to"
                " download them"
            )
        return found

    def find(
        self,
        serial: str,
        sign: Callable[[Request], Request],
        channel: SideChannel,
        until: float,
    ) -> Steps[PlatformKey | None]:
        """Get the valid key with this serial number, if there is one."""

        def is_wanted() -> bool:
            if time.monotonic() < self._cools_until or not self._can_fetch:
                return False
            return self.ring.find(serial, time.time()) is None

        if number_of(serial) is not None and is_wanted():
            yield from self._refresh(is_wanted, sign, channel, until)
        return self.ring.find(serial, time.time())

    def _is_due(self) -> bool:
        now = time.monotonic()
        if self.ring.preferred(time.time()) is None:
            return True
        return now > self._refreshed_at + _AGE and now > self._cools_until

    def _refresh(
        self,
        is_wanted: Callable[[], bool],
        sign: Callable[[Request], Request],
        channel: SideChannel,
        until: float,
    ) -> Steps[None]:
        def steps() -> Steps[None]:
            if not is_wanted():
                return  # another call has refreshed them
            cool_down = _COOL_DOWN
            try:
                path = "/v3/certificates"
                response = yield from channel.fetch(_PURPOSE, "GET", path, sign=sign)
                self.ring = self._verify_download(response)
                self._refreshed_at = time.monotonic()
            except ApiError as error:
                if error.code in _NONE and self._refreshed_at == -math.inf:
                    cool_down = _AGE  # there are none
                raise
            finally:
                self._cools_until = time.monotonic() + cool_down

        yield from SingleFlight(self, steps, until)

    def _verify_download(self, response: RawResponse) -> KeyRing:
        """Return the keys with the certificates of a response, if one of them verifies it."""
        try:
            downloaded = list(self._read_certificates(response))
            ring = self.ring.with_certificates([*self._given, *downloaded])
            signature = signature_of(response)
            key = ring.find(signature.serial, time.time())
            if key is None or not signature.verifies(key.public):
                raise signature_error(
                    response, "its signature cannot be verified with any known key"
                )
            return ring
        except Error as error:
            error.message = f"{_PURPOSE}: {error.message}"
            error.outcome = "not_sent"
            raise

    def _read_certificates(self, response: RawResponse) -> Iterator[PlatformKey]:
        try:
            body: Any = decode(response.content)[0]
        except InvalidJson:
            body = None
        if response.status != 200:
            raise _api_error(response, body)
        try:
            for entry in body["data"]:
                yield self._decrypt_certificate(entry["encrypt_certificate"])
        except (LookupError, TypeError, AttributeError, InvalidJson):
            raise ProtocolError(
                "the response does not match its documentation"
            ) from None

    def _decrypt_certificate(self, resource: Any) -> PlatformKey:
        """Return the key of a certificate that is encrypted with the APIv3 key."""
        associated = resource.get("associated_data") or ""
        try:
            pem = decrypt(
                self._api_v3_key.reveal() or b"",
                resource["nonce"],
                associated,
                resource["ciphertext"],
            )
        except ValueError:
            raise ConfigError(
                "they cannot be decrypted with api_v3_key; pass the APIv3 key that is set on the"
                " merchant platform, not the APIv2 key or an old key"
            ) from None
        try:
            return platform_key("one of them", load_pem_x509_certificate(pem))
        except ValueError:
            raise InvalidJson("no certificate") from None


def _api_error(response: RawResponse, body: Any) -> ApiError:
    fields = body if is_object(body) else {}
    code = str(fields.get("code") or "") or None
    advised = code in _NONE
    return ApiError(
        str(fields.get("message") or "no message from the server"),
        status=response.status,
        code=code,
        request_id=response.headers.get("Request-ID"),
        reasons=(_NO_CERTIFICATES,) if advised else (),
        remedies=(_GIVE_THE_KEY,) if advised else (),
        headers=response.headers,
        content=response.content,
    )
