"""Streams: a generated client against a server that streams as OpenAI and Kubernetes document it, byte by byte, and that breaks and stalls.

The server shares nothing with the client or its mock. All tests run in both clients.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import threading
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.generated import imported, write
from tests.servers import Close, Part, ReceivedRequest, Reset, Server, Wait, http_response, serving
from tests.type_checkers import Mypy

SPEC = Path(__file__).with_name("cases") / "streams" / "spec"
HELLO = {"model": "small", "messages": [{"role": "user", "content": "Say hello."}]}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nX-Request-Id: r1\r\nTransfer-Encoding: chunked\r\n\r\n"
LINES = HEAD.replace(b"text/event-stream; charset=utf-8", b"application/json")
END = b"0\r\n\r\n"


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def delta(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}}
    return b"data: " + json.dumps({"id": "c1", "choices": [choice]}).encode() + b"\n\n"


def streamed(*events: bytes, head: bytes = HEAD) -> bytes:
    return head + b"".join(map(chunk, events)) + END


@dataclass
class Outcome:
    """What a stream gave: its values, its error, and its attributes at the end."""

    values: list[Any] = field(default_factory=list[Any])
    error: Any = None
    stream: Any = None


Read: TypeAlias = Callable[..., Outcome]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    write(SPEC, folder)
    return folder


@pytest.fixture(scope="module")
def chat(project: Path) -> Iterator[Any]:
    with imported(project, "chat") as package:
        import_module("chat.testing")
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def read(request: pytest.FixtureRequest, chat: Any, server: Server) -> Read:
    """Return a function that opens a stream and reads `limit` values, in both clients."""

    def sync(open_: Callable[[Any], Any], *, limit: int = -1, **options: Any) -> Outcome:
        outcome = Outcome()
        with chat.Chat(token="t", hosts=[server.url], **options) as client:
            try:
                with open_(client) as outcome.stream:
                    for value in outcome.stream if limit else ():
                        outcome.values.append(value)
                        if len(outcome.values) == limit:
                            break
            except chat.errors.Error as error:
                outcome.error = error
        return outcome

    async def asynchronous(open_: Any, *, limit: int = -1, **options: Any) -> Outcome:
        outcome = Outcome()
        async with chat.AsyncChat(token="t", hosts=[server.url], **options) as client:
            try:
                async with open_(client) as outcome.stream:
                    if limit:
                        async for value in outcome.stream:
                            outcome.values.append(value)
                            if len(outcome.values) == limit:
                                break
            except chat.errors.Error as error:
                outcome.error = error
        return outcome

    if request.param == "sync":
        return sync
    return lambda *args, **options: asyncio.run(asynchronous(*args, **options))


def complete(client: Any) -> Any:
    message = import_module("chat.models").StreamMessage(role="user", content="Say hello.")
    return client.completions.stream(model="small", messages=[message])


def watch(client: Any) -> Any:
    return client.pods.watch(resource_version="7")


def follow(client: Any) -> Any:
    return client.notices.follow()


def count(client: Any) -> Any:
    return client.notices.count()


def texts(outcome: Outcome) -> str:
    return "".join(value.choices[0].delta.content or "" for value in outcome.values)


# --- values -------------------------------------------------------------------------------


def test_a_completion_is_streamed(read: Read, server: Server) -> None:
    server.respond_with(streamed(delta("Hel"), b": comment\n\n", delta("lo"), b"data: [DONE]\n\n"))
    outcome = read(complete)
    assert outcome.error is None
    assert texts(outcome) == "Hello"
    assert (outcome.stream.status, outcome.stream.request_id) == (200, "r1")
    assert outcome.stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert outcome.stream.delivered == 2
    (request,) = server.received
    assert request.line == "POST /chat/completions HTTP/1.1"
    assert json.loads(request.body) == {**HELLO, "stream": True}
    assert request.header("Accept") == "text/event-stream"
    assert request.header("Accept-Encoding") == "identity"
    assert request.header("Authorization") == "Bearer t"


def test_one_route_gives_json_too(chat: Any, server: Server) -> None:
    server.respond_with(http_response(200, '{"id": "c1", "text": "Hello"}'))
    with chat.Chat(token="t", hosts=[server.url]) as client:
        message = chat.models.Message(role="user", content="Say hello.")
        assert client.completions.create(model="small", messages=[message]).text == "Hello"
    assert "stream" not in json.loads(server.received[0].body)


def test_bytes_arrive_one_by_one(read: Read, server: Server) -> None:
    body = b"\xef\xbb\xbf" + delta("Hé").replace(b"\n", b"\r\n") + delta("llo") + b"data:[DONE]\r\r"
    server.respond_with([HEAD, *(chunk(bytes([byte])) for byte in body), END])
    assert texts(read(complete)) == "Héllo"


def test_a_value_is_delivered_before_the_next_is_sent(chat: Any, server: Server) -> None:
    """The server sends the second one only after the program got the first."""
    got_first = threading.Event()

    def respond(_: ReceivedRequest) -> Iterable[Part]:
        yield HEAD + chunk(delta("1").replace(b"\n", b"\r"))
        assert got_first.wait(10)
        yield chunk(b"\n" + delta("2")) + chunk(b"data: [DONE]\n\n") + END

    server.respond_with(respond)
    with chat.Chat(token="t", hosts=[server.url]) as client, complete(client) as stream:
        assert next(stream).choices[0].delta.content == "1"
        got_first.set()
        assert [value.choices[0].delta.content for value in stream] == ["2"]


def test_pods_are_watched(read: Read, server: Server) -> None:
    lines = b'{"type":"ADDED","object":{"name":"a"}}\n\n{"type":"DELETED","object":{"name":"a","phase":"Failed"}}'
    server.respond_with(streamed(lines[:20], lines[20:], head=LINES))
    outcome = read(watch)
    assert [(each.type, each.object.name) for each in outcome.values] == [("ADDED", "a"), ("DELETED", "a")]  # fmt: skip
    assert server.received[0].target == "/pods?watch=true&resourceVersion=7"
    assert server.received[0].header("Accept") == "application/x-ndjson, application/json"


def test_the_name_of_an_event_chooses_its_class(read: Read, server: Server, chat: Any) -> None:
    server.respond_with(
        streamed(
            b'id: 1\nevent: started\ndata: {"at": "2025-01-02T03:04:05Z"}\nretry: 1500\n\n',
            b'id: 2\nevent: finished\ndata: {"price": 0.10}\n\n',
            b'event: message\ndata: {"kind": "finished", "price": 1}\n\n',
            b'event: unheard\ndata: {"price": 1}\n\n',
        )
    )
    outcome = read(follow)
    kinds = chat.models.notices
    assert outcome.values[0] == kinds.Started(kind="started", at=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))  # fmt: skip
    assert [value.price for value in outcome.values[1:3]] == [Decimal("0.10"), Decimal(1)]
    assert outcome.values[3].tag == "unheard"
    assert (outcome.stream.last_event_id, outcome.stream.reconnection_time) == ("2", 1.5)


def test_a_stream_of_numbers(read: Read, server: Server) -> None:
    server.respond_with(streamed(b"data: 1\n\ndata: 2\n\n", b"data:\n\n"))
    assert read(count).values == [1, 2]


def test_compressed_streams_are_read(read: Read, server: Server) -> None:
    content = gzip.compress(delta("Hello") + b"data: [DONE]\n\n")
    head = HEAD.replace(b"X-Request-Id: r1", b"Content-Encoding: gzip")
    server.respond_with(streamed(content[:30], content[30:], head=head))
    assert texts(read(complete)) == "Hello"


# --- connections --------------------------------------------------------------------------


def test_a_complete_stream_leaves_its_connection_to_the_pool(chat: Any, server: Server) -> None:
    server.respond_with(streamed(delta("Hello"), b"data: [DONE]\n\n"))
    with chat.Chat(token="t", hosts=[server.url]) as client:
        for _ in range(3):
            with complete(client) as stream:
                assert len([*stream]) == 1
    assert server.connections == 1


@pytest.mark.parametrize("end", ["break", "raise", "close"])
def test_an_early_exit_closes_the_connection_at_once(chat: Any, server: Server, end: str) -> None:
    closed = threading.Event()

    def respond(_: ReceivedRequest) -> Iterable[Part]:
        yield HEAD + chunk(delta("1"))
        while True:
            yield Wait(0.02)
            yield chunk(b": ping\n")

    server.on_close = closed.set
    server.respond_with(respond)
    with chat.Chat(token="t", hosts=[server.url]) as client:
        try:
            with complete(client) as stream:
                next(stream)
                if end == "raise":
                    raise KeyError
                if end == "close":
                    stream.close()
                    assert [*stream] == []
                    assert closed.wait(10)
        except KeyError:
            pass
        assert closed.wait(10)
        server.respond_with(streamed(delta("2"), b"data: [DONE]\n\n"))
        with complete(client) as stream:
            assert len([*stream]) == 1


def test_cancelled_tasks_leave_the_pool_whole(chat: Any, server: Server) -> None:
    """More streams than a client has slots: one that is not freed would block the rest."""
    server.respond_with([HEAD, chunk(delta("1")), Wait(60)])

    async def main() -> None:
        async with chat.AsyncChat(token="t", hosts=[server.url], deadline=20) as client:

            async def run(started: asyncio.Event) -> None:
                async with complete(client) as stream:
                    async for _ in stream:
                        started.set()

            for _ in range(6):
                begun = [asyncio.Event() for _ in range(25)]
                tasks = [asyncio.create_task(run(event)) for event in begun]
                for number, event in enumerate(begun):
                    if number % 5:  # the others may be cancelled at any point
                        await event.wait()
                for task in tasks:
                    task.cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
                assert all(isinstance(result, asyncio.CancelledError) for result in results)
            server.respond_with(streamed(delta("2"), b"data: [DONE]\n\n"))
            async with complete(client) as stream:
                assert len([value async for value in stream]) == 1
            transport = next(iter(client._driver._transports.values()))
            assert transport.slots._value == 100
            assert len(transport._pool.connections) == 1

    asyncio.run(main())


def test_a_stream_is_opened_once_and_in_a_with_statement(chat: Any, server: Server) -> None:
    server.respond_with(streamed(b"data: [DONE]\n\n"))
    with chat.Chat(token="t", hosts=[server.url]) as client:
        stream = complete(client)
        with pytest.raises(chat.errors.ConfigError, match="`with` statement"):
            next(stream)
        with stream:
            assert [*stream] == []
        with pytest.raises(chat.errors.ConfigError, match="opened once"):
            stream.__enter__()
    assert len(server.received) == 1


# --- failures -----------------------------------------------------------------------------

BROKEN: dict[str, Iterable[Part]] = {
    "reset": [HEAD, chunk(delta("1")) + chunk(delta("2")), Wait(0.3), Reset],
    "closed in a chunk": [HEAD, chunk(delta("1")) + chunk(delta("2")), chunk(delta("3"))[:40], Close],
    "ended without [DONE]": [streamed(delta("1"), delta("2"), delta("3")[:-1])],
    "silent": [HEAD, chunk(delta("1")) + chunk(delta("2")), Wait(60)],
    "comments only": [HEAD, chunk(delta("1")) + chunk(delta("2")), *(part for _ in range(99) for part in (Wait(0.1), chunk(b":\n\n")))],
    "not JSON": [streamed(delta("1"), delta("2"), b"data: oops CANARY\n\n", delta("3"))],
    "not an object": [streamed(delta("1"), delta("2"), b"data: 17\n\n", delta("3"))],
    "too long": [streamed(delta("1"), delta("2"), delta("3" * 5000))],
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_stream_says_how_much_it_delivered(
    read: Read, server: Server, chat: Any, fault: str
) -> None:
    server.respond_with(BROKEN[fault])
    outcome = read(complete, deadline=2, max_response_bytes=1000)
    assert texts(outcome) == "12"
    error = outcome.error
    assert type(error) is chat.errors.StreamBroken
    assert (error.delivered, error.outcome, error.status) == (2, "unknown", 200)
    assert (error.endpoint, error.request_id) == ("completions.stream", "r1")
    assert "the stream broke after 2 values: " in str(error)
    assert "CANARY" not in str(error)
    assert len(server.received) == 1


@pytest.mark.parametrize("fault", ["reset", "silent", "not JSON"])
def test_nothing_is_sent_again_after_the_first_value(
    read: Read, server: Server, chat: Any, fault: str
) -> None:
    """Also if the request is safe to retry, as here."""
    begin = LINES + chunk(b'{"type":"ADDED","object":{"name":"a"}}\n')
    rest: dict[str, list[Part]] = {
        "reset": [Wait(0.3), Reset],
        "silent": [Wait(60)],
        "not JSON": [chunk(b"oops\n") + END],
    }
    server.respond_with([begin, *rest[fault]])
    outcome = read(watch, deadline=2)
    assert type(outcome.error) is chat.errors.StreamBroken
    assert (outcome.error.delivered, outcome.error.outcome) == (1, "unknown")
    assert len(server.received) == 1


@pytest.mark.parametrize("early", ["no byte", "head only", "comment only"])
def test_before_its_first_value_a_safe_request_is_retried(
    read: Read, server: Server, chat: Any, early: str
) -> None:
    parts: dict[str, Iterable[Part]] = {
        "no byte": [Reset],
        "head only": [LINES, Wait(0.3), Reset],
        "comment only": [LINES, chunk(b"\n"), Wait(0.3), Reset],
    }
    line = b'{"type":"ADDED","object":{"name":"a"}}\n'
    server.respond_with(parts[early], streamed(line, head=LINES))
    outcome = read(watch)
    assert outcome.error is None
    assert [value.object.name for value in outcome.values] == ["a"]
    assert len(server.received) == 2


def test_before_its_first_value_an_unsafe_request_is_not_retried(
    read: Read, server: Server, chat: Any
) -> None:
    server.respond_with([HEAD, Wait(0.3), Reset])
    outcome = read(complete)
    assert type(outcome.error) is chat.errors.StreamBroken
    assert (outcome.error.delivered, outcome.error.outcome) == (0, "unknown")
    assert len(server.received) == 1


def test_retries_before_the_first_value_are_limited(read: Read, server: Server, chat: Any) -> None:
    server.respond_with([LINES, Wait(0.3), Reset])
    outcome = read(watch, max_attempts=3)
    assert type(outcome.error) is chat.errors.StreamBroken
    assert outcome.error.attempts == len(server.received) == 3


def test_a_silent_server_exceeds_the_deadline(read: Read, server: Server, chat: Any) -> None:
    server.respond_with([Wait(60)])
    outcome = read(complete, deadline=1)
    assert type(outcome.error) is chat.errors.DeadlineExceeded
    assert outcome.error.outcome == "unknown"


def test_a_stream_may_last_longer_than_the_deadline(read: Read, server: Server) -> None:
    events: list[Part] = [HEAD]
    for number in range(8):
        events += [Wait(0.25), chunk(delta(str(number)))]
    server.respond_with([*events, chunk(b"data: [DONE]\n\n") + END])
    outcome = read(complete, deadline=1.5)
    assert outcome.error is None
    assert texts(outcome) == "01234567"


def test_a_slow_program_is_no_silence(chat: Any, server: Server) -> None:
    server.respond_with([HEAD, chunk(delta("1")), chunk(delta("2")) + chunk(b"data: [DONE]\n\n") + END])  # fmt: skip
    client = chat.Chat(token="t", hosts=[server.url], deadline=1)
    with client, complete(client) as stream:
        for _ in stream:
            threading.Event().wait(1.2)
        assert stream.delivered == 2


ERROR = b'{"error": {"type": "rate_limit_error", "message": "slow down"}}'
INVALID = ERROR.replace(b"rate_limit_error", b"invalid_request_error")


def test_error_statuses_are_the_usual_exceptions(read: Read, server: Server, chat: Any) -> None:
    retried = http_response(429, ERROR), http_response(400, INVALID)
    server.respond_with(*retried)
    outcome = read(complete)
    assert type(outcome.error) is chat.errors.InvalidRequestError
    assert (outcome.error.status, outcome.error.outcome) == (400, "rejected")
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "response",
    [
        http_response(200, INVALID, ("Content-Type", "application/json")),
        streamed(b"data: " + INVALID + b"\n\n"),
    ],
    ids=["as a whole", "as the first event"],
)
def test_errors_in_a_success_before_the_first_value(
    read: Read, server: Server, chat: Any, response: bytes
) -> None:
    server.respond_with(response)
    outcome = read(complete)
    assert isinstance(outcome.error, chat.errors.ApiError)
    assert (outcome.error.code, outcome.error.outcome) == ("invalid_request_error", "rejected")
    assert len(server.received) == 1


def test_an_error_after_values_is_not_called_rejected(
    read: Read, server: Server, chat: Any
) -> None:
    server.respond_with(streamed(delta("1"), b"data: " + ERROR + b"\n\n"))
    outcome = read(complete)
    assert texts(outcome) == "1"
    assert isinstance(outcome.error, chat.errors.ApiError)
    assert (outcome.error.code, outcome.error.outcome) == ("rate_limit_error", "unknown")
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "response",
    [
        http_response(200, "<html>", ("Content-Type", "text/html")),
        http_response(200, '{"id": "c1"}', ("Content-Type", "application/json")),
        http_response(204),
        http_response(302, "", ("Location", "https://elsewhere.example")),
    ],
)
def test_what_is_no_stream_is_a_protocol_error(
    read: Read, server: Server, chat: Any, response: bytes
) -> None:
    server.respond_with(response)
    assert type(read(complete).error) is chat.errors.ProtocolError


def test_mismatches_are_logged_once(
    read: Read, server: Server, chat: Any, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = b'data: {"id": 17, "choices": []}\n\n'
    server.respond_with(streamed(*[wrong] * 50, b"data: [DONE]\n\n"))
    assert len(read(complete).values) == 50
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "value 1 of the stream does not match" in record.getMessage()
    outcome = read(complete, strict=True)
    assert type(outcome.error) is chat.errors.StreamBroken


def test_calls_are_sent_by_the_right_method(chat: Any, server: Server) -> None:
    with chat.Chat(token="t", hosts=[server.url]) as client:
        with pytest.raises(chat.errors.ConfigError, match=r"use client\.stream\(call\)"):
            client.send(chat.calls.pods.watch())
        message = chat.models.Message(role="user", content="Say hello.")
        call = chat.calls.completions.create(model="small", messages=[message])
        with pytest.raises(chat.errors.ConfigError, match=r"use client\.send\(call\)"):
            client.stream(call)
        assert server.received == []
        server.respond_with(streamed(head=LINES))
        headers = {"X-Trace": "a", "Accept": "application/json;stream=watch"}
        with client.stream(chat.calls.pods.watch(), headers=headers) as stream:
            assert [*stream] == []
    assert server.received[0].header("X-Trace") == "a"
    assert server.received[0].header("Accept") == headers["Accept"]


def test_memory_is_bounded(chat: Any, server: Server) -> None:
    event = chunk(delta("x" * 10_000))

    def respond(_: ReceivedRequest) -> Iterable[Part]:
        yield HEAD
        yield from [event] * 3_000
        yield chunk(b"data: [DONE]\n\n") + END

    server.respond_with(respond)
    with chat.Chat(token="t", hosts=[server.url]) as client, complete(client) as stream:
        next(stream)
        tracemalloc.start()
        try:
            assert sum(1 for _ in stream) == 2_999
            assert tracemalloc.get_traced_memory()[1] < 4 << 20
        finally:
            tracemalloc.stop()


def test_a_compressed_bomb_is_stopped(read: Read, server: Server, chat: Any) -> None:
    bomb = gzip.compress(b"data: " + bytes(50 << 20))
    head = HEAD.replace(b"X-Request-Id: r1", b"Content-Encoding: gzip")
    server.respond_with(streamed(bomb, head=head))
    outcome = read(complete, max_response_bytes=1 << 20)
    assert type(outcome.error) is chat.errors.StreamBroken
    assert "longer than 1048576 bytes" in str(outcome.error)


# --- the mock -----------------------------------------------------------------------------


def test_the_mock_streams_the_example(chat: Any) -> None:
    mock = chat.testing.ChatMock()
    with complete(mock.client()) as stream:
        assert [each.choices[0].delta.content for each in stream] == ["Hel", "lo", None]

    async def main() -> list[Any]:
        async with complete(mock.async_client()) as stream:
            return [value async for value in stream]

    assert len(asyncio.run(main())) == 3
    with watch(mock.client()) as stream:
        assert len([*stream]) == 1
    with follow(mock.client()) as stream:
        assert [value.kind for value in stream] == ["started"]


def test_the_mock_distinguishes_the_endpoints_of_a_route(chat: Any) -> None:
    mock = chat.testing.ChatMock()
    message = chat.models.Message(role="user", content="Say hello.")
    assert mock.client().completions.create(model="small", messages=[message]).id == "text"
    with complete(mock.client()) as stream:
        next(stream)
    assert [call.endpoint for call in mock.calls] == ["completions.create", "completions.stream"]


def test_the_mock_has_a_pace_and_breaks_off(chat: Any) -> None:
    mock = chat.testing.ChatMock()
    mock.reply([1, 2, 3, 4], endpoint="notices.count")
    mock.fault("pace", seconds=0.05)
    with mock.client(deadline=1).notices.count() as stream:
        assert [*stream] == [1, 2, 3, 4]
    mock.fault("pace", seconds=30, times=2)
    with mock.client(deadline=0.5).notices.count() as stream:
        assert next(stream) == 1
        with pytest.raises(chat.errors.StreamBroken, match="after 1 value: no value for"):
            next(stream)

    async def main() -> None:
        async with mock.async_client(deadline=0.5).notices.count() as stream:
            assert [value async for value in stream] == [1, 2, 3, 4]

    with pytest.raises(chat.errors.StreamBroken, match="after 1 value: no value for"):
        asyncio.run(main())
    mock.clear()
    mock.reply([1, 2, 3, 4], endpoint="notices.count")
    mock.fault("truncate")
    with mock.client().notices.count() as stream:
        with pytest.raises(chat.errors.StreamBroken) as broken:
            list(stream)
        assert broken.value.delivered == 2


def test_the_mock_streams_over_http(chat: Any) -> None:
    server_class = import_module("chat._runtime.mock.server").Server
    mock = chat.testing.ChatMock()
    mock.reply([1, 2, 3], endpoint="notices.count")
    mock.fault("pace", seconds=0.05)
    with server_class(mock) as port, chat.Chat(**mock.credentials, hosts=[port.url]) as client:
        for _ in range(2):
            with client.notices.count() as stream:
                assert [*stream] == [1, 2, 3]


# --- types --------------------------------------------------------------------------------

PROGRAM = '''
"""Uses of streams."""

from typing import assert_type

from chat import AsyncChat, AsyncStream, Chat, Stream, calls, models


def use(client: Chat, message: models.StreamMessage) -> None:
    with client.completions.stream(model="small", messages=[message]) as stream:
        assert_type(stream, Stream[models.Chunk])
        for part in stream:
            assert_type(part, models.Chunk)
    with client.stream(calls.notices.count()) as numbers:
        assert_type(next(numbers), int)
    with client.notices.follow() as notices:
        for notice in notices:
            if isinstance(notice, models.Started):
                print(notice.at)


async def use_async(client: AsyncChat, message: models.StreamMessage) -> None:
    async with client.completions.stream(model="small", messages=[message]) as stream:
        assert_type(stream, AsyncStream[models.Chunk])
        async for part in stream:
            assert_type(part, models.Chunk)
    async with client.stream(calls.pods.watch()) as pods:
        print((await anext(pods)).object.name)
'''


def test_a_call_without_a_stream_is_refused_by_type_checkers(
    project: Path, mypy: Mypy, tmp_path: Path
) -> None:
    program = tmp_path / "uses.py"
    program.write_text(
        "from chat import Chat, calls\n\n\ndef use(client: Chat) -> None:\n"
        "    client.stream(calls.completions.create(model='m', messages=[]))\n",
        "utf-8",
    )
    checked = mypy(program, cwd=tmp_path, path=[project])
    assert 'incompatible type "Call[Completion]"' in checked.stdout


def test_clients_without_streams_lack_the_modules(tmp_path: Path) -> None:
    spec = shutil.copytree(SPEC, tmp_path / "spec")
    for name in ("completions.yaml", "pods.yaml"):
        (spec / name).unlink()
    text = (spec / "notices.yaml").read_text()
    whole = text.replace("{stream: {events: Notice, name: kind}}", "Notice").replace("{stream: {events: integer}}", "integer")  # fmt: skip
    (spec / "notices.yaml").write_text(whole)
    write(spec, tmp_path / "out")
    assert not [*(tmp_path / "out").rglob("*streaming*")]
    assert "StreamBroken" not in (tmp_path / "out" / "chat" / "errors.py").read_text()
