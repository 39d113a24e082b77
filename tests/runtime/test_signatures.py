"""Signatures hold for whatever is sent, and for nothing else: any text, any body, any change."""

from __future__ import annotations

import re
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from handmade import Shop, calls, errors
from handmade._runtime.headers import Headers
from handmade._runtime.http_messages import RawResponse
from handmade.models.orders import Buyer, Item, Picture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runtime_keys import rsa_key
from test_wechatpay import KEY_ID, scheme
from tests.servers import ReceivedRequest, Server, http_response, serving

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SEGMENTS = TEXTS.filter(lambda text: text not in ("", ".", "..")).map(lambda text: text[:32])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
CALLS: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        lambda order, shop, fields: calls.orders.query(order, shop_id=shop[:32], fields=fields),
        SEGMENTS.filter(lambda text: text not in (".", "..")),
        TEXTS,
        st.none() | st.lists(TEXTS, max_size=3),
    ),
    st.builds(
        lambda text, phone: calls.orders.search(text=text, phone=phone),
        TEXTS,
        st.none() | TEXTS.map(lambda t: t[:50]),
    ),
    st.builds(
        lambda name, extra: calls.orders.create(
            name=name, items=[Item(sku="A")], extra=extra, buyer=Buyer(name="x")
        ),
        SEGMENTS,
        JSON,
    ),
    st.builds(calls.orders.cancel, SEGMENTS.filter(lambda text: text not in (".", ".."))),
    st.builds(
        lambda user, password: calls.orders.login(user=user, password=password), TEXTS, TEXTS
    ),
    st.builds(
        lambda name, file: calls.orders.upload(meta=Picture(filename=name, sha256="0"), file=file),
        TEXTS,
        st.binary(max_size=99),
    ),
    st.just(calls.orders.add("1", [])),
    st.builds(calls.orders.put, st.binary(max_size=99)),
)


def verify(got: ReceivedRequest) -> None:
    """Fails unless the signature fits the bytes that came."""
    authorization = dict(re.findall(r'(\w+)="([^"]*)"', got.header("authorization")))
    body = got.body
    if got.header("content-type" if body else "accept").startswith("multipart/"):
        (body,) = re.findall(rb'name="meta".*?\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
    head = (
        f"{got.method}\n{got.target}\n{authorization['timestamp']}\n{authorization['nonce_str']}\n"
    )
    message = head.encode() + body + b"\n"
    public = rsa_key("merchant").public_key()
    public.verify(
        b64decode(authorization["signature"]), message, padding.PKCS1v15(), hashes.SHA256()
    )


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[Server, Shop]]:
    """A client on its line to a server that refuses everything."""
    with serving(http_response(400)) as server, Shop(scheme(), hosts=[server.url]) as shop:
        yield server, shop


def check(call: Any, line: tuple[Server, Shop]) -> None:
    server, shop = line
    with pytest.raises(errors.ApiError):
        shop.send(call)
    verify(server.received.pop())


QUIETLY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@settings(max_examples=60, **QUIETLY)  # type: ignore[arg-type]
@given(call=CALLS)
def test_every_request_is_signed_as_it_is_sent(call: Any, line: tuple[Server, Shop]) -> None:
    check(call, line)


@pytest.mark.slow
@settings(max_examples=10_000, **QUIETLY)  # type: ignore[arg-type]
@given(call=CALLS)
def test_ten_thousand_requests_are_signed_as_they_are_sent(
    call: Any, line: tuple[Server, Shop]
) -> None:
    check(call, line)


# --- responses ----------------------------------------------------------------------------

VERIFIER = scheme()
FIELDS = ("Timestamp", "Nonce", "Signature", "Serial")


def fields(body: bytes, nonce: str = "593BEC0C930BF1AF") -> dict[str, str]:
    timestamp = str(int(time.time()))
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    signature = rsa_key("platform").sign(message, padding.PKCS1v15(), hashes.SHA256())
    values = (timestamp, nonce, b64encode(signature).decode(), KEY_ID)
    return {f"Wechatpay-{name}": value for name, value in zip(FIELDS, values, strict=True)}


def flip(data: bytes, at: int) -> bytes:
    index, bit = divmod(at % (len(data) * 8), 8)
    return data[:index] + bytes([data[index] ^ (1 << bit)]) + data[index + 1 :]


@st.composite
def altered(draw: st.DrawFn) -> tuple[bytes, list[tuple[str, str]]]:
    """A signed response with one thing changed."""
    body = draw(st.binary(max_size=99))
    headers = fields(body)
    name = f"Wechatpay-{draw(st.sampled_from(FIELDS))}"
    match draw(
        st.sampled_from(
            ["body", "longer", "missing", "empty", "doubled", "signature", "field", "clock"]
        )
    ):
        case "body" if body:
            body = flip(body, draw(st.integers(0, 10**6)))
        case "body" | "longer":
            body += draw(st.binary(min_size=1, max_size=3))
        case "missing":
            del headers[name]
        case "empty":
            headers[name] = ""
        case "doubled":
            return body, [*headers.items(), (name, draw(st.sampled_from(["", headers[name]])))]
        case "signature":
            raw = flip(b64decode(headers["Wechatpay-Signature"]), draw(st.integers(0, 10**6)))
            headers["Wechatpay-Signature"] = b64encode(raw).decode()
        case "clock":
            away = draw(st.integers(301, 10**6)) * draw(st.sampled_from([-1, 1]))
            headers["Wechatpay-Timestamp"] = str(int(headers["Wechatpay-Timestamp"]) + away)
        case _:
            other = draw(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40))
            headers[name] = other if other != headers[name] else "x"
    return body, list(headers.items())


def refuse(response: tuple[bytes, list[tuple[str, str]]]) -> None:
    body, headers = response
    with pytest.raises(errors.SignatureError):
        VERIFIER.verify_signature(RawResponse(200, Headers(headers), body))


@settings(max_examples=200, **QUIETLY)  # type: ignore[arg-type]
@given(response=altered())
def test_whatever_was_altered_is_refused(response: Any) -> None:
    refuse(response)


@pytest.mark.slow
@settings(max_examples=10_000, **QUIETLY)  # type: ignore[arg-type]
@given(response=altered())
def test_ten_thousand_altered_responses_are_rejected(response: Any) -> None:
    refuse(response)


@settings(max_examples=50, **QUIETLY)  # type: ignore[arg-type]
@given(
    body=st.binary(), nonce=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)
)
def test_an_unaltered_response_is_accepted(body: bytes, nonce: str) -> None:
    VERIFIER.verify_signature(RawResponse(200, Headers(fields(body, nonce).items()), body))
