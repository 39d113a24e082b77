"""Encrypted fields of responses; openssl encrypts them for the merchant."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec
import pytest
from handmade import calls, errors
from handmade._runtime.bodies import to_text
from handmade._runtime.ciphertext import CipherText
from handmade._runtime.codec import codec, parse
from handmade._runtime.encoding import encoder_for
from handmade._runtime.models import Model
from handmade._runtime.wire_formats import ENCRYPTED, JSON_TEXT, formatted
from handmade.models.orders import Detail, Item
from hypothesis import given
from hypothesis import strategies as st
from msgspec import field
from runtime_keys import private_pem, public_pem, rsa_key
from test_wechatpay import scheme, signed
from tests.servers import Server

Send: TypeAlias = Callable[..., Any]
QUERY = calls.orders.query("1", shop_id="1")


@cache
def encrypted(text: str, who: str = "merchant") -> str:
    """Encrypt a text with openssl: RSAES-OAEP with SHA-1."""
    command = "openssl pkeyutl -encrypt -pubin -inkey /dev/fd/3 -pkeyopt rsa_padding_mode:oaep"
    completed = subprocess.run(
        ["bash", "-c", f"{command} 3<<<'{public_pem(rsa_key(who)).decode()}'"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    return b64encode(completed.stdout).decode()


def order(**fields: Any) -> bytes:
    body = json.dumps({"order_id": "1", "status": "PAID", "total": 1} | fields).encode()
    return signed(200, body)


def buyer(phone: str | None) -> dict[str, Any]:
    return {"name": "发", "phone": phone}


def test_fields_are_decrypted_wherever_they_are(server: Server, send: Send, caplog: Any) -> None:
    one, two, three = (encrypted(f"CANARY-{text}") for text in ("1", "发票", "3"))
    nested = {"order_id": "2", "status": "PAID", "total": 1, "buyer": buyer(three)}
    server.respond_with(
        order(buyer=buyer(one), contacts={"a": buyer(two)}, phones=[three, "", one], items=[nested])
    )
    value = send(QUERY, scheme(), strict=True).value
    assert value.buyer.phone == "CANARY-1"
    assert value.contacts["a"].phone == "CANARY-发票"
    assert value.phones == ["CANARY-3", "", "CANARY-1"]
    assert value.items[0].buyer.phone == "CANARY-3"
    assert type(value.buyer.phone) is str
    assert "CANARY" not in repr(value) + caplog.text
    server.respond_with(order(buyer=buyer(None), phones=None))
    assert send(QUERY, scheme(), strict=True).value.buyer.phone is None


def test_undecryptable_texts_stay_with_a_reason(server: Server, send: Send, caplog: Any) -> None:
    former = encrypted("CANARY", "former merchant")
    server.respond_with(order(buyer=buyer(former), phones=["no base 64!", encrypted("x")]))
    value = send(QUERY, scheme()).value
    assert value.buyer.phone == former
    assert isinstance(value.buyer.phone, CipherText)
    assert value.buyer.phone.reason.startswith(
        "private_key does not match; if the field was encrypted for an earlier"
    )
    assert "pass its key in former_private_keys" in value.buyer.phone.reason
    assert [type(phone) for phone in value.phones] == [CipherText, str]
    (warning,) = [
        record.getMessage() for record in caplog.records if record.levelno == logging.WARNING
    ]
    assert "$.buyer.phone: cannot be decrypted: private_key does not match" in warning
    assert "$.phones[0]: cannot be decrypted: it is not Base64" in warning
    assert former not in warning + repr(value) + repr(value.phones[0])
    with pytest.raises(
        errors.ProtocolError, match=r"\$\.buyer\.phone: cannot be decrypted"
    ) as caught:
        send(QUERY, scheme(), strict=True)
    assert caught.value.outcome == "done"
    with pytest.raises(
        errors.InvalidRequest, match=r"buyer\.phone: is a ciphertext that could not be decrypted"
    ):
        calls.orders.create(name="x", items=[Item(sku="A")], buyer=value.buyer)
    assert (
        msgspec.to_builtins(value)["buyer"]["phone"]
        == json.loads(msgspec.json.encode(value))["buyer"]["phone"]
        == former
    )
    assert {value.buyer.phone: 1}[former] == 1
    again = pickle.loads(pickle.dumps(value))
    assert (again, again.buyer.phone.reason) == (value, value.buyer.phone.reason)


def test_former_private_keys_decrypt_former_ciphertexts(
    server: Server, send: Send, tmp_path: Path
) -> None:
    (tmp_path / "old.pem").write_bytes(private_pem(rsa_key("former merchant")))
    merchant = scheme(former_private_keys=[tmp_path / "old.pem"])
    server.respond_with(order(phones=[encrypted("old", "former merchant"), encrypted("new")]))
    assert send(QUERY, merchant, strict=True).value.phones == ["old", "new"]


def test_plaintexts_that_are_not_utf_8(server: Server, send: Send) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), label=None)
    ciphertext = b64encode(rsa_key("merchant").public_key().encrypt(b"\xff", oaep)).decode()
    server.respond_with(order(phones=[ciphertext, b64encode(b"short").decode()]))
    reasons = [phone.reason for phone in send(QUERY, scheme()).value.phones]
    assert reasons[0] == "it is not text in UTF-8"
    assert reasons[1].startswith("private_key does not match")


class Odd(Model, frozen=True, kw_only=True):
    """Encrypted values of other types than text."""

    detail: Annotated[Detail, JSON_TEXT, ENCRYPTED] | None = None
    day: Annotated[date, formatted("%Y%m%d"), ENCRYPTED] | None = None
    number: Annotated[int, ENCRYPTED] | None = None


class Person(Model, frozen=True, kw_only=True):
    """Encrypted texts in every container."""

    phone: Annotated[str, ENCRYPTED]
    mail: Annotated[str, ENCRYPTED] | None = None
    phones: Sequence[Annotated[str, ENCRYPTED]] | None = None
    friends: list[Person] = field(default_factory=list)
    family: Mapping[str, Person] | None = None
    numbers: dict[str, Annotated[str, ENCRYPTED]] | int | None = None
    name: str = ""


TEXTS = st.sampled_from(["", "a", "bad", "发"])
PEOPLE: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.fixed_dictionaries(
        {"phone": TEXTS},
        optional={
            "mail": st.none() | TEXTS,
            "phones": st.lists(TEXTS, max_size=2),
            "numbers": st.just(1) | st.dictionaries(TEXTS, TEXTS, max_size=2),
            "name": TEXTS,
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"phone": TEXTS},
        optional={
            "friends": st.lists(inner, max_size=2),
            "family": st.dictionaries(TEXTS, inner, max_size=2),
        },
    ),
    max_leaves=5,
)


def shout(text: str) -> str:
    if text == "bad":
        raise ValueError("bad")
    return f"<{text}>"


@given(person=PEOPLE)
def test_fast_and_lenient_decoder_agree(person: dict[str, Any]) -> None:
    body = json.dumps(person).encode()
    assert codec(Person)._fast is not None
    value, mismatches = codec(Person).decode(body, shout)
    careful, others = codec(Person).convert(parse(body), shout)
    assert (value, sorted(map(str, mismatches))) == (careful, sorted(map(str, others)))
    assert value.phone == (
        f"<{person['phone']}>" if person["phone"] in ("a", "发") else person["phone"]
    )
    assert isinstance(value.phone, CipherText) == (person["phone"] == "bad")


def test_encrypted_values_are_never_sent_as_plaintext() -> None:
    written: Any = encoder_for(Odd).encode(
        Odd(detail=Detail(count=1), day=date(2025, 1, 2), number=7)
    )
    assert {name: to_text(each, lambda text: f"<{text}>") for name, each in written.items()} == {
        "detail": '<{"count":1}>',
        "day": "<20250102>",
        "number": "<7>",
    }
    value, mismatches = codec(Odd).decode(b'{"detail":"A"}', lambda text: '{"count":1}')
    assert (value.detail, mismatches) == (Detail(count=1), [])
