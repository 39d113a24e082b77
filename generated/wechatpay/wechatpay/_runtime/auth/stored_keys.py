"""Keys and certificates from files and variables: PEM in its common variants, and DER.

Environment variables and secret stores often lose line breaks. PEM is therefore accepted
with `\\n` as two characters, with spaces for line breaks, in quotes, as Base64 of the whole
text, or as the Base64 inside it. No message quotes the content.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
)
from cryptography.x509 import load_der_x509_certificate

from ..errors import ConfigError

Block: TypeAlias = tuple[str, bytes]
"""PEM label, such as "PUBLIC KEY", and DER content; empty if the block is damaged."""

PKCS12: Final = "PKCS#12 ARCHIVE"
ENCRYPTED: Final = "ENCRYPTED PRIVATE KEY"

_BLOCK = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)(-----END \1-----|(?=-----BEGIN )|\Z)",
    re.DOTALL,
)
_LINE_END = re.compile(rb"\\+[rn]")
"""Escaped line breaks; PEM itself contains no backslash."""
_MIN_DER_LENGTH: Final = 64
"""Minimum length of a DER key in bytes; decoded file names are shorter."""


def read_blocks(name: str, source: object) -> list[Block]:
    """Return the blocks in a file, text or bytes, at least one; raise `ConfigError`.

    `name` is the name of the argument in messages.
    """
    if isinstance(source, Path):
        try:
            content = source.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigError(f"{name}: cannot read {source}: {reason}") from None
        except ValueError:
            raise ConfigError(
                f"{name}: invalid file name; pass the path of a PEM file"
            ) from None
    elif isinstance(source, str):
        content = source.encode(errors="replace")
    elif isinstance(source, bytes):
        content = source
    else:
        raise ConfigError(
            f"{name}: expected a Path, PEM text or a key object, got {type(source).__name__}"
        )
    blocks = list(_blocks(content))
    if not blocks:
        hint = "" if isinstance(source, Path) else "; to name a file, pass a Path"
        raise ConfigError(
            f"{name}: no PEM text, which begins with -----BEGIN …-----{hint}"
        )
    return blocks


def first_of(blocks: list[Block], kind: str) -> Block:
    """Return the first block whose label ends with `kind`, else the first block."""
    return next((one for one in blocks if one[0].endswith(kind)), blocks[0])


def _blocks(content: bytes) -> Iterator[Block]:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # from editors on Windows
        content = content.decode("utf-16", "replace").encode(errors="replace")
    text = _LINE_END.sub(b"\n", content)
    if b"-----BEGIN " in text:
        for kind, body, end in _BLOCK.findall(text):
            if b"ENCRYPTED" in body:  # in its header fields
                yield ENCRYPTED, b""
            else:
                yield kind.decode("ascii"), (_base64(body) or b"") if end else b""
        return
    der = content if content.startswith(b"\x30") else _base64(text.strip(b" \"'\r\n\t"))
    if der is None or len(der) < _MIN_DER_LENGTH:
        return
    if b"-----BEGIN " in der:
        yield from _blocks(der)
    elif (kind := _kind_of(der)) is not None:
        yield kind, der


def _base64(text: bytes) -> bytes | None:
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        return None


def _kind_of(der: bytes) -> str | None:
    """Return the PEM label for DER content, by trying to load it."""
    try:
        load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
        return "PRIVATE KEY"
    except TypeError:
        return ENCRYPTED
    except (ValueError, UnsupportedAlgorithm):
        pass
    for kind, load in _LOADERS.items():
        try:
            load(der)
            return kind
        except (ValueError, UnsupportedAlgorithm):
            continue
    # The version, 3, follows the header of the outermost sequence (RFC 7292).
    return PKCS12 if der[4:7] == b"\x02\x01\x03" else None


_LOADERS: Final = {
    "PUBLIC KEY": load_der_public_key,
    "CERTIFICATE": load_der_x509_certificate,
}
