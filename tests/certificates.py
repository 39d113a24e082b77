"""An authority of our own, and certificates that are good or bad in one way each."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@cache
def _authority() -> tuple[Any, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name("An authority for tests"))
        .issuer_name(_name("An authority for tests"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


@cache
def server_side(
    *, host: str = "127.0.0.1", days: int = 1, by_itself: bool = False
) -> ssl.SSLContext:
    """For a server: a certificate for a host that expires in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority_key, authority = _authority()
    now = datetime.now(UTC)
    name: x509.GeneralName = x509.DNSName(host)
    if host[0].isdigit():
        name = x509.IPAddress(ip_address(host))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(host))
        .issuer_name(_name(host) if by_itself else authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=5))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(key if by_itself else authority_key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder, "server.pem")
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
        context.load_cert_chain(file)
    return context


@cache
def client_side() -> ssl.SSLContext:
    """For `ssl_context=`: trusts our authority only."""
    _, authority = _authority()
    return ssl.create_default_context(cadata=authority.public_bytes(Encoding.PEM).decode())
