"""All documented examples, sent by the committed sync and async clients to a server over a socket.

The server uses nothing of specloom: `openssl` signs and verifies, and the standard library parses JSON.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import subprocess
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
import pytest
from tests.generated import COMMITTED, api_of, imported
from tests.servers import ReceivedRequest, Server, http_response, serving

from specloom.model import Date, Endpoint, Example, Json, JsonBody, Named, innermost

EXAMPLES = [
    pytest.param(name, endpoint, example, id=f"{endpoint.qualified}-{number}")
    for name in COMMITTED
    for endpoint in api_of(name).all_endpoints()
    for number, example in enumerate(endpoint.examples)
]
SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012024101600000000000001"
FILE = "\ufeff交易时间,公众账号ID\r\n".encode()


def openssl(*arguments: str | Path, stdin: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *map(str, arguments)], input=stdin, capture_output=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with key pairs of the merchant and of WeChat Pay, created by openssl."""
    folder = tmp_path_factory.mktemp("keys")
    for who in ("merchant", "wechatpay"):
        openssl(
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
            "-out",
            folder / f"{who}.pem",
        )
        openssl("pkey", "-in", folder / f"{who}.pem", "-pubout", "-out", folder / f"{who}.pub.pem")
    return folder


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def credentials(name: str, keys: Path) -> dict[str, Any]:
    if name == "weixin":
        return {"access_token": "TOKEN"}
    return {
        "mchid": "1900000001",
        "serial_no": SERIAL,
        "private_key": keys / "merchant.pem",
        "public_key_id": PUBLIC_KEY_ID,
        "public_key": keys / "wechatpay.pub.pem",
    }


def call_of(package: ModuleType, endpoint: Endpoint, example: Example, **given: Any) -> Any:
    """Return the call of an example, with Python names, and with objects as models.

    `given` are arguments that examples lack, or that replace theirs.
    """
    function = package.calls
    for part in (*endpoint.resource, endpoint.name):
        function = getattr(function, part)
    keywords: dict[str, Any] = {
        field.name: (
            date.fromisoformat(str(values[field.wire]))
            if isinstance(innermost(field.type), Date)
            else values[field.wire]
        )
        for fields, values in (
            (endpoint.path_fields, example.path),
            (endpoint.query, example.query),
            (endpoint.header, example.header),
        )
        for field in fields
        if field.wire in values
    }
    if example.body is not None:
        assert isinstance(endpoint.body, JsonBody)
        assert isinstance(endpoint.body.type, Named)
        model = getattr(package.models, endpoint.body.type.to.name)
        body = msgspec.convert(plain(example.body.json), model)
        keywords |= {
            name: value
            for name in body.__struct_fields__
            if (value := getattr(body, name)) is not None
        }
    return function(**keywords | given)


def unsent(endpoint: Endpoint, host: str, file: bytes) -> dict[str, Any]:
    """Return the arguments of a download, which come from an earlier response: its URL and hash."""
    if endpoint.url is None:
        assert endpoint.unsent == ()
        return {}
    hash_value = hashlib.sha1(file, usedforsecurity=False).hexdigest()
    return {"download_url": f"{host}{endpoint.path}?token=T%2F1", "hash_value": hash_value}


def plain(value: Json) -> Any:
    return json.loads(json.dumps(value, default=float))


def sign(body: bytes, keys: Path) -> list[tuple[str, str]]:
    """Return the headers of a response of WeChat Pay; the signature covers three lines, each terminated by LF."""
    timestamp, nonce = str(int(time.time())), "593BEC0C930BF1AFEB40B4A08C8FB242"
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    signature = openssl("dgst", "-sha256", "-sign", keys / "wechatpay.pem", stdin=message)
    return [
        ("Wechatpay-Timestamp", timestamp),
        ("Wechatpay-Nonce", nonce),
        ("Wechatpay-Signature", base64.b64encode(signature).decode()),
        ("Wechatpay-Serial", PUBLIC_KEY_ID),
        ("Request-ID", "08F78BB5AF0610D302189F93A7F203-0"),
    ]


