"""Auth scheme of WeChat Pay APIv3: signed requests and responses.

Specified at https://pay.weixin.qq.com/doc/v3/merchant/4012365342.
"""

from __future__ import annotations

import re
import secrets
import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ...confidential import Secret
from ...effects import Steps
from ...errors import ConfigError, Error, InvalidRequest
from ...http_messages import RawResponse, Request
from ...public_names import public
from ..base import Scheme
from ..side_channel import SideChannel
from .signatures import SCHEME, Signature, signature_error, signature_of
from .signatures import SignatureProbe as SignatureProbe
from .signatures import StaleSignature as StaleSignature

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import (
        RSAPrivateKey,
        RSAPublicKey,
    )
    from cryptography.x509 import Certificate

    from ...settings import Settings
    from .platform_keys import PlatformKey

PrivateKeyLike: TypeAlias = "Path | str | bytes | RSAPrivateKey"
"""A private key: the path of a file, a key object, or PEM text. Text from an environment
variable may have `\\n` for its line breaks, or be the Base64 alone."""
PublicKeyLike: TypeAlias = "Path | str | bytes | RSAPublicKey"
"""A public key, in the same forms."""
CertificateLike: TypeAlias = "Path | str | bytes | Certificate"
"""A certificate, in the same forms, or several in one PEM text."""


@public("auth")
class WechatPayV3(Scheme):
    """Signs with the private key of the merchant, verifies with a key of WeChat Pay.

    This is the WeChat Pay public key, or a platform certificate: passed, or downloaded
    with `api_v3_key`. With both, requests ask for signatures with the public key, and
    responses signed with either are accepted, for the move to the public key.

    All keys are loaded once, by the constructor. Raises `ConfigError` for a wrong key.
    """

    own_headers = ("Authorization", "Wechatpay-Serial")

    _channel: SideChannel
    _key: PlatformKey

    def __init__(
        self,
        *,
        mchid: str,
        serial_no: str,
        private_key: PrivateKeyLike,
        public_key_id: str | None = None,
        public_key: PublicKeyLike | None = None,
        api_v3_key: str | bytes | None = None,
        platform_certificates: Sequence[CertificateLike] | None = None,
        former_private_keys: Sequence[PrivateKeyLike] | None = None,
    ) -> None:
        # Not before the first client is made: it takes as long as all the rest.
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        from ..rsa_keys import load_private_key
        from .certificates import PlatformKeys
        from .platform_keys import load_keys

        self._mchid = _match("mchid", mchid, r"[0-9]+", "the merchant ID, digits only")
        self._serial_no = _match(
            "serial_no",
            serial_no,
            r"[0-9A-Fa-f]{1,40}",
            "the serial number of the merchant's certificate as text, up to 40"
            " hexadecimal digits without colons, as `openssl x509 -noout -serial -in"
            " apiclient_cert.pem` prints it",
        ).upper()
        if public_key_id is not None:
            _match(
                "public_key_id",
                public_key_id,
                r"PUB_KEY_ID_[0-9A-Za-z]+",
                "the ID of the WeChat Pay public key, which starts with PUB_KEY_ID_",
            )
        certificates = _checked_list("platform_certificates", platform_certificates)
        _check_given(public_key_id, public_key, api_v3_key, certificates)
        self._private_key = load_private_key("private_key", private_key)
        self._private_keys = [
            self._private_key,
            *(
                load_private_key("former_private_keys", each)
                for each in _checked_list("former_private_keys", former_private_keys)
            ),
        ]
        ring = load_keys(
            self._private_key.public_key(), public_key_id, public_key, certificates
        )
        self._api_v3_key = Secret(_api_v3_key(api_v3_key))
        self._keys = PlatformKeys(ring, self._api_v3_key)
        self._hash = hashes.SHA256()
        self._padding = padding.PKCS1v15()
        self._oaep = padding.OAEP(
            padding.MGF1(hashes.SHA1()), hashes.SHA1(), label=None
        )

    # --- requests ---------------------------------------------------------------------

    def prepare(self, channel: SideChannel, until: float) -> Steps[Scheme]:
        fresh = self.for_one_call()
        fresh._channel = channel
        # One key for the whole call: its serial number is sent with encrypted fields.
        fresh._key = yield from self._keys.preferred(self._sign_fetch, channel, until)
        return fresh

    def sign(self, request: Request) -> Request:
        return self._sign_with(request, self._key)

    def _sign_fetch(self, request: Request) -> Request:
        return self._sign_with(request, self._keys.ring.preferred(time.time()))

    def _sign_with(self, request: Request, key: PlatformKey | None) -> Request:
        timestamp, nonce = int(time.time()), secrets.token_hex(16).upper()
        head = f"{request.method}\n{request.target}\n{timestamp}\n{nonce}\n"
        signature = self._signature(b"%b%b\n" % (head.encode(), request.signed))
        authorization = (
            f'{SCHEME} mchid="{self._mchid}",nonce_str="{nonce}",'
            f'signature="{signature}",timestamp="{timestamp}",'
            f'serial_no="{self._serial_no}"'
        )
        # The key that verifies the response, and encrypted the fields.
        serial = {} if key is None else {"Wechatpay-Serial": key.serial}
        return request.with_headers({"Authorization": authorization, **serial})

    def sign_text(self, text: str) -> str:
        """Return the signature of a text by the merchant, in Base64."""
        return self._signature(text.encode())

    def _signature(self, message: bytes) -> str:
        signature = self._private_key.sign(message, self._padding, self._hash)
        return b64encode(signature).decode()

    def secrets(self, plain: Request, signed: Request) -> Iterator[str]:
        """No secrets: a signature is for one request, and a serial number is public."""
        yield from ()

    def encrypt(self, text: str) -> str:
        plain, public = text.encode(), self._key.public
        # RFC 8017, 7.1.1: a digest of SHA-1 has 20 bytes.
        maximum = public.key_size // 8 - 2 * 20 - 2
        if len(plain) > maximum:
            raise InvalidRequest(f"at most {maximum} bytes of a text can be encrypted")
        return b64encode(public.encrypt(plain, self._oaep)).decode()

    # --- responses --------------------------------------------------------------------

    def verify(self, response: RawResponse, until: float) -> Steps[None]:
        """Verify a response of status 2xx, as the documentation demands, even if empty."""
        signature = signature_of(response)
        try:
            key = yield from self._keys.find(
                signature.serial, self._sign_fetch, self._channel, until
            )
        except Error as error:
            # Its outcome is that of the download, not of this request.
            text = f"it is signed with an unknown key, and {error.message}"
            raise signature_error(response, text) from error
        self._check_signature(response, signature, key)

    def verify_signature(self, response: RawResponse) -> None:
        """Verify a response with the keys that are loaded."""
        signature = signature_of(response)
        self._check_signature(
            response, signature, self._keys.ring.find(signature.serial, time.time())
        )

    def _check_signature(
        self, response: RawResponse, signature: Signature, key: PlatformKey | None
    ) -> None:
        if key is None:
            text = f"it is signed with a key other than {self._keys.ring}"
            if signature.serial.startswith("PUB_KEY_ID_"):
                text += "; pass the public_key_id and public_key of WeChat Pay"
            raise signature_error(response, text)
        if not signature.verifies(key.public):
            text = f"its signature cannot be verified with the key {key.serial}"
            raise signature_error(response, text)

    def decrypt(self, text: str) -> str:
        try:
            raw = b64decode(text, validate=True)
        except (NotBase64, ValueError):
            raise ValueError("it is not Base64") from None
        for key in self._private_keys:
            try:
                return key.decrypt(raw, self._oaep).decode()
            except UnicodeDecodeError:
                raise ValueError("it is not text in UTF-8") from None
            except ValueError:
                continue
        raise ValueError(
            "private_key does not match; if the field was encrypted for an earlier"
            " merchant API certificate, pass its key in former_private_keys"
        )

    def decrypt_resource(self, nonce: str, associated: str, ciphertext: str) -> bytes:
        """Decrypt a resource that is encrypted with the APIv3 key, such as an event.

        Raises ValueError if it was altered, or encrypted with another key.
        """
        from ..aes_gcm import decrypt

        return decrypt(self.need_api_v3_key(), nonce, associated, ciphertext)

    def need_api_v3_key(self) -> bytes:
        """Return the APIv3 key; raises `ConfigError` if the client has none."""
        key = self._api_v3_key.reveal()
        if key is None:
            raise ConfigError(
                "api_v3_key: missing; webhook events are encrypted with the APIv3 key"
            )
        return key

    def __repr__(self) -> str:
        return f"<WechatPayV3 mchid={self._mchid} serial_no={self._serial_no}>"


