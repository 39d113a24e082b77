"""Keys of a fictitious merchant and of WeChat Pay, for mocks.

They are generated at first use, once in a process: this package contains no key. A mock
with a state file stores them there.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from threading import Lock
from typing import Any, Final, Literal, TypeAlias, get_args

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from ...mock.store import Store

PlatformKeys: TypeAlias = Literal["public-key", "certificate", "both"]
"""Keys of WeChat Pay that a merchant has."""

MCHID: Final = "1900000001"
_YEARS: Final = timedelta(days=5 * 365)
_lock = Lock()


@cache
def _generate(name: str) -> str:
    """Return a key as PEM, or another text that is generated once."""
    if name == "serial_no":
        return f"5{secrets.token_hex(20)[1:]}".upper()
    if name == "api_v3_key":
        return secrets.token_hex(16)
    if name == "public_key_id":
        return f"PUB_KEY_ID_01{secrets.randbelow(10**32):032}"
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if name == "certificate":
        return pem.decode() + _certificate(key)
    return pem.decode()


def _certificate(key: rsa.RSAPrivateKey) -> str:
    """Return a platform certificate, named like the real ones."""
    now = datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sign")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _YEARS)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


class Keys:
    """Keys and serial numbers of a merchant and of WeChat Pay."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.serial_no = self._load_or_create("serial_no")
        """Serial number of the merchant's API certificate."""
        self.api_v3_key = self._load_or_create("api_v3_key")
        self.public_key_id = self._load_or_create("public_key_id")

    @property
    def platform_keys(self) -> PlatformKeys:
        """Keys of WeChat Pay; a new merchant has the public key only."""
        keys: PlatformKeys | None = self._store.get("key", "platform", PlatformKeys)
        return keys or "public-key"

    @platform_keys.setter
    def platform_keys(self, keys: PlatformKeys) -> None:
        if keys not in get_args(PlatformKeys):
            known = ", ".join(get_args(PlatformKeys))
            raise ValueError(f"platform_keys: use one of {known}")
        self._store.put("key", "platform", keys)

    @property
    def default_serial(self) -> str:
        """Serial number of the key for responses if the request does not name one."""
        if self.platform_keys == "public-key":
            return self.public_key_id
        return self.platform_serial

    def _load_or_create(self, name: str) -> str:
        with _lock:
            text: str | None = self._store.get("key", name, str)
            if text is None:
                text = _generate(name)
                self._store.put("key", name, text)
        return text

    def _load_private_key(self, name: str) -> rsa.RSAPrivateKey:
        key = load_pem_private_key(self._load_or_create(name).encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    @cached_property
    def merchant(self) -> rsa.RSAPrivateKey:
        """The merchant's API private key."""
        return self._load_private_key("merchant")

    @cached_property
    def own(self) -> rsa.RSAPrivateKey:
        """Private key of the WeChat Pay public key."""
        return self._load_private_key("own")

    @cached_property
    def platform(self) -> rsa.RSAPrivateKey:
        """Private key of the platform certificate."""
        return self._load_private_key("certificate")

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The platform certificate."""
        return x509.load_pem_x509_certificate(self.certificate_pem)

    @property
    def certificate_pem(self) -> bytes:
        """The platform certificate, as PEM."""
        pem = self._load_or_create("certificate")
        return pem[pem.index("-----BEGIN CERTIFICATE") :].encode()

    @cached_property
    def platform_serial(self) -> str:
        """Serial number of the platform certificate."""
        return f"{self.certificate.serial_number:040X}"

    def find(self, serial: str) -> rsa.RSAPrivateKey | None:
        """Return the WeChat Pay key with this serial number; None if the merchant lacks it."""
        keys = self.platform_keys
        if serial == self.public_key_id:
            return self.own if keys != "certificate" else None
        if keys == "public-key":
            return None
        try:
            number = int(serial, 16)
        except ValueError:
            return None
        return self.platform if number == self.certificate.serial_number else None

    @property
    def credentials(self) -> Mapping[str, Any]:
        """Credentials for a client of the merchant; keys are PEM text."""
        known = {
            "mchid": MCHID,
            "serial_no": self.serial_no,
            "private_key": self._load_or_create("merchant"),
        }
        if self.platform_keys != "certificate":
            form = PublicFormat.SubjectPublicKeyInfo
            public = self.own.public_key().public_bytes(Encoding.PEM, form)
            known |= {
                "public_key_id": self.public_key_id,
                "public_key": public.decode(),
            }
        return {**known, "api_v3_key": self.api_v3_key}
