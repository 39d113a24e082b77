"""Getting the certificates of WeChat Pay, and new ones when they are needed.

https://pay.weixin.qq.com/doc/v3/merchant/4012551764 has the download,
https://pay.weixin.qq.com/doc/v3/merchant/4012068814 how they are replaced.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from logging import getLogger
from typing import Any, Final

from cryptography.x509 import load_pem_x509_certificate

from ..codec import InvalidJson, decode
from ..confidential import Secret
from ..effects import SingleFlight, Steps
from ..errors import ApiError, ConfigError, Error, ProtocolError
from ..http_messages import RawResponse, Request
from ..json_types import is_object
from .aes_gcm import decrypt
from .side_channel import SideChannel
from .wechatpay_keys import KeyRing, PlatformKey, number_of, platform_key
from .wechatpay_signatures import claim_of, refusal

_PURPOSE: Final = "the platform certificates"
_REST: Final = 60.0
"""Seconds between two downloads that an unknown serial brings about: anyone who can answer
can name one."""
_AGE: Final = 12 * 3600.0
"""Seconds after which certificates are downloaded again, as the documentation advises."""

_NONE: Final = ("RESOURCE_NOT_EXISTS", "NOT_FOUND")
"""Codes that say that the merchant has none; another 404 is some gateway's."""
_NO_CERTIFICATES: Final = "This merchant has none; new merchants have a public key."
_TAKE_THE_KEY: Final = (
    "Get the WeChat Pay public key on the merchant platform, and give public_key_id and"
    " public_key."
)


class PlatformKeys:
    """The keys of WeChat Pay that a client has.

    With `api_v3_key`, certificates are downloaded when they are needed: before the first
    call, if there is no public key; when an answer is signed with one that is not known;
    and when those here grow old. They are replaced all at once, and kept if that fails.
    """

    def __init__(self, ring: KeyRing, api_v3_key: Secret[bytes | None]) -> None:
        self.ring = ring
        self._given = tuple(ring.certificates.values())
        self._api_v3_key = api_v3_key
        self._can_fetch = api_v3_key.reveal() is not None
        self._rests_until = -math.inf
        self._renewed_at = -math.inf

    def preferred(
        self, sign: Callable[[Request], Request], reach: SideChannel, until: float
    ) -> Steps[PlatformKey]:
        """Steps to the key that a call encrypts with, and is to be answered with."""
        found = self.ring.preferred(time.time())
        if self.ring.public is None and self._can_fetch and self._is_due():
            try:
                yield from self._renewed(self._is_due, sign, reach, until)
            except Error as error:
                if found is None:
                    raise
                getLogger(reach.name).warning(
                    "the old ones serve on: %s", error.message
                )
            found = self.ring.preferred(time.time())
        if found is None:
            raise ConfigError(
                "platform_certificates: none is valid now; give newer ones, or api_v3_key,"
                " with which they are downloaded"
            )
        return found

    def find(
        self,
        serial: str,
        sign: Callable[[Request], Request],
        reach: SideChannel,
        until: float,
    ) -> Steps[PlatformKey | None]:
        """Steps to the key of this serial, if there is one that is valid."""

        def is_wanted() -> bool:
            if time.monotonic() < self._rests_until or not self._can_fetch:
                return False
            return self.ring.find(serial, time.time()) is None

        if number_of(serial) is not None and is_wanted():
            yield from self._renewed(is_wanted, sign, reach, until)
        return self.ring.find(serial, time.time())

    def _is_due(self) -> bool:
        now = time.monotonic()
        if self.ring.preferred(time.time()) is None:
            return True
        return now > self._renewed_at + _AGE and now > self._rests_until

    def _renewed(
        self,
        is_wanted: Callable[[], bool],
        sign: Callable[[Request], Request],
        reach: SideChannel,
        until: float,
    ) -> Steps[None]:
        def steps() -> Steps[None]:
            if not is_wanted():
                return  # another flight has landed meanwhile
            rest = _REST
            try:
                path = "/v3/certificates"
                reply = yield from reach.fetch(_PURPOSE, "GET", path, sign=sign)
                self.ring = self._accepted(reply)
                self._renewed_at = time.monotonic()
            except ApiError as error:
                if error.code in _NONE and self._renewed_at == -math.inf:
                    rest = _AGE  # there are none, whoever names one
                raise
            finally:
                self._rests_until = time.monotonic() + rest

        yield from SingleFlight(self, steps, until)

    def _accepted(self, reply: RawResponse) -> KeyRing:
        """The keys with the certificates of this answer, if one of them confirms it."""
        try:
            brought = list(self._brought(reply))
            ring = self.ring.with_certificates([*self._given, *brought])
            claim = claim_of(reply)
            key = ring.find(claim.serial, time.time())
            if key is None or not claim.holds(key.public):
                raise refusal(reply, "no key fits its signature")
            return ring
        except Error as error:
            error.message = f"{_PURPOSE}: {error.message}"
            error.outcome = "not_sent"
            raise

    def _brought(self, reply: RawResponse) -> Iterator[PlatformKey]:
        try:
            answer: Any = decode(reply.content)[0]
        except InvalidJson:
            answer = None
        if reply.status != 200:
            raise _refused(reply, answer)
        try:
            for entry in answer["data"]:
                yield self._opened(entry["encrypt_certificate"])
        except (LookupError, TypeError, AttributeError, InvalidJson):
            raise ProtocolError("the answer is not as documented") from None

    def _opened(self, sealed: Any) -> PlatformKey:
        """The key of one certificate, which travels encrypted with the APIv3 key."""
        associated = sealed.get("associated_data") or ""
        try:
            pem = decrypt(
                self._api_v3_key.reveal() or b"",
                sealed["nonce"],
                associated,
                sealed["ciphertext"],
            )
        except ValueError:
            raise ConfigError(
                "api_v3_key does not open them; give the APIv3 key that is set on the"
                " merchant platform, not the APIv2 key or an older one"
            ) from None
        try:
            return platform_key("one of them", load_pem_x509_certificate(pem))
        except ValueError:
            raise InvalidJson("no certificate") from None


def _refused(reply: RawResponse, answer: Any) -> ApiError:
    given = answer if is_object(answer) else {}
    code = str(given.get("code") or "") or None
    advised = code in _NONE
    return ApiError(
        str(given.get("message") or "the server gave no message"),
        status=reply.status,
        code=code,
        request_id=reply.headers.get("Request-ID"),
        reasons=(_NO_CERTIFICATES,) if advised else (),
        remedies=(_TAKE_THE_KEY,) if advised else (),
        headers=reply.headers,
        content=reply.content,
    )
