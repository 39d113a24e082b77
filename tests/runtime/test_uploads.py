"""Uploads: paths, files, bytes and iterators are streamed, and sent again only if they can be read again."""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.file_server import file_server, pattern, pattern_hash
from tests.generated import imported, write
from tests.memory import added_by
from tests.servers import ReceivedRequest, Server, Wait, http_response

SPEC = {
    "_api.yaml": "specloom: 1\npackage: shelf\nversion: 0.1.0\nclient: Shelf\ntitle: Shelf\nlanguages: [en]\nhosts: [https://shelf.example.com]\n",
    "files.yaml": """
endpoints:
  put:
    http: PUT /files/{name}
    path: {name: string}
    content: file
    responses: {200: Stored}
    idempotency: safe
  small: {http: PUT /small, content: file(2..4), responses: {200: Stored}, idempotency: safe}
  post:
    http: POST /files
    parts: {meta: {fields: {name: string}}, file: {type: file, media: [text/plain, image/png]}}
    responses: {200: Stored}
types:
  Stored: {fields: {size: integer, sha256: string}}
""",
}
MIB = 1 << 20


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "spec").mkdir()
    for name, text in SPEC.items():
        (folder / "spec" / name).write_text(text)
    write(folder / "spec", folder / "project")
    with imported(folder / "project", "shelf") as package:
        yield package


@pytest.fixture(params=["sync", "async"])
def send(request: pytest.FixtureRequest, shelf: Any, server: Server) -> Callable[..., Any]:
    """Function that sends a call with a sync or an async client and returns the value."""

    def send(call: Any, **options: Any) -> Any:
        with shelf.Shelf(hosts=[server.url], **options) as client:
            return client.send(call).value

    async def run(call: Any, options: Any) -> Any:
        async with shelf.AsyncShelf(hosts=[server.url], **options) as client:
            return (await client.send(call)).value

    if request.param == "sync":
        return send
    return lambda call, **options: asyncio.run(run(call, options))


def stored(got: ReceivedRequest) -> bytes:
    """Respond with size and hash of the body."""
    digest = hashlib.sha256(got.body).hexdigest()
    return http_response(200, f'{{"size": {len(got.body)}, "sha256": "{digest}"}}')


class Unseekable(io.BytesIO):
    def seek(self, *_: Any) -> int:
        raise OSError("a pipe")


DATA = bytes(range(256)) * 4000


@pytest.fixture
def source(kind: str, tmp_path: Path) -> Iterator[Any]:
    """Return an upload of DATA, of one kind."""
    path = tmp_path / "data.bin"
    path.write_bytes(DATA)
    seekable = io.BytesIO(b"skipped" + DATA)
    seekable.seek(7)
    with path.open("rb") as file:
        yield {
            "bytes": DATA,
            "path": path,
            "file": file,
            "seekable": seekable,
            "pipe": Unseekable(DATA),
            "list": [DATA[:1000], b"", DATA[1000:]],
            "iterator": iter([DATA[:1000], DATA[1000:]]),
        }[kind]


