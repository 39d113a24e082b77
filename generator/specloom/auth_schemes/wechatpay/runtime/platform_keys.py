"""Keys of WeChat Pay: its public key and the platform certificates.

Merchants have a public key (since autumn 2024), certificates, or both while they move
from one to the other. A serial number names the key: `PUB_KEY_ID_…` the public key,
hexadecimal digits a certificate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate
from msgspec import Struct, structs

from specloom.runtime.auth.certificates import (
    CertificateLike,
    key_of,
    load_certificates,
)
from specloom.runtime.auth.rsa_keys import PublicKeyLike, load_public_key
from specloom.runtime.errors import ConfigError


class PlatformKey(Struct, frozen=True, eq=False):
    """One key, valid between two times as `time.time()` tells them."""

    serial: str
    public: RSAPublicKey
    begins: float = -math.inf
    ends: float = math.inf


class KeyRing(Struct, frozen=True):
    """Keys of a client at a time. Certificates are found by the number that their serial
    number is, whatever its case and leading zeros."""

    public: PlatformKey | None = None
    certificates: Mapping[int, PlatformKey] = MappingProxyType({})

    def find(self, serial: str, now: float) -> PlatformKey | None:
        """Return the key with this serial number, if it is still valid."""
        if self.public is not None and serial == self.public.serial:
            return self.public
        number = number_of(serial)
        found = None if number is None else self.certificates.get(number)
        return found if found is not None and now < found.ends else None

    def preferred(self, now: float) -> PlatformKey | None:
        """Return the key for encryption and for signatures of responses: the public key,
        or the certificate that is valid for longest."""
        if self.public is not None:
            return self.public
        valid = [
            key for key in self.certificates.values() if key.begins <= now < key.ends
        ]
        return max(valid, key=lambda key: key.ends, default=None)

    def with_certificates(self, certificates: Iterable[PlatformKey]) -> KeyRing:
        """Return a copy with these certificates."""
        found = {int(key.serial, 16): key for key in certificates}
        return structs.replace(self, certificates=found)

    def __str__(self) -> str:
        keys = [] if self.public is None else [f"the key {self.public.serial}"]
        keys += [f"the certificate {key.serial}" for key in self.certificates.values()]
        return " or ".join(keys) or "none"


def number_of(serial: str) -> int | None:
    """Return the serial number of a certificate as a number; None for a public key."""
    return int(serial, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,40}", serial) else None


def platform_key(name: str, certificate: Certificate) -> PlatformKey:
    """Return the key of a certificate."""
    digits = f"{certificate.serial_number:X}"
    return PlatformKey(
        digits.zfill(
            len(digits) + len(digits) % 2
        ),  # whole bytes, as openssl prints it
        key_of(name, certificate),
        certificate.not_valid_before_utc.timestamp(),
        certificate.not_valid_after_utc.timestamp(),
    )


def load_keys(
    merchant: RSAPublicKey,
    public_key_id: str | None,
    public_key: PublicKeyLike | None,
    certificates: Sequence[CertificateLike],
) -> KeyRing:
    """The keys that these arguments are; fails with `ConfigError`.

    `merchant` is the merchant's own key, which is often given by mistake.
    """
    own = merchant.public_numbers()
    ring = KeyRing()
    if public_key_id is not None and public_key is not None:
        key = load_public_key("public_key", public_key)
        if key.public_numbers() == own:
            raise ConfigError(
                "public_key: this is the merchant's own key; pass the WeChat Pay public key,"
                " which the merchant platform shows next to its ID"
            )
        ring = KeyRing(PlatformKey(public_key_id, key))
    name = "platform_certificates"
    found: list[PlatformKey] = []
    for source in certificates:
        found += [platform_key(name, each) for each in load_certificates(name, source)]
    if any(each.public.public_numbers() == own for each in found):
        raise ConfigError(
            f"{name}: one is the merchant's own (apiclient_cert.pem); pass the"
            " certificates of WeChat Pay, or api_v3_key, with which they are downloaded"
        )
    return ring.with_certificates(found)
