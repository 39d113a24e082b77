"""Keys and passwords in a spec: they would be published with everything that is woven from it.

Sure signs only, so that a long identifier, a digest or a cipher text in an example is no alarm: blocks and encodings of keys, the prefixes by
which issuers mark their tokens, and random texts as examples of what is called a secret.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import NamedTuple

from .nodes import Scalar

_SIGNS = re.compile(
    r"(?P<PEM_block>-----BEGIN\s)"
    r"|(?<![A-Za-z0-9+/])(?P<encoded_key>MII[A-Za-z0-9+/]{2,4}(?:IBADANBgkqhkiG9w0BAQ|IBAAK)[A-Za-z0-9+/]{40})"  # PKCS #8, PKCS #1
    r"|(?<![A-Za-z0-9+/])(?P<encoded_private_key>MC4CAQAwBQYDK2V[uw]BCIEI[A-Za-z0-9+/]{42})"  # Ed25519, X25519
    r"|(?<![A-Za-z0-9+/])(?P<encrypted_key>MI[GHI][A-Za-z0-9+/]{2,6}(?:BgkqhkiG9w0BBQ0|GCSqGSIb3DQEFDT)[A-Za-z0-9+/]{40})"  # PKCS #8 with a password
    r"|(?<![A-Za-z0-9+/])(?P<encoded_EC_key>M(?:IG[A-Za-z0-9+/]AgEAM|HcCAQEE)[A-Za-z0-9+/]{40})"
    r"|\b(?P<signed_token>eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,})"
    r"|\b(?P<AWS_key>(?:AKIA|ASIA)[0-9A-Z]{16})\b"
    r"|\b(?P<GitHub_token>gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})"
    r"|\b(?P<GitLab_token>glpat-[A-Za-z0-9_-]{20})"
    r"|\b(?P<Google_key>AIza[0-9A-Za-z_-]{35})"
    r"|\b(?P<Slack_token>xox[abeoprs]-[0-9A-Za-z-]{20,})"
    r"|\b(?P<Stripe_key>(?:[rs]k_(?:live|test)|whsec)_[0-9A-Za-z]{20,})"
    r"|\b(?P<SendGrid_key>SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})"
    r"|\b(?P<Google_secret>GOCSPX-[A-Za-z0-9_-]{28})"
    r"|\b(?P<Hugging_Face_token>hf_[A-Za-z0-9]{34})"
    r"|(?P<Slack_hook>hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,})"
    r"|\b[a-z][a-z0-9+.-]*://(?P<password>[^\s/:@]+:(?=[^\s/:@]*\d)[^\s/:@]{8,}@)"
    r"|\b(?P<key>sk-(?:[a-z]+-)*[A-Za-z0-9_-]*[A-Za-z0-9]{32,})"
    r"|\b(?P<npm_token>npm_[A-Za-z0-9]{36})\b"
)
_PLACEHOLDER = re.compile(r"EXAMPLE|example|your|YOUR|(.)\1{5}|(?:x|X|\*|\.|0){6}|1234567|abcdef")
_CALLED = re.compile(r"(?:^|_)(?:(?:app|client|web_?hook)?_?secret|secret_key|private_key|api_?(?:v\d+_?)?key|access_key|password|passwd|access_token|refresh_token|authorization)$")
_RANDOM = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_BITS = 3.5
"""Entropy of a character: 4 at most in hexadecimal, 6 in Base64; words and counted numbers have less."""


REMEDY = "take it out, and replace the key if it was a real one"


class Sign(NamedTuple):
    """Where in a text a secret begins, and what it is."""

    at: int
    what: str


def sign(text: str) -> Sign | None:
    """The first sure sign of a key in a text."""
    for match in _SIGNS.finditer(text):
        kind = match.lastgroup or ""
        if kind == "PEM_block" or not _PLACEHOLDER.search(match[0]):
            what = kind.replace("_", " ")
            return Sign(match.start(), f"an {what}" if what[0] in "aeiouA" else f"a {what}")
    return None


def refusal(found: Sign) -> str:
    """What is said about it."""
    shown = "a PEM block (a key or a certificate)" if found.what == "a PEM block" else found.what
    return f"{shown} may not stand in a spec"


def is_given_away(name: str, secret: bool, example: Scalar) -> bool:
    """Whether the example of a field, called `name` in Python, looks like what a `secret` one holds."""
    text = example.text
    if not (secret or _CALLED.search(name)) or not _RANDOM.fullmatch(text) or _PLACEHOLDER.search(text):
        return False
    bits = -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
    return bits >= _BITS and any(character.isdigit() for character in text)