KINDS = ["bytes", "path", "file", "seekable", "pipe", "list", "iterator"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_source_arrives_whole(
    kind: str, source: Any, send: Any, shelf: Any, server: Server
) -> None:
    server.respond_with(stored)
    result = send(shelf.calls.files.put("a", content=source))
    assert (result.size, result.sha256) == (len(DATA), hashlib.sha256(DATA).hexdigest())
    (got,) = server.received
    is_known = kind not in ("pipe", "list", "iterator")
    assert got.headers("content-length") == ([str(len(DATA))] if is_known else [])
    assert got.headers("transfer-encoding") == ([] if is_known else ["chunked"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_response_is_retried_only_if_the_source_can_be_read_again(
    kind: str, source: Any, send: Any, shelf: Any, server: Server
) -> None:
    server.respond_with(http_response(503), stored)
    call = shelf.calls.files.put("a", content=source)
    if kind in ("pipe", "iterator"):
        with pytest.raises(shelf.errors.ApiError) as caught:
            send(call)
        assert caught.value.attempts == 1
        with pytest.raises(shelf.errors.Error, match="was read already"):
            send(call)
    else:
        assert send(call).size == len(DATA)
        assert [len(got.body) for got in server.received] == [len(DATA)] * 2


def test_parts_are_streamed_beside_json(
    send: Any, shelf: Any, server: Server, tmp_path: Path
) -> None:
    server.respond_with(stored)
    path = tmp_path / "a.txt"
    path.write_bytes(DATA)
    meta = shelf.models.files.PostRequestMeta(name="x")
    send(shelf.calls.files.post(meta=meta, file=path))
    (got,) = server.received
    assert int(got.header("content-length")) == len(got.body)
    assert b'{"name":"x"}' in got.body
    assert DATA in got.body
    assert b'filename="a.txt"\r\nContent-Type: text/plain' in got.body


def test_progress_counts_bytes_of_all_and_starts_again_for_a_retry(
    send: Any, shelf: Any, server: Server
) -> None:
    server.respond_with(http_response(503), stored)
    calls: list[tuple[int, int | None]] = []
    upload = shelf.Upload(DATA, progress=lambda done, total: calls.append((done, total)))
    send(shelf.calls.files.put("a", content=upload))
    size = len(DATA)
    once = [(done, size) for done in (0, 1 << 18, 2 << 18, 3 << 18, size)]
    assert calls == once * 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (lambda: iter([b"abcde"]), "must have at most 4 bytes"),
        (lambda: iter([b"a"]), "must have at least 2 bytes"),
        (lambda: iter([b"ab", "c"]), "expected bytes, got str"),
        (lambda: map(int, ["a"]), "ValueError: invalid literal"),
    ],
)
def test_a_source_that_fails_while_it_is_sent_is_an_error(
    content: Any, problem: str, send: Any, shelf: Any, server: Server
) -> None:
    with pytest.raises(shelf.errors.ConnectionFailed, match=problem) as caught:
        send(shelf.calls.files.small(content=content()))
    assert (caught.value.outcome, caught.value.attempts) == ("unknown", 1)


def test_a_file_that_changed_since_the_call_was_made_is_not_sent(
    send: Any, shelf: Any, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"abc")
    call = shelf.calls.files.small(content=path)
    path.write_bytes(b"abcd")
    with pytest.raises(shelf.errors.InvalidRequest, match="the size has changed") as caught:
        send(call)
    path.unlink()
    with pytest.raises(shelf.errors.InvalidRequest, match="No such file"):
        send(call)
    assert (caught.value.outcome, server.received) == ("not_sent", [])


def test_async_iterators_need_an_async_client(shelf: Any, server: Server) -> None:
    server.respond_with(stored)

    async def pieces() -> AsyncIterator[bytes]:
        yield DATA

    with shelf.Shelf(hosts=[server.url]) as client:
        call = shelf.calls.files.put("a", content=pieces())
        with pytest.raises(shelf.errors.ConfigError, match="needs the async client"):
            client.send(call)

    async def run() -> Any:
        async with shelf.AsyncShelf(hosts=[server.url]) as client:
            return await client.files.put("a", content=pieces())

    assert asyncio.run(run()).size == len(DATA)


def test_the_deadline_of_an_upload_is_one_of_silence(send: Any, shelf: Any, server: Server) -> None:
    server.respond_with(stored)

    def slow() -> Iterator[bytes]:
        for _ in range(5):
            yield b"x" * 10
            time.sleep(0.15)

    assert send(shelf.calls.files.put("a", content=slow()), deadline=0.5).size == 50
    server.respond_with([Wait(5)])
    with pytest.raises(shelf.errors.DeadlineExceeded):
        send(shelf.calls.files.put("a", content=iter([b"x"])), deadline=0.5)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    "size", [64 * MIB, pytest.param(1024 * MIB, marks=pytest.mark.slow)], ids=["64MiB", "1GiB"]
)
def test_memory_of_an_upload(shelf: Any, size: int, is_async: bool, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        for block in pattern(size):
            file.write(block)
    with file_server() as url:
        added, result = added_by(shelf, "upload", url, str(path), is_async=is_async)
    path.unlink()
    assert result == f"{size} {pattern_hash(size)}"
    assert added < 32 * MIB
