"""Keys as people store them are taken where it is plain what they are, and else named exactly; openssl makes and judges them."""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handmade import errors
from handmade._runtime.auth.certificates import load_certificates
from handmade._runtime.auth.rsa_keys import load_private_key, load_public_key


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key in all forms that openssl knows, and others that no merchant has."""
    folder = tmp_path_factory.mktemp("keys")
    private = folder / "pkcs8.pem"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private)
    openssl("pkey", "-in", private, "-traditional", "-out", folder / "pkcs1.pem")
    openssl("pkey", "-in", private, "-pubout", "-out", folder / "public.pem")
    openssl("rsa", "-in", private, "-RSAPublicKey_out", "-out", folder / "public1.pem")
    openssl(
        "req",
        "-x509",
        "-key",
        private,
        "-subj",
        "/CN=merchant",
        "-days",
        "9",
        "-out",
        folder / "certificate.pem",
    )
    openssl(
        "pkcs12",
        "-export",
        "-inkey",
        private,
        "-in",
        folder / "certificate.pem",
        "-passout",
        "pass:x",
        "-out",
        folder / "archive.p12",
    )
    openssl(
        "pkcs8", "-topk8", "-in", private, "-passout", "pass:x", "-out", folder / "encrypted.pem"
    )
    openssl(
        "pkey",
        "-in",
        private,
        "-traditional",
        "-aes128",
        "-passout",
        "pass:x",
        "-out",
        folder / "encrypted1.pem",
    )
    openssl(
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        folder / "ec.pem",
    )
    return folder


def body(pem: bytes) -> bytes:
    """The Base64 within PEM."""
    return b"".join(line for line in pem.splitlines() if b"-----" not in line)


FORMS: dict[str, Callable[[bytes], str | bytes]] = {
    "as it is": lambda pem: pem,
    "text": bytes.decode,
    r"\n as two characters": lambda pem: pem.replace(b"\n", b"\\n"),
    r"\r\n as four characters": lambda pem: pem.replace(b"\n", b"\\r\\n"),
    r"\\n, escaped twice": lambda pem: pem.replace(b"\n", b"\\\\n"),
    "CRLF": lambda pem: pem.replace(b"\n", b"\r\n"),
    "blanks for lines": lambda pem: pem.replace(b"\n", b" "),
    "one line": lambda pem: pem.replace(b"\n", b""),
    "in quotes": lambda pem: b'"' + pem.replace(b"\n", b"\\n") + b"'",
    "indented": lambda pem: b"\n  " + pem.replace(b"\n", b"\n  ") + b"  \n",
    "byte order mark": lambda pem: b"\xef\xbb\xbf" + pem,
    "UTF-16": lambda pem: pem.decode().encode("utf-16"),
    "Base64 of all": b64encode,
    "without PEM's lines": body,
    "without PEM's lines, as text": lambda pem: f' "{body(pem).decode()}"\n',
    "DER": lambda pem: b64decode(body(pem)),
    "after text": lambda pem: b"Bag Attributes\n    friendlyName: x\n" + pem,
}
LOADERS: dict[str, Callable[[str, Any], Any]] = {
    "pkcs8.pem": load_private_key,
    "pkcs1.pem": load_private_key,
    "public.pem": load_public_key,
    "public1.pem": load_public_key,
    "certificate.pem": load_certificates,
}


def modulus(loaded: Any) -> int:
    """What all forms of one key have in common."""
    held = loaded[0].public_key() if isinstance(loaded, list) else loaded
    public = held.public_key() if hasattr(held, "private_numbers") else held
    number: int = public.public_numbers().n
    return number


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("form", FORMS)
def test_what_is_plain_is_taken(form: str, name: str, keys: Path, tmp_path: Path) -> None:
    modulus_line = subprocess.run(
        ["openssl", "rsa", "-in", keys / "pkcs8.pem", "-modulus", "-noout"],
        capture_output=True,
        check=True,
    ).stdout
    source = FORMS[form]((keys / name).read_bytes())
    file = tmp_path / "key"
    file.write_bytes(source if isinstance(source, bytes) else source.encode())
    for form_or_file in (source, file):
        assert modulus(LOADERS[name]("key", form_or_file)) == int(
            modulus_line.partition(b"=")[2], 16
        )


def test_a_file_with_several_is_searched(keys: Path) -> None:
    bundle = b"".join(
        (keys / name).read_bytes()
        for name in ("certificate.pem", "public.pem", "pkcs8.pem", "certificate.pem")
    )
    assert modulus(load_private_key("key", bundle)) == modulus(load_public_key("key", bundle))
    assert len(load_certificates("key", bundle)) == 2


PRIVATE = {
    "certificate.pem": "key: this is a certificate; pass the private key",
    "public.pem": "key: this is a public key; pass the private key",
    "public1.pem": "key: this is a public key; pass the private key",
    "encrypted.pem": "key: this key is encrypted with a password",
    "encrypted1.pem": "key: this key is encrypted with a password",
    "ec.pem": "key: this is not an RSA key",
}
PUBLIC = {
    "certificate.pem": "key: this is a certificate; pass a public key",
    "pkcs8.pem": "key: this is a private key; pass a public key",
    "pkcs1.pem": "key: this is a private key; pass a public key",
    "encrypted.pem": "key: this is a private key; pass a public key",
}
CERTIFICATES = {
    "public.pem": "key: this is a public key; pass a certificate",
    "pkcs8.pem": "key: this is a private key; pass a certificate",
}
REFUSED = [
    *((load_private_key, name, text) for name, text in PRIVATE.items()),
    *((load_public_key, name, text) for name, text in PUBLIC.items()),
    *((load_certificates, name, text) for name, text in CERTIFICATES.items()),
]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_another_thing_is_named(form: str, keys: Path) -> None:
    for load, name, text in REFUSED:
        if name != "encrypted1.pem" or (
            "without" not in form and form != "DER"
        ):  # its header fields say that it is
            with pytest.raises(errors.ConfigError, match=text):
                load("key", FORMS[form]((keys / name).read_bytes()))


OTHERS: list[tuple[Callable[[Path], Any], str]] = [
    (
        lambda keys: keys / "archive.p12",
        "key: this is a PKCS#12 archive; pass the private key in it",
    ),
    (lambda keys: b64encode((keys / "archive.p12").read_bytes()), "key: this is a PKCS#12 archive"),
    (lambda keys: str(keys / "pkcs8.pem"), "key: no PEM text.*; to name a file, pass a Path"),
    (lambda keys: "apiclient_key.pem", "key: no PEM text.*; to name a file, pass a Path"),
    (lambda keys: keys / "none.pem", "key: cannot read .*none.pem: No such file"),
    (lambda keys: keys, "key: cannot read .*: Is a directory"),
    (
        lambda keys: (keys / "pkcs8.pem").read_bytes()[:-40],
        "key: this private key is damaged or cut off",
    ),
    (
        lambda keys: (keys / "pkcs8.pem").read_bytes().replace(b"a", b"*"),
        "key: this private key is damaged or cut off",
    ),
    (
        lambda keys: (keys / "pkcs8.pem").read_text()[:-40].replace("\n", r"\n"),
        "key: this private key is damaged or cut off",
    ),
    (lambda keys: body((keys / "pkcs8.pem").read_bytes())[:-400], "key: no PEM text"),
    (
        lambda keys: b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        "key: this is a key in OpenSSH's format",
    ),
    (lambda keys: b"", "key: no PEM text"),
    (lambda keys: b"0" * 500, "key: no PEM text"),
    (lambda keys: "\ud800" * 100, "key: no PEM text"),
]


@pytest.mark.parametrize(("make", "text"), OTHERS)
def test_what_is_no_key_is_said(make: Callable[[Path], Any], text: str, keys: Path) -> None:
    with pytest.raises(errors.ConfigError, match=text) as caught:
        load_private_key("key", make(keys))
    secret = body((keys / "pkcs8.pem").read_bytes()).decode()
    assert not any(
        secret[start : start + 8] in str(caught.value) for start in range(len(secret) - 7)
    )
    assert caught.value.cause is None
