"""Secret scanner: finds keys and passwords in a spec, which would be published with everything generated from it.

It reports only certain matches, so that a long identifier, a digest or a ciphertext in an example raises no alarm: PEM blocks and encoded
keys, tokens with the prefix of their issuer, and random values as examples of fields named like secrets.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from msgspec import Struct

from .nodes import Scalar

_ENCODED = r"(?<![A-Za-z0-9+/])"
_PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (mark, what, re.compile(pattern))
    for what, marks, pattern in (
        ("a PEM block", ("-----BEGIN",), r"-----BEGIN\s"),
        (
            "an encoded key",
            ("MII",),
            _ENCODED + r"MII[A-Za-z0-9+/]{2,4}(?:IBADANBgkqhkiG9w0BAQ|IBAAK)[A-Za-z0-9+/]{40}",
        ),  # PKCS #8, PKCS #1
        (
            "an encoded private key",
            ("MC4CAQ",),
            _ENCODED + r"MC4CAQAwBQYDK2V[uw]BCIEI[A-Za-z0-9+/]{42}",
        ),  # Ed25519, X25519
        (
            "an encoded EC key",
            ("MIG", "MHcC"),
            _ENCODED + r"M(?:IG[A-Za-z0-9+/]AgEAM|HcCAQEE)[A-Za-z0-9+/]{40}",
        ),
        (
            "an encrypted key",
            ("w0BBQ0", "DQEFDT"),
            _ENCODED
            + r"MI[GHI][A-Za-z0-9+/]{2,6}(?:BgkqhkiG9w0BBQ0|GCSqGSIb3DQEFDT)[A-Za-z0-9+/]{40}",
        ),  # PKCS #8
        (
            "a signed token",
            ("eyJ",),
            r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
        ),
        ("an AWS key", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        (
            "a GitHub token",
            ("gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_"),
            r"\b(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})",
        ),
        ("a GitLab token", ("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20}"),
        ("a Google key", ("AIza",), r"\bAIza[0-9A-Za-z_-]{35}"),
        ("a Google secret", ("GOCSPX-",), r"\bGOCSPX-[A-Za-z0-9_-]{28}"),
        ("a Hugging Face token", ("hf_",), r"\bhf_[A-Za-z0-9]{34}"),
        ("a Slack token", ("xox",), r"\bxox[abeoprs]-[0-9A-Za-z-]{20,}"),
        (
            "a Slack hook",
            ("hooks.slack.com",),
            r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,}",
        ),
        (
            "a Stripe key",
            ("k_live_", "k_test_", "whsec_"),
            r"\b(?:[rs]k_(?:live|test)|whsec)_[0-9A-Za-z]{20,}",
        ),
        ("a SendGrid key", ("SG.",), r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
        ("a key", ("sk-",), r"\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]*[A-Za-z0-9]{32,}"),
        ("an npm token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("a password", ("@",), r"://[^\s/:@]+:(?=[^\s/:@]*\d)[^\s/:@]{8,}@"),
    )
    for mark in marks
)
"""A text that is looked for first, because that is fast; what its presence may mean; and what that looks like."""
_PLACEHOLDER = re.compile(r"EXAMPLE|example|your|YOUR|(.)\1{5}|(?:x|X|\*|\.|0){6}|1234567|abcdef")
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:(?:app|client|web_?hook)?_?secret|secret_key|private_key|api_?(?:v\d+_?)?key|access_key|password|passwd|access_token|refresh_token|authorization)$"
)
_RANDOM = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_BITS = 3.5
"""Minimum entropy per character: hexadecimal has at most 4 bits, Base64 6; words and sequences have less."""


SECRET_HINT = "remove it, and revoke it if it was a real one"


class SecretMatch(Struct, frozen=True, order=True):
    """Offset and kind of a secret in a text."""

    at: int
    what: str


def find_secret(text: str) -> SecretMatch | None:
    """Return the first secret in a text, or None."""
    matches = (
        SecretMatch(match.start(), what)
        for mark, what, pattern in _PATTERNS
        if mark in text
        for match in pattern.finditer(text)
        if what == "a PEM block" or not _PLACEHOLDER.search(match[0])
    )
    return min(matches, default=None)


def secret_message(match: SecretMatch) -> str:
    """Return the message of a problem."""
    kind = "a PEM block (a key or certificate)" if match.what == "a PEM block" else match.what
    return f"spec contains {kind}"


def looks_like_secret(name: str, secret: bool, example: Scalar) -> bool:
    """Return whether an example looks like a real secret; `name` is the field's Python name, `secret` its mark."""
    text = example.text
    if (
        not (secret or _SECRET_NAME.search(name))
        or not _RANDOM.fullmatch(text)
        or _PLACEHOLDER.search(text)
    ):
        return False
    bits = -sum(
        count / len(text) * math.log2(count / len(text)) for count in Counter(text).values()
    )
    return bits >= _BITS and any(character.isdigit() for character in text)
