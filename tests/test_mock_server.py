"""Tests of the mock as a server process, with another SDK, other servers, real sockets and random input."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.figures import Figure
from tests.generated import COMMITTED, ROOT, imported
from tests.servers import serving
from tests.test_mock import (
    APPLICATION,
    FAPIAO,
    QUERY,
    SUB_MCHID,
    authorization,
    query,
    reverse,
    status,
)


@contextmanager
def process(
    *options: str, package: str = "wechatpay", command: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """Run a mock server in a process; yield its URL and its output at startup."""
    program = command or (sys.executable, "-W", "error", "-m", f"{package}.testing")
    server_process = subprocess.Popen(
        [*program, "--port", "0", *options],
        cwd=COMMITTED[package] if not command else ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server_process.stdout
    assert server_process.stderr
    try:
        output = server_process.stdout.readline()
        last_line = "# credentials" if "--print-client" not in options else ")\n"
        while not output.split("\n")[-2].startswith(last_line.strip()):
            line = server_process.stdout.readline()
            assert line, server_process.stderr.read()
            output += line
        yield re.findall(r"http://[\d.:]+", output)[0], output
    finally:
        server_process.send_signal(signal.SIGINT)
        assert server_process.wait(10) == 0
        assert server_process.stderr.read() == "stopped\n"
        server_process.stdout.close()
        server_process.stderr.close()


def send_command(url: str, command: str, /, **arguments: Any) -> Any:
    """Send a command to the mock over HTTP; return the JSON of the response."""
    host, _, prefix = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    path = f"/{prefix}/_mock/{command}" if prefix else f"/_mock/{command}"
    connection.request("POST", path, json.dumps(arguments), {"Content-Type": "application/json"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status in (200, 204), body
    return json.loads(body) if body else None


@pytest.fixture(scope="module")
def wechatpay() -> Iterator[Any]:
    with imported(COMMITTED["wechatpay"], "wechatpay") as package:
        import wechatpay.testing

        assert wechatpay.testing
        yield package


# --- clients -------------------------------------------------------------------------------


def check_conversation(url: str, package: Any, client: Any, call: Callable[[Any], Any]) -> None:
    """Issue, query and reverse a fapiao, and receive its events."""
    with serving() as receiver:
        send_command(url, "webhook", url=f"{receiver.url}/notify?shop=1")
        send_command(url, "issue_fapiao", fapiao_apply_id=APPLICATION, fapiao_id=FAPIAO)
        calls, models = package.calls.fapiao_applications, package.models

        def state() -> str:
            return str(
                call(client.send(calls.query(APPLICATION, sub_mchid=SUB_MCHID)))
                .value.fapiao_information[0]
                .status.value
            )

        assert state() == "ISSUED"
        fapiao = [
            models.ReversedFapiao(
                fapiao_id=FAPIAO, fapiao_code="044001911211", fapiao_number="12897794"
            )
        ]
        reversal = calls.reverse(
            APPLICATION, sub_mchid=SUB_MCHID, reverse_reason="退款", fapiao_information=fapiao
        )
        assert call(client.send(reversal)).status == 202
        assert state() == "REVERSE_ACCEPTED"
        send_command(url, "advance", seconds=60)
        assert state() == "REVERSED"
        end = time.monotonic() + 5
        while len(receiver.received) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        events = [
            client.webhooks.receive(_headers(request.head), request.body)
            for request in receiver.received
        ]
        assert [event.name for event in events] == ["FAPIAO.ISSUED", "FAPIAO.REVERSED"]
        assert receiver.received[0].target == "/notify?shop=1"


def _headers(head: bytes) -> list[tuple[str, str]]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return [
        (name, value.strip()) for name, _, value in (line.partition(":") for line in lines if line)
    ]


def client_of(output: str, url: str, package: Any, name: str) -> Any:
    """Return the client that `--print-client` printed; `name` selects the sync or the async class."""
    namespace: dict[str, Any] = {}
    exec(output.replace("import WeChatPay", f"import {name} as WeChatPay"), namespace)
    assert isinstance(namespace["client"], getattr(package, name))
    return namespace["client"]


def test_a_sync_client_uses_a_server_process(wechatpay: Any) -> None:
    with (
        process("--print-client") as (url, output),
        client_of(output, url, wechatpay, "WeChatPay") as client,
    ):
        check_conversation(url, wechatpay, client, lambda response: response)


def test_an_async_client_uses_a_server_process(wechatpay: Any) -> None:
    with process("--print-client") as (url, output), asyncio.Runner() as runner:
        client = client_of(output, url, wechatpay, "AsyncWeChatPay")

        class Webhooks:
            def receive(self, headers: Any, body: bytes) -> Any:
                received = client.webhooks.receive(headers, body)
                return runner.run(received) if asyncio.iscoroutine(received) else received

        class Facade:
            send = client.send
            webhooks = Webhooks()

        check_conversation(url, wechatpay, Facade, runner.run)
        runner.run(client.close())


def test_the_command_serves_a_spec() -> None:
    command = (sys.executable, "-W", "error", "-m", "specloom", "mock", "specs/weixin")
    with process("--print-client", command=command) as (url, output):
        assert "from weixin import Weixin" in output
        send_command(url, "fail", code="72038")


def test_a_public_address_needs_an_option() -> None:
    command = [sys.executable, "-m", "wechatpay.testing", "--host", "0.0.0.0"]
    completed = subprocess.run(
        command, cwd=COMMITTED["wechatpay"], capture_output=True, text=True, check=False
    )
    assert completed.returncode == 2
    assert "--public" in completed.stderr


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_an_invalid_port_is_reported(port: str) -> None:
    command = [sys.executable, "-m", "wechatpay.testing", "--port", port]
    completed = subprocess.run(
        command, cwd=COMMITTED["wechatpay"], capture_output=True, text=True, check=False
    )
    assert completed.returncode == 2
    assert completed.stderr.endswith(f"invalid port {port}; expected a number from 0 to 65535\n")


@pytest.mark.parametrize("inherited", [signal.SIG_DFL, signal.SIG_IGN])
def test_the_temporary_folder_is_removed_when_the_terminal_closes(
    tmp_path: Path, inherited: signal.Handlers
) -> None:
    """Under nohup, where SIGHUP is ignored, the mock keeps running."""
    command = [sys.executable, "-m", "specloom", "mock", "specs/weixin", "--port", "0"]
    before = signal.signal(signal.SIGHUP, inherited)
    try:
        server_process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGHUP, before)
    with server_process:
        try:
            assert server_process.stdout
            url = server_process.stdout.readline().split()[-1]
            assert list(tmp_path.iterdir())
            server_process.send_signal(signal.SIGHUP)
            if inherited is signal.SIG_IGN:
                send_command(url, "clear")
                server_process.send_signal(signal.SIGTERM)
            assert server_process.wait(30) == 0
        finally:
            server_process.kill()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_temporary_folder_is_removed_on_a_signal_before_serving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """A signal while the client is generated; later the server has its own handlers."""
    from specloom import mock_command

    def interrupted(folder: Path, files: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(mock_command, "publish", interrupted)
    before = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with pytest.raises(SystemExit) as ended:
            mock_command.serve(ROOT / "specs" / "weixin", [])
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert ended.value.code == 128 + number
    assert not list(tmp_path.iterdir())


def test_commands_under_unknown_host_names_are_rejected(served: tuple[Any, str]) -> None:
    mock, url = served
    host = url.removeprefix("http://")

    def status_for(name: str) -> int:
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", "/_mock/credentials", headers={"Host": name})
        status_code = connection.getresponse().status
        connection.close()
        return status_code

    names = {
        host: 200,
        "localhost:1": 200,
        "[::1]": 200,
        "api.mch.weixin.qq.com": 200,
        "evil.example:8080": 403,
        "[": 403,
    }
    assert {name: status_for(name) for name in names} == names
    mock.public = True
    assert status_for("evil.example:8080") == 200


def test_responses_have_a_request_id_also_without_authentication(wechatpay: Any) -> None:
    from wechatpay._runtime.mock.server import Server

    mock = wechatpay.testing.WeChatPayMock(authentication=False)
    with Server(mock) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        connection.request("GET", f"{QUERY}?sub_mchid={SUB_MCHID}")
        response = connection.getresponse()
        assert (response.status, response.getheader("Wechatpay-Signature")) == (404, None)
        assert re.fullmatch(r"[0-9A-F]+-\d+", response.headers["Request-ID"])
        connection.close()


def test_the_state_survives_a_kill(tmp_path: Any, wechatpay: Any) -> None:
    state = ("--state", str(tmp_path / "state"))
    with process(*state) as (url, _):
        send_command(url, "issue_fapiao", fapiao_apply_id=APPLICATION, fapiao_id=FAPIAO)
        keys = send_command(url, "credentials")
    with process(*state) as (url, _), wechatpay.WeChatPay(**keys, hosts=[url]) as pay:
        assert status(pay) == "ISSUED"


# --- another SDK --------------------------------------------------------------------------------------


@pytest.fixture
def served(wechatpay: Any) -> Iterator[tuple[Any, str]]:
    """Mock of this process behind a real socket, and its URL."""
    from wechatpay._runtime.mock.server import Server

    mock = wechatpay.testing.WeChatPayMock()
    with Server(mock) as server:
        yield mock, server.url


@pytest.mark.parametrize("keys", ["public-key", "certificate", "both"])
def test_another_sdk_accepts_the_mock(
    served: tuple[Any, str], wechatpay: Any, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wechatpayv3
    from wechatpayv3.core import Core
    from wechatpayv3.type import RequestType

    mock, url = served
    mock.platform_keys = keys
    # The SDK has no setting for its base URL.
    monkeypatch.setattr(
        Core, "_gate_way", property(lambda core: url, lambda core, value: None), raising=False
    )
    credentials = mock.credentials
    key = {
        name: credentials[name] for name in ("public_key", "public_key_id") if name in credentials
    }
    sdk = wechatpayv3.WeChatPay(
        wechatpayv3.WeChatPayType.NATIVE,
        credentials["mchid"],
        credentials["private_key"],
        credentials["serial_no"],
        "wx1",
        credentials["api_v3_key"],
        **key,
    )
    events: list[Any] = []
    mock.webhook = lambda headers, body: events.append(sdk.callback(headers, body))
    mock.issue_fapiao(APPLICATION, FAPIAO)
    # The SDK verifies signatures of responses; it has no argument for the sub-merchant.
    code, text = sdk.fapiao_query(f"{APPLICATION}?sub_mchid={SUB_MCHID}")
    assert code == 200
    fapiao = json.loads(text)["fapiao_information"][0]
    assert sdk.decrypt(fapiao["buyer_information"]["phone"]) == "13800000000"
    code, text = sdk.fapiao_query(f"unknown?sub_mchid={SUB_MCHID}")
    assert (code, json.loads(text)["code"]) == (404, "RESOURCE_NOT_EXISTS")
    assert sdk._core.request(f"{QUERY}/reverse", RequestType.POST, REVERSAL)[0] == 202
    mock.advance(60)
    until = time.monotonic() + 10
    while len(events) < 2 and time.monotonic() < until:  # the server's own thread may be delivering
        time.sleep(0.01)
    assert [event["event_type"] for event in events] == ["FAPIAO.ISSUED", "FAPIAO.REVERSED"]
    assert events[1]["resource"]["fapiao_apply_id"] == APPLICATION

    mock.fault("bad-signature")
    with pytest.raises(Exception, match="failed to verify the signature"):
        sdk.fapiao_query(f"{APPLICATION}?sub_mchid={SUB_MCHID}")


def send_signed_request(
    url: str, target: str, mock: Any, serial: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Send a signed request, with Wechatpay-Serial if given; return status, headers and body."""
    headers = {
        "Accept": "*/*",
        "User-Agent": "another",
        "Authorization": authorization(mock, "GET", target),
    }
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request(
        "GET",
        target,
        headers=headers if serial is None else {**headers, "Wechatpay-Serial": serial},
    )
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, dict(response.headers), body