def scheme_of(settings: Settings) -> WechatPayV3:
    """Return the WeChat Pay scheme of a client; raises `ConfigError` if it has none."""
    for scheme in settings.schemes.values():
        if isinstance(scheme, WechatPayV3):
            return scheme
    raise ConfigError(
        "this client has no WeChat Pay keys; pass them when you create it"
    )


# --- arguments --------------------------------------------------------------------------


def _match(name: str, value: object, pattern: str, meaning: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ConfigError(f"{name}: expected {meaning}")
    return value


def _checked_list(name: str, value: Sequence[Any] | None) -> Sequence[Any]:
    if not isinstance(value, list | tuple | None):
        raise ConfigError(f"{name}: expected a list")
    return value or ()


def _check_given(
    public_key_id: object,
    public_key: object,
    api_v3_key: object,
    certificates: Sequence[object],
) -> None:
    if (public_key_id is None) != (public_key is None):
        missing = "public_key" if public_key is None else "public_key_id"
        raise ConfigError(
            f"{missing}: missing; pass public_key and public_key_id together, which the"
            " merchant platform shows next to each other"
        )
    if public_key is None and api_v3_key is None and not certificates:
        raise ConfigError(
            "public_key: pass public_key_id and public_key, which verify responses; or"
            " pass api_v3_key, if the merchant uses platform certificates"
        )


def _api_v3_key(given: object) -> bytes | None:
    if given is None:
        return None
    key = given.encode(errors="replace") if isinstance(given, str) else given
    if isinstance(key, bytes) and len(key) != 32:
        key = key.strip()  # files end in a line feed
    if not isinstance(key, bytes) or len(key) != 32:
        raise ConfigError(
            "api_v3_key: expected the APIv3 key that is set on the merchant platform, a"
            " string of 32 characters"
        )
    return key
