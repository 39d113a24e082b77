"""Secrets in a spec are problems and reach no output; other long texts are not problems (robustness A20)."""

from __future__ import annotations

import base64
import random
import secrets
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from specloom.diagnostics import InvalidSpec
from specloom.spec import load
from specloom.spec.secret_scanner import find_secret

from .runs import SMALL, run
from .specs import Spec, write

_LETTERS = "abcdefghijkmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWYZ23456789"


@cache
def private_key(kind: str) -> PrivateKeyTypes:
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "EC"
        else rsa.generate_private_key(65537, int(kind.removeprefix("RSA ")))
    )


def key_text(kind: str, form: str, encoding: str) -> str:
    """Return a new private key in a common form."""
    written = (
        serialization.PrivateFormat.TraditionalOpenSSL
        if form == "traditional"
        else serialization.PrivateFormat.PKCS8
    )
    lock = (
        serialization.BestAvailableEncryption(b"x")
        if form == "encrypted"
        else serialization.NoEncryption()
    )
    if encoding == "PEM":
        return private_key(kind).private_bytes(serialization.Encoding.PEM, written, lock).decode()
    return base64.b64encode(
        private_key(kind).private_bytes(serialization.Encoding.DER, written, lock)
    ).decode()


def letters(count: int) -> str:
    return "".join(random.Random(count).choices(_LETTERS, k=count))


KEYS = [
    (kind, form, encoding)
    for kind in ("RSA 2048", "RSA 3072", "EC")
    for form in ("PKCS #8", "traditional")
    for encoding in ("PEM", "Base64")
]
KEYS += [
    (kind, form, "Base64")
    for kind, form in [
        ("Ed25519", "PKCS #8"),
        ("Ed25519", "encrypted"),
        ("EC", "encrypted"),
        ("RSA 2048", "encrypted"),
    ]
]
TOKENS = {
    "AWS": "AKIA" + letters(16).upper().replace("I", "B"),
    "GitHub": "ghp_" + letters(36),
    "GitLab": "glpat-" + letters(20),
    "Google": "AIza" + letters(35),
    "Slack": "xoxb-" + letters(30),
    "Stripe": "sk_live_" + letters(24),
    "Stripe, for tests": "sk_test_" + letters(24),
    "Stripe, for hooks": "whsec_" + letters(32),
    "SendGrid": f"SG.{letters(22)}.{letters(43)}",
    "Google's OAuth": "GOCSPX-" + letters(28),
    "Hugging Face": "hf_" + letters(34),
    "Slack, for hooks": f"https://hooks.slack.com/services/T{letters(8).upper()}/B{letters(8).upper()}/{letters(24)}",
    "a database": f"postgres://shop:{letters(12)}7@db.example.com/shop",
    "OpenAI": "sk-proj-" + letters(48),
    "npm": "npm_" + letters(36),
    "JWT": f"eyJ{letters(20)}.eyJ{letters(40)}.{letters(43)}",
}


@pytest.mark.parametrize("which", [*KEYS, *TOKENS], ids=str)
def test_a_secret_is_a_problem_anywhere(which: str | tuple[str, str, str], tmp_path: Path) -> None:
    """As the example of a field without `secret`, in a description, in notes, in a JSON file, as the name of a value."""
    secret = TOKENS[which] if isinstance(which, str) else key_text(*which)
    spec = Spec.read(SMALL)
    wanted = [
        ("value", "example"),
        ("value", "description"),
        ("key", "enum"),
        ("note", ""),
        ("value", "note"),
    ]
    slots = [
        next(
            slot
            for slot in spec.slots
            if slot.kind == kind and (not about or about in slot.about[-1:])
        )
        for kind, about in wanted
    ]
    attacks = [
        {
            slot: (
                f"See {secret} there"
                if slot.kind == "note" or "description" in slot.about
                else secret
            )
        }
        for slot in slots
    ]
    tally = run(SMALL, attacks, tmp_path)
    assert tally.failures == []
    assert (tally.generated, tally.rules["secret"] + tally.rules["json"]) == (0, len(slots))


def test_an_escaped_key_is_a_key(tmp_path: Path) -> None:
    files = Spec.read(SMALL).files({})
    files["items.yaml"] = files["items.yaml"].replace(
        "Things.", '"-\\x2d---BEGIN\\x20PRIVATE KEY-----"'
    )
    files["items.put.json"] = '{"ok": true, "note": "\\u002d----BEGIN PRIVATE KEY-----"}'
    write(files, tmp_path)
    with pytest.raises(InvalidSpec) as caught:
        load(tmp_path, "spec")
    assert {(problem.path, problem.rule) for problem in caught.value.problems} == {
        ("spec/items.yaml", "secret")
    }
    files["items.yaml"] = Spec.read(SMALL).files({})["items.yaml"]
    write(files, tmp_path)
    with pytest.raises(InvalidSpec) as caught:
        load(tmp_path, "spec")
    assert {(problem.path, problem.rule) for problem in caught.value.problems} == {
        ("spec/items.put.json", "invalid-json")
    }


CALLED = [
    "api_key",
    "clientSecret",
    "password",
    "access_token",
    "X-Secret-Key",
    "appsecret",
    "api_v3_key",
    "apiv3Key",
]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        *((name, letters(40), True) for name in CALLED),
        ("password", secrets.token_urlsafe(32), True), ("password", "ACCESS_TOKEN", False), ("password", "your-" + "x" * 40, False), ("password", "a few plain words", False),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_random_example_of_a_secret_field_is_a_problem(
    name: str, text: str, problem: bool, tmp_path: Path
) -> None:
    spec = Spec.read(SMALL)
    field = next(slot for slot in spec.slots if slot.kind == "key" and spec.text(slot) == "why")
    example = next(slot for slot in spec.slots if slot.about[-2:] == ("why", "example"))
    tally = run(SMALL, [{field: name, example: text}], tmp_path)
    assert tally.failures == []
    assert tally.rules["secret"] == problem


@pytest.mark.parametrize(
    "harmless",
    [
        "4200000444201910177461284488", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "Qe41VhP/sGdNeTHMQGlxCWiUyHu6XNO9GCYln2Luv4HhwJzZBfcL12sB+PgZcS5NhePBog30NgJ1xRaK+gbGDKwpg==", "AKIAIOSFODNN7EXAMPLE", "MIIC", "sk-1", "eyJ9.eyJ9",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk", "https://example.com/AKIA", "https://user:password@example.com", "https://example.com:8080/@2x", "begin -----", "risk-assessment-of-the-merchants",
    ],
)  # fmt: skip
def test_a_long_text_is_not_a_problem(harmless: str) -> None:
    assert find_secret(harmless) is None


@pytest.mark.parametrize("seed", range(20))
def test_identifiers_digests_and_ciphertexts_are_not_problems(seed: int) -> None:
    chance = random.Random(seed)
    assert find_secret(base64.b64encode(chance.randbytes(5000)).decode()) is None
    assert find_secret(chance.randbytes(5000).hex()) is None