def assert_openssl_accepts(request: ReceivedRequest, keys: Path, tmp_path: Path) -> None:
    """Verify the signature over the bytes that the server received."""
    scheme, _, rest = request.header("Authorization").partition(" ")
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    parts = dict(part.split("=", 1) for part in rest.split(","))
    parts = {name: value.strip('"') for name, value in parts.items()}
    assert parts.keys() == {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}
    assert (parts["mchid"], parts["serial_no"]) == ("1900000001", SERIAL)
    assert abs(int(parts["timestamp"]) - time.time()) < 60
    lines = [request.method, request.target, parts["timestamp"], parts["nonce_str"]]
    message = "".join(f"{line}\n" for line in lines).encode() + request.body + b"\n"
    (tmp_path / "signature").write_bytes(base64.b64decode(parts["signature"], validate=True))
    key, signature = keys / "merchant.pub.pem", tmp_path / "signature"
    output = openssl("dgst", "-sha256", "-verify", key, "-signature", signature, stdin=message)
    assert output == b"Verified OK\n"
    assert request.header("Wechatpay-Serial") == PUBLIC_KEY_ID


def send(package: ModuleType, name: str, mode: str, call: Any, server: Server, keys: Path) -> Any:
    """Send a call once: retries are tested in `runtime`."""
    client = "WeChatPay" if name == "wechatpay" else "Weixin"
    if mode == "sync":
        with getattr(package, client)(
            **credentials(name, keys), hosts=[server.url], max_attempts=1
        ) as plain_client:
            return plain_client.send(call)

    async def run() -> Any:
        async with getattr(package, f"Async{client}")(
            **credentials(name, keys), hosts=[server.url], max_attempts=1
        ) as async_client:
            return await async_client.send(call)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize(("name", "endpoint", "example"), EXAMPLES)
def test_a_documented_example_is_sent_and_decoded(
    name: str,
    endpoint: Endpoint,
    example: Example,
    mode: str,
    server: Server,
    keys: Path,
    tmp_path: Path,
) -> None:
    assert example.status is not None
    body = FILE if endpoint.is_download else b""
    if example.response is not None:
        body = json.dumps(example.response.json, ensure_ascii=False, default=float).encode()
    is_signed = name == "wechatpay" and endpoint.verified
    server.respond_with(
        lambda request: http_response(
            example.status or 0, body, *(sign(body, keys) if is_signed else [])
        )
    )
    with imported(COMMITTED[name], name) as package:
        call = call_of(package, endpoint, example, **unsent(endpoint, server.url, body))
        response = send(package, name, mode, call, server, keys)
        value = response.value
        encoded = (
            None
            if value is None or endpoint.is_download
            else json.loads(msgspec.json.encode(value))
        )
        assert repr(call).startswith("<Call ")

    (request,) = server.received
    target = urlsplit(request.target)
    assert request.method == endpoint.method
    path = endpoint.path.format(**{wire: str(value) for wire, value in example.path.items()})
    assert unquote(target.path) == path
    query = dict(parse_qsl(target.query))
    if name == "weixin":
        assert query.pop("access_token") == "TOKEN"
    else:
        assert_openssl_accepts(request, keys, tmp_path)
        assert request.header("Accept") == "application/json"
    if endpoint.url is not None:
        assert query.pop("token") == "T/1"
    assert query == {wire: str(value) for wire, value in example.query.items()}
    if example.body is None:
        assert request.body == b""
    else:
        assert json.loads(request.body) == plain(example.body.json)
        assert b"\\u" not in request.body
        assert request.header("Content-Type") == "application/json"

    assert response.status == example.status
    assert response.content == body
    if endpoint.is_download:
        assert value == FILE
    elif example.response is None:
        assert value is None
    else:
        assert same(encoded, plain(example.response.json))