def openssl_accepts(fields: dict[str, str], body: bytes, public_key: str, folder: Path) -> bool:
    (folder / "key.pem").write_text(public_key)
    (folder / "signature").write_bytes(b64decode(fields["Wechatpay-Signature"]))
    (folder / "message").write_bytes(
        f"{fields['Wechatpay-Timestamp']}\n{fields['Wechatpay-Nonce']}\n".encode() + body + b"\n"
    )
    command = [
        "openssl",
        "dgst",
        "-sha256",
        "-verify",
        "key.pem",
        "-signature",
        "signature",
        "message",
    ]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


def test_the_keys_of_the_merchant_select_the_signing_key(
    served: tuple[Any, str], tmp_path: Path
) -> None:
    """A new merchant has a public key only, and there are no certificates to download."""
    mock, url = served
    mock.issue_fapiao(APPLICATION, FAPIAO)
    target, keys = f"{QUERY}?sub_mchid={SUB_MCHID}", mock.credentials
    status, fields, body = send_signed_request(url, target, mock)
    assert (status, fields["Wechatpay-Serial"]) == (200, keys["public_key_id"])
    assert openssl_accepts(fields, body, keys["public_key"], tmp_path)
    status, _, body = send_signed_request(url, "/v3/certificates", mock)
    assert (status, json.loads(body)["code"]) == (404, "RESOURCE_NOT_EXISTS")

    send_command(url, "platform_keys", keys="certificate")
    status, fields, body = send_signed_request(url, target, mock)
    assert (status, fields["Wechatpay-Serial"]) != (200, keys["public_key_id"])
    assert not openssl_accepts(fields, body, keys["public_key"], tmp_path)
    assert send_signed_request(url, target, mock, keys["public_key_id"])[0] == 400
    assert send_signed_request(url, "/v3/certificates", mock)[0] == 200
    assert "public_key" not in send_command(url, "credentials")

    send_command(url, "platform_keys", keys="both")
    assert (
        send_signed_request(url, target, mock)[1]["Wechatpay-Serial"] == fields["Wechatpay-Serial"]
    )
    assert (
        send_signed_request(url, target, mock, keys["public_key_id"])[1]["Wechatpay-Serial"]
        == keys["public_key_id"]
    )


