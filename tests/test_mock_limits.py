"""Tests of the limits of a mock: invalid stubs, invalid state files, slow clients."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from tests.generated import COMMITTED, imported
from tests.test_mock_server import process
from tests.test_mock_server import send_command as send_to_server


@pytest.fixture(scope="module")
def wechatpay() -> Iterator[Any]:
    with imported(COMMITTED["wechatpay"], "wechatpay") as package:
        import_module("wechatpay.testing")
        yield package


@pytest.fixture
def mock(wechatpay: Any) -> Any:
    return wechatpay.testing.WeChatPayMock()


def send_command(mock: Any, method: str, command: str, body: object = None) -> tuple[int, Any]:
    """Send a command over HTTP; return the status and the JSON of the response."""
    content = b"" if body is None else json.dumps(body, allow_nan=True).encode()
    request = httpx.Request(
        method,
        f"http://localhost/_mock/{command}",
        headers={"Content-Type": "application/json"},
        content=content,
    )
    response = mock.transport.handle_request(request)
    text = response.read()
    return response.status_code, json.loads(text) if text else None


def create_order(mock: Any, models: Any, out_trade_no: str) -> None:
    """Create an order, for the example of the command `pay_order`."""
    mock.client().orders.create_native(
        appid="wxd678efh567hg6787",
        mchid=mock.credentials["mchid"],
        description="茶",
        out_trade_no=out_trade_no,
        notify_url="https://www.example.com/notify",
        amount=models.OrderAmount(total=100),
    )


# --- stubs ----------------------------------------------------------------------------

INVALID: list[tuple[str, dict[str, Any], str]] = [
    ("reply", {"status": -1}, "invalid status -1; expected 200 to 599"),
    ("reply", {"status": 99999}, "invalid status 99999; expected 200 to 599"),
    ("reply", {"status": 100}, "invalid status 100; expected 200 to 599"),
    (
        "reply",
        {"status": 204, "body": {"a": 1}},
        "a response with status 204 has no body; remove the body",
    ),
    (
        "reply",
        {"status": 304, "body": "x"},
        "a response with status 304 has no body; remove the body",
    ),
    (
        "reply",
        {"headers": {"X": "a\r\nSet-Cookie: b"}},
        "invalid value of the header X; expected one line of Latin-1 text without spaces around it",
    ),
    (
        "reply",
        {"headers": {"X": "发"}},
        "invalid value of the header X; expected one line of Latin-1 text without spaces around it",
    ),
    (
        "reply",
        {"headers": {"X": " a"}},
        "invalid value of the header X; expected one line of Latin-1 text without spaces around it",
    ),
    (
        "reply",
        {"headers": {"X\nY": "a"}},
        "invalid header name 'X\\nY'; expected letters, digits and -_.!#$%&'*+^`|~",
    ),
    (
        "reply",
        {"headers": {"": "a"}},
        "invalid header name ''; expected letters, digits and -_.!#$%&'*+^`|~",
    ),
    (
        "reply",
        {"headers": {"Content-Length": "7"}},
        "the header Content-Length is set by the mock; remove it",
    ),
    (
        "fail",
        {"code": "NO_AUTH", "status": 204},
        "invalid status 204 of an error; expected 400 to 599, or 200",
    ),
    (
        "fail",
        {"code": "NO_AUTH", "status": 600},
        "invalid status 600 of an error; expected 400 to 599, or 200",
    ),
    (
        "fail",
        {"code": "NO_AUTH", "times": 0},
        "invalid times 0; expected a positive integer",
    ),
    (
        "fault",
        {"kind": "delay", "seconds": -1.0},
        "invalid seconds -1.0; expected a number from 0 to 3153600000",
    ),
    (
        "fault",
        {"kind": "reset", "chance": 1.5},
        "invalid chance 1.5; expected a number from 0 to 1",
    ),
    (
        "fault",
        {"kind": "reset", "chance": -0.1},
        "invalid chance -0.1; expected a number from 0 to 1",
    ),
    ("advance", {"seconds": -1.0}, "invalid seconds -1.0; expected a number from 0 to 3153600000"),
]


@pytest.mark.parametrize(("command", "arguments", "message"), INVALID)
def test_an_invalid_stub_is_rejected_in_python_and_over_http(
    mock: Any, command: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(mock, command)(**arguments)
    assert send_command(mock, "POST", command, arguments) == (400, {"error": message})


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("fault", {"kind": "reset", "chance": float("nan")}, "invalid chance nan; "),
        ("fault", {"kind": "delay", "seconds": float("nan")}, "invalid seconds nan; "),
        ("fail", {"code": "NO_AUTH", "times": 1.5}, "invalid times 1.5; "),
        ("reply", {"status": True}, "invalid status True; "),
        ("reply", {"body": {"a": float("inf")}}, "invalid body; "),
        ("reply", {"body": "\ud800"}, "invalid body; "),
        ("reply", {"body": {"a": object()}}, "invalid body; "),
        ("reply", {"headers": {"X": 1}}, "invalid value of the header X; "),
    ],
)
def test_values_that_are_not_json_are_rejected(
    mock: Any, command: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        getattr(mock, command)(**arguments)


def test_the_list_of_commands_describes_each_one(mock: Any, wechatpay: Any) -> None:
    """Each has a description, a schema of its arguments and a valid example."""
    status, listing = send_command(mock, "GET", "")
    assert status == 200
    commands = listing["commands"]
    assert {"fapiao_apply_id", "fapiao_id", "pending"} <= commands["issue_fapiao"]["arguments"][
        "properties"
    ].keys()
    assert commands["issue_fapiao"]["arguments"]["required"] == ["fapiao_apply_id", "fapiao_id"]
    assert commands["notify"]["arguments"]["required"] == ["event", "payload"]
    assert "reset" in json.dumps(commands["fault"]["arguments"]["properties"]["kind"])
    assert commands["fail"]["arguments"]["properties"]["chance"] == {
        "type": "number",
        "default": 1.0,
    }
    assert commands["ledger"]["methods"] == ["GET", "POST", "DELETE"]
    create_order(mock, wechatpay.models, **commands["pay_order"]["example"])
    for name, command in commands.items():
        assert command["does"], name
        if command["methods"] == ["POST"]:
            jsonschema.Draft202012Validator.check_schema(command["arguments"])
            jsonschema.validate(command["example"], command["arguments"])
            assert send_command(mock, "POST", name, command["example"])[0] in (200, 204), name
    status, rejection = send_command(mock, "POST", "issue_fapiao", {"fapiao_id": "1"})
    assert (status, rejection["error"]) == (
        400,
        "missing a required argument: 'fapiao_apply_id'; GET /_mock/ lists the arguments",
    )
    assert send_command(mock, "POST", "advance", {"seconds": "x"}) == (
        400,
        {"error": "seconds: Expected `float`, got `str`"},
    )


# --- state ----------------------------------------------------------------------------


def start(state: Path) -> tuple[int, str]:
    """Run a server with this state file; return its exit status and stderr."""
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "wechatpay.testing",
        "--port",
        "0",
        "--state",
        str(state),
    ]
    completed = subprocess.run(
        command, cwd=COMMITTED["wechatpay"], capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in completed.stderr
    assert completed.stdout == ""
    return completed.returncode, completed.stderr


def database(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as file, file:
        for statement in statements:
            file.execute(statement)
    return path


def test_a_file_that_is_not_a_state_is_reported_and_not_changed(tmp_path: Path) -> None:
    table = "CREATE TABLE mock (kind TEXT, key TEXT, value BLOB, PRIMARY KEY (kind, key))"
    text = tmp_path / "text"
    text.write_text("no database, but long enough to be taken for one" * 99)
    cannot_open, not_a_state = "cannot open {}", "{} is not a state file of a mock"
    files = {
        text: not_a_state,
        tmp_path: cannot_open,
        tmp_path / "missing" / "state": cannot_open,
        database(
            tmp_path / "other", "CREATE TABLE songs (title TEXT)"
        ): "{} is another database; name a file of a mock or a new one",
        database(
            tmp_path / "blob", table, "INSERT INTO mock VALUES ('clock', 'ahead', x'ff')"
        ): not_a_state,
        database(
            tmp_path / "shape", table, "INSERT INTO mock VALUES ('clock', 'ahead', '[1]')"
        ): not_a_state,
        database(
            tmp_path / "ledger", table, "INSERT INTO mock VALUES ('execution', 'x', '{}')"
        ): not_a_state,
    }
    before = {path: path.read_bytes() for path in files if path.is_file()}
    for path, message in files.items():
        status, stderr = start(path)
        assert status == 2, stderr
        assert stderr.startswith(f"state: {message.format(path)}"), stderr
        assert stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in before} == before


def test_two_mocks_cannot_use_one_file(tmp_path: Path, wechatpay: Any) -> None:
    state = tmp_path / "state"
    with process("--state", str(state)) as (url, _):
        assert start(state) == (
            2,
            f"state: {state} is in use by another mock; stop it, or name another file\n",
        )
        with pytest.raises(wechatpay.errors.ConfigError, match="in use by another mock"):
            wechatpay.testing.WeChatPayMock(state=state)
        send_to_server(url, "issue_fapiao", fapiao_apply_id="A", fapiao_id="1")
    wechatpay.testing.WeChatPayMock(state=state).close()


def test_a_full_disk_is_reported_without_a_traceback(tmp_path: Path) -> None:
    """A limit on the size of files simulates the full disk."""
    limited = (
        "bash",
        "-c",
        'ulimit -f 100; exec "$@"',
        "-",
        sys.executable,
        "-W",
        "error",
        "-m",
        "wechatpay.testing",
    )
    limited = (*limited, "--state", str(tmp_path / "state"))
    command = [*limited, "--port", "0"]
    with subprocess.Popen(
        command,
        cwd=COMMITTED["wechatpay"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        assert server.stderr
        url = server.stdout.readline().split()[-1]
        with httpx.Client(trust_env=False) as client:
            for number in range(200):
                response = client.post(
                    f"{url}/_mock/issue_fapiao",
                    json={"fapiao_apply_id": "A", "fapiao_id": str(number)},
                )
                if response.status_code != 200:
                    break
        server.terminate()
        stderr = server.stderr.read()
    assert response.status_code == 503
    assert response.json()["error"].startswith(f"state: cannot write {tmp_path / 'state'}: ")
    assert "Traceback" not in stderr


# --- slow clients ----------------------------------------------------------


@pytest.fixture
def server(mock: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Host and port of a server with a short timeout and few connections."""
    module = import_module("wechatpay._runtime.mock.server")
    monkeypatch.setattr("wechatpay._runtime.mock.request_reader._REQUEST_TIMEOUT", 0.5)
    monkeypatch.setattr(module, "_MAX_CONNECTIONS", 4)
    with module.Server(mock) as server:
        yield "127.0.0.1", server.server_address[1]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nX: ",
        b"POST / HTTP/1.1\r\nContent-Length: 9999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_slow_request_gets_408(server: tuple[str, int], request_bytes: bytes) -> None:
    with socket.create_connection(server, timeout=30) as connection:
        connection.sendall(request_bytes)
        connection.settimeout(0.05)
        response = b""
        while not response:  # each byte arrives long before the idle timeout
            try:
                response = connection.recv(65536)
            except TimeoutError:
                connection.sendall(b"1" if b"chunked" not in request_bytes else b"1\r\nx\r\n")
    assert response.startswith(b"HTTP/1.1 408 ")


def test_the_number_of_connections_is_limited(server: tuple[str, int]) -> None:
    """Slow connections cannot use up the threads: the next client gets a 503."""
    with ExitStack() as stack:
        for _ in range(4):
            open_connection = stack.enter_context(socket.create_connection(server, timeout=30))
            open_connection.sendall(b"GET /v3/certificates HTTP/1.1\r\n\r\n")
            assert open_connection.recv(20).startswith(b"HTTP/1.1 401")
        with socket.create_connection(server, timeout=30) as connection:
            assert connection.recv(65536).startswith(b"HTTP/1.1 503 ")