def same(model: Any, example: Any) -> bool:
    """Compare the JSON of a model with that of an example.

    A field that the example lacks is None in the model. Times are equal if they have the same instant and offset.
    """
    if isinstance(model, dict) and isinstance(example, dict):
        absent = model.keys() - example.keys()
        return (
            model.keys() >= example.keys()
            and all(model[key] is None for key in absent)
            and all(same(model[key], example[key]) for key in example)
        )
    if isinstance(model, list) and isinstance(example, list):
        return len(model) == len(example) and all(map(same, model, example))
    if isinstance(model, str) and isinstance(example, str) and model != example:
        times = [datetime.fromisoformat(text) for text in (model, example)]
        return times[0] == times[1] and times[0].utcoffset() == times[1].utcoffset()
    return type(model) is type(example) and bool(model == example)


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("name", list(COMMITTED))
def test_a_documented_error_raises_its_class(
    name: str, mode: str, server: Server, keys: Path
) -> None:
    api = api_of(name)
    with imported(COMMITTED[name], name) as package:
        for endpoint, row in [
            (one, row) for one in api.all_endpoints() for row in api.errors_of(one)
        ]:
            code: Any = int(row.code or 0) if name == "weixin" else row.code
            shape = {api.error_shape.code: code, api.error_shape.message: "said the server"}
            server.respond_with(
                http_response(
                    row.status or 200, json.dumps(shape), ("Request-ID", "08F7-268435461")
                )
            )
            given = unsent(endpoint, server.url, FILE)
            call = call_of(package, endpoint, endpoint.examples[0], **given)
            with pytest.raises(getattr(package.errors, row.class_name)) as caught:
                send(package, name, mode, call, server, keys)
            error: Any = caught.value
            assert isinstance(error, package.errors.ApiError)
            assert (error.status, error.code, error.message) == (
                row.status or 200,
                row.code,
                "said the server",
            )
            by_status = "unknown" if row.status == 500 else "rejected"
            assert error.outcome == (row.outcome or by_status)
            inquiry = endpoint.idempotency.ask if error.outcome == "unknown" else None
            assert (f"call {inquiry}, or retry" in str(error)) == (inquiry is not None)
            assert error.request_id == "08F7-268435461"
            assert row.reason.best("en") in error.reasons
            assert row.remedy.best("en") in error.remedies
            assert row.remedy.best("en") in str(error)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_an_undocumented_error_raises_api_error(mode: str, server: Server, keys: Path) -> None:
    with imported(COMMITTED["weixin"], "weixin") as package:
        call = package.calls.invoice.update_status(
            card_id="p",
            code="1",
            reimburse_status=package.models.ReimburseStatus.INVOICE_REIMBURSE_INIT,
        )
        for body in (
            '{"errcode": 99999, "errmsg": "new"}',
            '{"errcode": "99999", "errmsg": "new"}',
        ):
            server.respond_with(http_response(200, body, ("Content-Type", "text/plain")))
            with pytest.raises(package.errors.ApiError) as caught:
                send(package, "weixin", mode, call, server, keys)
            assert caught.value.code == "99999"
            assert caught.value.content == body.encode()
        for body in ("{}", '{"errcode": 0}', '{"errcode": "0", "errmsg": "ok"}'):
            server.respond_with(http_response(200, body))
            assert send(package, "weixin", mode, call, server, keys).status == 200


@pytest.mark.parametrize(
    "body", [b"<html>", b'{"total_count": 5', b"\xff\xfe", b"[" * 100_000, b""]
)
def test_a_malformed_response_raises_protocol_error_with_its_bytes(
    body: bytes, server: Server, keys: Path
) -> None:
    server.respond_with(lambda request: http_response(200, body, *sign(body, keys)))
    with imported(COMMITTED["wechatpay"], "wechatpay") as package:
        call = package.calls.fapiao_applications.query("1", sub_mchid="2")
        with pytest.raises(package.errors.ProtocolError) as caught:
            send(package, "wechatpay", "sync", call, server, keys)
        assert caught.value.content == body


def test_an_invalid_argument_is_reported_before_sending() -> None:
    with imported(COMMITTED["wechatpay"], "wechatpay") as package:
        query, reverse = (
            package.calls.fapiao_applications.query,
            package.calls.fapiao_applications.reverse,
        )
        fapiao = package.models.ReversedFapiao
        invalid: list[tuple[str, Any]] = [
            ("fapiao_apply_id", lambda: query("x" * 33, sub_mchid="1")),
            ("fapiao_apply_id", lambda: query("..", sub_mchid="1")),
            ("fapiao_apply_id", lambda: query("", sub_mchid="1")),
            ("sub_mchid", lambda: query("1", sub_mchid=1900000109)),
            ("sub_mchid", lambda: query("1", sub_mchid=None)),
            ("fapiao_id", lambda: query("1", sub_mchid="1", fapiao_id="\ud800")),
            (
                "fapiao_information[1].fapiao_number",
                lambda: reverse(
                    "1",
                    sub_mchid="1",
                    reverse_reason="r",
                    fapiao_information=[
                        fapiao(fapiao_id="1", fapiao_number="1"),
                        fapiao(fapiao_id="2", fapiao_number="1" * 21),
                    ],
                ),
            ),
            (
                "fapiao_information",
                lambda: reverse("1", sub_mchid="1", reverse_reason="r", fapiao_information="text"),
            ),
        ]
        for field, call in invalid:
            with pytest.raises(package.errors.InvalidRequest) as caught:
                call()
            assert caught.value.field == field
            assert f": {field}: " in str(caught.value)
            assert caught.value.outcome == "not_sent"