REVERSAL = {
    "sub_mchid": SUB_MCHID,
    "reverse_reason": "refund",
    "fapiao_information": [
        {"fapiao_id": FAPIAO, "fapiao_code": "044001911211", "fapiao_number": "12897794"}
    ],
}


# --- other servers -----------------------------------------------------------------------------------


@contextmanager
def uvicorn_of(application: Any) -> Iterator[str]:
    """Serve an ASGI application with uvicorn; yield its URL."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(application, port=0, ws="none", log_config=None))
    serving = threading.Thread(target=server.run)
    serving.start()
    try:
        end = time.monotonic() + 10
        while not server.started:
            assert serving.is_alive()
            assert time.monotonic() < end
            time.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        serving.join(10)


def test_uvicorn_serves_the_mock(wechatpay: Any) -> None:
    mock = wechatpay.testing.WeChatPayMock()
    delivered = threading.Event()
    mock.webhook = lambda headers, body: delivered.set()
    with (
        uvicorn_of(mock.asgi) as url,
        wechatpay.WeChatPay(**mock.credentials, hosts=[url], max_attempts=1) as pay,
    ):
        send_command(url, "issue_fapiao", fapiao_apply_id=APPLICATION, fapiao_id=FAPIAO)
        assert status(pay) == "ISSUED"
        assert delivered.wait(10)
        for fault in ("reset", "outage", "truncate"):
            mock.fault(fault, times=1)
            with pytest.raises((wechatpay.errors.ConnectionFailed, wechatpay.errors.ProtocolError)):
                query(pay)
        assert status(pay) == "ISSUED"


def test_another_application_mounts_the_mock(wechatpay: Any) -> None:
    from fastapi import FastAPI

    mock = wechatpay.testing.WeChatPayMock()
    application = FastAPI()
    application.mount("/all/pay", mock.asgi)
    with (
        uvicorn_of(application) as url,
        wechatpay.WeChatPay(**mock.credentials, hosts=[f"{url}/all/pay"]) as pay,
    ):
        send_command(
            f"{url}/all/pay", "issue_fapiao", fapiao_apply_id=APPLICATION, fapiao_id=FAPIAO
        )
        assert status(pay) == "ISSUED"


# --- faults over a socket ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("reset", "ConnectionFailed"),
        ("truncate", "ProtocolError"),
        ("delay", "DeadlineExceeded"),
        ("probe", "SignatureProbe"),
    ],
)
def test_a_fault_over_a_socket_raises_its_error(
    served: tuple[Any, str], wechatpay: Any, fault: str, error: str
) -> None:
    mock, url = served
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.fault(fault, seconds=1, times=1)
    options = {"max_attempts": 1, "deadline": 0.5 if fault == "delay" else 30}
    with wechatpay.WeChatPay(**mock.credentials, hosts=[url], **options) as pay:
        with pytest.raises(wechatpay.errors.Error) as raised:
            query(pay)
        assert type(raised.value).__name__ == error
        assert query(pay.with_options(deadline=30)).total_count == 1


def test_the_backup_host_takes_over(served: tuple[Any, str], wechatpay: Any) -> None:
    from wechatpay._runtime.mock.server import Server

    mock, url = served
    mock.issue_fapiao(APPLICATION, FAPIAO)
    mock.fault("outage")
    with (
        Server(mock, primary=False) as backup,
        wechatpay.WeChatPay(**mock.credentials, hosts=[url, backup.url]) as pay,
    ):
        reverse(pay, wechatpay.models)
        assert status(pay) == "REVERSE_ACCEPTED"


@pytest.fixture
def shop() -> Iterator[Any]:
    """The package weixin, whose endpoint is not safe to retry."""
    with imported(COMMITTED["weixin"], "weixin") as package:
        import weixin.testing

        assert weixin.testing
        yield package


def test_an_outage_refuses_connections_if_there_is_a_backup_port(shop: Any) -> None:
    from weixin._runtime.mock.server import Server

    mock = shop.testing.WeixinMock()
    arguments = {"card_id": "p", "code": "1", "reimburse_status": "INVOICE_REIMBURSE_LOCK"}
    with Server(mock) as primary, Server(mock, primary=False) as backup:
        with shop.Weixin(**mock.credentials, hosts=[primary.url, backup.url]) as client:
            client.invoice.update_status(**arguments)
            send_command(primary.url, "fault", kind="outage")  # the response still arrives
            client.invoice.update_status(**arguments)
        with pytest.raises(ConnectionRefusedError):
            send_command(primary.url, "clear")
        send_command(backup.url, "clear")
        send_command(
            primary.url, "fault", kind="outage", endpoint="stable_token"
        )  # needs a request to decide
        send_command(primary.url, "clear")
        mock.fault("outage")
    assert [call.endpoint for call in mock.calls].count("invoice.update_status") == 2
    with Server(mock) as only:  # the only port stays open, so that `clear` can reach it
        with (
            shop.Weixin(**mock.credentials, hosts=[only.url], max_attempts=1) as client,
            pytest.raises(shop.errors.ConnectionFailed, match="broke"),
        ):
            client.invoice.update_status(**arguments)
        send_command(only.url, "clear")


# --- invalid and random requests ------------------------------------------------------------------------------------------------


def test_an_invalid_request_gets_an_error_in_the_documented_shape(served: tuple[Any, str]) -> None:
    _, url = served
    host, port = url.removeprefix("http://").split(":")
    for request, expected in {
        b"GARBAGE\r\n\r\n": 400,
        b"GET / HTTP/3\r\n\r\n": 400,
        b"BREW / HTTP/1.1\r\n\r\n": 501,
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n": 414,
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n": 431,
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n": 400,
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n": 400,
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab": 400,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": 400,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n": 404,
        b"POST /_mock/fail HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}": 415,
        b"GET /../../etc/passwd HTTP/1.1\r\n\r\n": 404,
    }.items():
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            response = b"".join(iter(lambda one=connection: one.recv(65536), b""))
        assert int(response.split(b" ")[1]) == expected, request[:60]
        body = json.loads(response.partition(b"\r\n\r\n")[2])
        assert body.keys() >= {"code", "message"} or "error" in body


ALPHABET = [
    '"',
    "\\",
    "\0",
    "\u2028",
    "%",
    "/",
    "..",
    "%2e%2e%2f",
    "{",
    "}",
    "[",
    "]",
    "'",
    "发",
    "😀",
    "=",
    "&",
    "\ud800",
    "a",
    "1",
    "null",
    "1e999",
]
MEDIA = ["application/json"] * 8 + ["multipart/form-data; boundary=x", "text/plain", ""]


def random_request(rng: random.Random, mock: Any) -> Any:
    """Return an invalid request; half of them are signed, so that their body is checked."""
    from wechatpay._runtime.headers import Headers
    from wechatpay._runtime.mock import IncomingRequest

    def noise(maximum: int = 8) -> str:
        return "".join(rng.choices(ALPHABET, k=rng.randint(0, maximum)))

    method = rng.choice(["GET", "POST", "PUT", "DELETE", "BREW", ""])
    paths = [
        "/",
        QUERY,
        f"{QUERY}/reverse",
        "/v3/certificates",
        "/cgi-bin/stable_token",
        f"/{noise()}",
        f"{QUERY}/{noise()}/reverse",
        "/_mock/fail",
        f"/_mock/{noise()}",
    ]
    target = rng.choice(paths)
    if rng.random() < 0.5:
        target += f"?sub_mchid={noise()}&{noise()}"
    body = rng.choice(
        [
            b"",
            b"{}",
            b"[" * 2000,
            json.dumps({**REVERSAL, noise(): noise()}).encode(),
            noise(40).encode("utf-8", "surrogatepass"),
            rng.randbytes(50),
        ]
    )
    if rng.random() < 0.3:
        cut = json.dumps(REVERSAL)
        at = rng.randrange(len(cut))
        body = (cut[:at] + noise() + cut[at + rng.randint(0, 5) :]).encode("utf-8", "surrogatepass")
    headers = [
        (noise() or "a", noise()),
        ("Accept", "*/*"),
        ("User-Agent", noise() or "a"),
        ("Content-Type", rng.choice(MEDIA)),
    ]
    authorization_header = f"WECHATPAY2-SHA256-RSA2048 {noise()}"
    if rng.random() < 0.5 and "\ud800" not in target:
        authorization_header = authorization(mock, method, target, body)
    return IncomingRequest(
        method, target, Headers([*headers, ("Authorization", authorization_header)]), body
    )


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_random_request_gets_an_error_in_the_documented_shape(
    wechatpay: Any, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    mock = wechatpay.testing.WeChatPayMock()
    mock.issue_fapiao(APPLICATION, FAPIAO)
    rng = random.Random(count)
    opened_files: list[object] = []
    watching = True
    sys.addaudithook(
        lambda event, arguments: (
            opened_files.append(arguments)
            if watching and event in ("open", "os.listdir", "os.scandir")
            else None
        )
    )
    statuses: dict[int, int] = {}
    for _ in range(count):
        request = random_request(rng, mock)
        opened_files.clear()
        response = mock.handle(request)
        assert not opened_files, request
        statuses[response.status] = statuses.get(response.status, 0) + 1
        assert response.status in (200, 202, 204) or 400 <= response.status < 500, (
            request,
            response,
        )
        assert b"Traceback" not in response.body
        if response.status >= 400:
            body = json.loads(response.body)
            assert body.keys() >= {"code", "message"} or "error" in body
    watching = False
    assert statuses.keys() >= {400, 401, 404, 405}
    assert not caplog.records


# --- load -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "threads"), [(1, 10), pytest.param(60, 50, marks=pytest.mark.slow)]
)
def test_no_request_is_lost_under_load(
    wechatpay: Any, seconds: int, threads: int, figure: Figure
) -> None:
    """200 requests a second, signed and verified on both sides."""
    with (
        process("--print-client") as (url, output),
        client_of(output, url, wechatpay, "WeChatPay") as client,
    ):
        send_command(url, "issue_fapiao", fapiao_apply_id=APPLICATION, fapiao_id=FAPIAO)
        start, total, lock = time.monotonic(), 200 * seconds, threading.Lock()
        numbers = iter(range(total))
        completed: list[int] = []

        def work() -> None:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                time.sleep(max(0.0, start + number / 200 - time.monotonic()))
                assert query(client).total_count == 1
                completed.append(number)

        with ThreadPoolExecutor(threads) as pool:
            for future in [pool.submit(work) for _ in range(threads)]:
                future.result()
        figure(
            f"{len(completed):,} of {total:,} requests in {time.monotonic() - start:.0f} s from {threads} threads"
        )
        assert len(completed) == total
