"""Streamed downloads: saved whole or not at all, verified, limited, and closed early; URLs from responses."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import importlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.file_server import file_server, pattern_hash
from tests.generated import CASES, imported, write
from tests.memory import added_by
from tests.servers import Close, ReceivedRequest, Server, Wait, http_response

SHELF = {
    "_api.yaml": "specloom: 1\npackage: shelf\nversion: 0.1.0\nclient: Shelf\ntitle: Shelf\nlanguages: [en]\nhosts: [https://shelf.example.com]\n",
    "files.yaml": """
endpoints:
  get: {http: "GET /bytes/{size}", path: {size: integer}, responses: {200: {content: file}}}
  small: {http: GET /small, responses: {200: {content: file(..10)}}}
  stored: {http: POST /stored, responses: {200: {content: file}}}
""",
}
MIB = 1 << 20
DATA = bytes(range(256)) * 4000
SHA1 = hashlib.sha1(DATA).hexdigest()
SHA256 = hashlib.sha256(DATA).digest()


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("depot")
    write(CASES / "files" / "spec", folder)
    with imported(folder, "file_depot") as package:
        yield package


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "spec").mkdir()
    for name, text in SHELF.items():
        (folder / "spec" / name).write_text(text)
    write(folder / "spec", folder / "project")
    with imported(folder / "project", "shelf") as package:
        yield package


class Client:
    """A sync or an async client, behind sync functions."""

    def __init__(self, package: Any, name: str, is_async: bool, **options: Any) -> None:
        self.package = package
        self._class = getattr(package, f"Async{name}" if is_async else name)
        self._is_async = is_async
        self._options = options

    def run(self, use: Callable[[Any], Any], action: str, *arguments: Any, **options: Any) -> Any:
        """Call `save` or `read`, or get a list of the pieces, of the download that `use` returns."""
        if not self._is_async:
            with self._class(**self._options) as client:
                download = use(client)
                if action != "pieces":
                    return getattr(download, action)(*arguments, **options)
                with download:
                    return list(download)

        async def run() -> Any:
            async with self._class(**self._options) as client:
                download = use(client)
                if action != "pieces":
                    return await getattr(download, action)(*arguments, **options)
                async with download:
                    return [piece async for piece in download]

        return asyncio.run(run())

    def get(self, action: str, *arguments: Any, **options: Any) -> Any:
        return self.run(lambda c: c.objects.get("k"), action, *arguments, **options)


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def make(request: pytest.FixtureRequest, depot: Any, server: Server) -> Callable[..., Client]:
    def make(**options: Any) -> Client:
        options = {"hosts": [server.url], "token": "CANARY-token"} | options
        return Client(depot, "FileDepot", request.param, **options)

    return make


def left_behind(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def with_hash(value: bytes | str, body: bytes = DATA) -> bytes:
    text = value if isinstance(value, str) else base64.b64encode(value).decode()
    return http_response(200, body, ("x-checksum-sha256", text))


@pytest.mark.parametrize("action", ["save", "read", "pieces"])
@pytest.mark.parametrize("form", ["hex", "HEX", "base64", "quoted"])
def test_a_file_arrives_verified(
    form: str, action: str, make: Any, server: Server, tmp_path: Path
) -> None:
    text = {
        "hex": SHA256.hex(),
        "HEX": SHA256.hex().upper(),
        "base64": base64.b64encode(SHA256).decode(),
        "quoted": f'"{SHA256.hex()}"',
    }[form]
    server.respond_with(with_hash(text))
    target = tmp_path / "a.bin"
    if action == "save":
        assert make().get("save", target) == len(DATA)
        assert target.read_bytes() == DATA
        assert left_behind(tmp_path) == ["a.bin"]
    else:
        result = make().get(action)
        assert (result if action == "read" else b"".join(result)) == DATA
    assert server.received[0].headers("accept-encoding") == ["identity"]


@pytest.mark.parametrize("action", ["save", "read", "pieces"])
def test_a_wrong_hash_is_an_error_and_the_old_file_stays(
    action: str, make: Any, depot: Any, server: Server, tmp_path: Path
) -> None:
    server.respond_with(with_hash(bytes(32)))
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    with pytest.raises(depot.errors.HashMismatch, match="its SHA256 is not") as caught:
        make().get(action, *([target] if action == "save" else []))
    assert (caught.value.delivered, caught.value.total) == (len(DATA), len(DATA))
    assert caught.value.endpoint == "objects.get"
    assert len(server.received) == 1
    assert target.read_bytes() == b"old"
    assert left_behind(tmp_path) == ["a.bin"]


HALF = http_response(200, DATA)[: -len(DATA) // 2]


@pytest.mark.parametrize(
    ("parts", "problem"),
    [([HALF, Close], "the response is incomplete"), ([HALF, Wait(5)], "no data for 0.5 s")],
    ids=["broken", "stalled"],
)
def test_a_broken_transfer_says_how_much_was_delivered(
    parts: Any, problem: str, make: Any, depot: Any, server: Server, tmp_path: Path
) -> None:
    server.respond_with(parts)
    for action in ("save", "pieces"):
        with pytest.raises(depot.errors.DownloadBroken, match=problem) as caught:
            make(deadline=0.5, max_attempts=1).get(
                action, *([tmp_path / "a"] if action == "save" else [])
            )
        assert caught.value.total == len(DATA)
        assert 0 < caught.value.delivered < len(DATA)
        assert f"after {caught.value.delivered} of {len(DATA)} bytes" in str(caught.value)
    assert left_behind(tmp_path) == []


def test_a_broken_transfer_is_retried_from_the_start(
    make: Any, server: Server, tmp_path: Path
) -> None:
    server.respond_with([HALF, Close], with_hash(SHA256))
    calls: list[tuple[int, int | None]] = []
    target = tmp_path / "a"
    make().get("save", target, progress=lambda *done: calls.append(done))
    assert target.read_bytes() == DATA
    assert [done for done in calls if done[0] == 0] == [(0, len(DATA))] * 2
    assert calls[-1] == (len(DATA), len(DATA))
    server.respond_with([HALF, Close], http_response(200, DATA))
    assert make().get("read") == DATA


FIRST = http_response(200, DATA, ("Accept-Ranges", "bytes"), ("ETag", '"v1"'))[: -len(DATA) // 2]


def rest_of(request: ReceivedRequest, **changes: str) -> bytes:
    """Return the response with the rest of the file that a request asks for."""
    (asked,) = request.headers("range")
    start = int(asked.removeprefix("bytes=").removesuffix("-"))
    headers = {"Content-Range": f"bytes {start}-{len(DATA) - 1}/{len(DATA)}", "ETag": '"v1"'}
    return http_response(206, DATA[start:], *(headers | changes).items())


def test_a_broken_transfer_continues_where_it_broke(
    make: Any, depot: Any, server: Server, tmp_path: Path
) -> None:
    expected = ("x-checksum-sha256", SHA256.hex())
    first = FIRST.replace(b"\r\n\r\n", f"\r\n{expected[0]}: {expected[1]}\r\n\r\n".encode(), 1)
    calls: list[int] = []
    server.respond_with([first, Close], rest_of)
    make().get("save", tmp_path / "a", progress=lambda done, _: calls.append(done))
    assert (tmp_path / "a").read_bytes() == DATA
    assert calls.count(0) == 1
    assert server.received[1].headers("if-range") == ['"v1"']
    server.respond_with([first, Close], rest_of)
    assert make().get("read") == DATA

    server.respond_with([first, Close], http_response(200, DATA[::-1]))
    assert make().get("read") == DATA[::-1]  # it has changed, and is sent as a whole

    wrong = {"Content-Range": f"bytes 1-{len(DATA)}/{len(DATA) + 1}"}
    for other in (wrong, {"ETag": '"v2"'}):
        server.respond_with(
            [first, Close], lambda got, other=other: rest_of(got, **other), with_hash(SHA256)
        )
        assert make().get("read") == DATA
        assert server.received[-1].headers("range") == []


@pytest.mark.parametrize(
    "headers",
    [
        [("ETag", '"v1"')],
        [("ETag", 'W/"v1"'), ("Accept-Ranges", "bytes")],
        [("Accept-Ranges", "bytes")],
        [("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"), ("Accept-Ranges", "bytes")],
    ],
    ids=["no ranges", "weak", "no validator", "no date"],
)
def test_without_a_strong_validator_it_is_not_continued(
    headers: list[tuple[str, str]], make: Any, server: Server
) -> None:
    first = http_response(200, DATA, *headers)[: -len(DATA) // 2]
    server.respond_with([first, Close], http_response(200, DATA))
    assert make().get("read") == DATA
    assert server.received[1].headers("range") == []


def test_what_may_not_be_repeated_is_not_repeated(
    shelf: Any, server: Server, tmp_path: Path
) -> None:
    server.respond_with([HALF, Close])
    with (
        shelf.Shelf(hosts=[server.url]) as client,
        pytest.raises(shelf.errors.DownloadBroken) as caught,
    ):
        client.files.stored().save(tmp_path / "a")
    assert (len(server.received), caught.value.outcome) == (1, "unknown")


def test_the_deadline_of_a_transfer_is_one_of_silence(
    make: Any, server: Server, tmp_path: Path
) -> None:
    piece = DATA[:1000]
    slow = [http_response(200, piece * 5)[:-5000], *[piece, Wait(0.2)] * 5]
    server.respond_with(slow)
    assert make(deadline=0.5).get("save", tmp_path / "a") == 5000
    assert b"".join(make(deadline=0.5).get("pieces")) == piece * 5


def test_limits(shelf: Any, server: Server, tmp_path: Path) -> None:
    server.respond_with(http_response(200, DATA))
    errors = shelf.errors
    with shelf.Shelf(hosts=[server.url]) as client:
        with pytest.raises(errors.DownloadBroken, match="longer than 10 bytes"):
            client.files.small().save(tmp_path / "a")
        with pytest.raises(errors.ProtocolError, match="longer than 100 bytes"):
            client.files.get(1).read(limit=100)
        limited = client.with_options(max_response_bytes=100)
        with pytest.raises(errors.DownloadBroken, match="longer than 100 bytes"):
            limited.files.get(1).save(tmp_path / "a")
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_an_early_exit_closes_the_connection(shelf: Any, server: Server, is_async: bool) -> None:
    closed = threading.Event()
    server.on_close = closed.set
    server.respond_with([http_response(200, bytes(100 * MIB))[: 10 * MIB], Wait(30)])
    if is_async:

        async def run() -> None:
            async with (
                shelf.AsyncShelf(hosts=[server.url]) as client,
                client.files.get(1) as download,
            ):
                async for _ in download:
                    assert (download.status, download.size) == (200, 100 * MIB)
                    break

        asyncio.run(run())
    else:
        with shelf.Shelf(hosts=[server.url]) as client, client.files.get(1) as download:
            assert len(next(iter(download))) == download.delivered
    assert closed.wait(5)


def test_a_cancelled_save_leaves_nothing_behind(shelf: Any, server: Server, tmp_path: Path) -> None:
    server.respond_with([HALF, Wait(30)])

    async def run() -> None:
        async with shelf.AsyncShelf(hosts=[server.url]) as client:
            reached = asyncio.Event()
            task = asyncio.create_task(
                client.files.get(1).save(
                    tmp_path / "a", progress=lambda done, _: done and reached.set()
                )
            )
            await reached.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert left_behind(tmp_path) == []


def test_a_slow_disk_does_not_block_the_event_loop(
    shelf: Any, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = importlib.import_module("shelf._runtime.downloads.receivers").FileReceiver
    original, begun, ends = kind.write, threading.Event(), []

    def write_slowly(receiver: Any, piece: bytes) -> None:
        begun.set()
        time.sleep(0.3)
        original(receiver, piece)  # fails if the file was closed meanwhile
        ends.append(len(piece))

    monkeypatch.setattr(kind, "write", write_slowly)
    content = DATA * 3
    server.respond_with(http_response(200, content))
    target = tmp_path / "a"

    async def run() -> None:
        async with shelf.AsyncShelf(hosts=[server.url]) as client:
            saving = asyncio.create_task(client.files.get(1).save(target))
            turns = 0
            while not saving.done():
                await asyncio.sleep(0.01)
                turns += bool(begun.is_set())
            assert await saving == len(content)
            assert turns > 20
            assert target.read_bytes() == content
            target.unlink()

            begun.clear()
            ends.clear()
            saving = asyncio.create_task(client.files.get(1).save(target))
            while not begun.is_set():
                await asyncio.sleep(0.01)
            saving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await saving
            assert len(ends) == 1

    asyncio.run(run())
    assert left_behind(tmp_path) == []


def test_errors_of_the_api_are_as_usual(make: Any, depot: Any, server: Server) -> None:
    server.respond_with(http_response(404, '{"message": "no such object"}'))
    with pytest.raises(depot.errors.ApiError) as caught:
        make().get("read")
    assert caught.value.status == 404


def test_a_compressed_response_is_decompressed(make: Any, server: Server) -> None:
    content = gzip.compress(DATA)
    server.respond_with(http_response(200, content, ("Content-Encoding", "gzip")))
    assert make().get("read") == DATA
    server.respond_with(http_response(200, content[:-9], ("Content-Encoding", "gzip")))
    assert b"".join(pieces_until_error(make())) == DATA


def pieces_until_error(client: Client) -> list[bytes]:
    with pytest.raises(client.package.errors.DownloadBroken, match="incomplete"):
        client.get("pieces")
    return [DATA]


@pytest.mark.parametrize(
    "path", ["missing/a", "folder", "a/b"], ids=["no folder", "a folder", "a file in the way"]
)
def test_a_target_that_cannot_be_written_sends_nothing(
    path: str, make: Any, depot: Any, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(depot.errors.InvalidRequest, match="path: cannot write"):
        make().get("save", tmp_path / path)
    assert server.received == []


def test_a_link_keeps_pointing_to_its_file(make: Any, server: Server, tmp_path: Path) -> None:
    server.respond_with(http_response(200, DATA))
    (tmp_path / "link").symlink_to(tmp_path / "file")
    make().get("save", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == DATA


def test_a_prepared_call_is_read_in_memory(depot: Any, server: Server) -> None:
    server.respond_with(with_hash(SHA256), with_hash(bytes(32)))
    with depot.FileDepot(token="t", hosts=[server.url]) as client:
        call = depot.calls.objects.get("k")
        assert client.send(call).value == DATA
        with pytest.raises(depot.errors.HashMismatch):
            client.send(call)


# --- URLs from responses --------------------------------------------------------------


def bill(url: str, **options: Any) -> Callable[[Any], Any]:
    return lambda client: client.bills.download(download_url=url, **{"hash_value": SHA1} | options)


QUERY = "token=a%2Fb%2fc+d=&x=1&x=%E5%8F%91&~!*(),;:@/?"


def test_the_url_of_a_response_is_followed_byte_by_byte(
    make: Any, server: Server, tmp_path: Path
) -> None:
    server.respond_with(http_response(200, DATA, ("Content-Type", "text/csv")))
    hosts = [f"{server.url}/v1", "https://files.example.com"]
    client = make(hosts=hosts, strict=True)
    client.run(bill(f"{server.url}/v1/bills/file?{QUERY}"), "save", tmp_path / "a")
    (got,) = server.received
    assert got.target == f"/v1/bills/file?{QUERY}"
    assert got.headers("authorization") == ["Bearer CANARY-token"]


@pytest.mark.parametrize(
    "url",
    [
        "{0}/v1/bills/2025",
        "{0}/bills/file",
        "{0}/v1/../v1/bills/file",
        "{0}/v1/bills/%2e%2e/file",
        "{0}/v1/bills/file#x",
        "{0}/v1/bills/file/",
        "https://depot.example.com/v1/bills/file",
        "http://127.0.0.1:1/v1/bills/file",
        "http://user@127.0.0.1/v1/bills/file",
        "https://evil.example.com\\@127.0.0.1/v1/bills/file",
        "//127.0.0.1/v1/bills/file",
        "/v1/bills/file",
        "file:///v1/bills/file",
        "",
        "{0}/v1/bills/file?a b",
        "{0}/v1/bills/file?发",
    ],
)
def test_no_other_url_gets_the_credentials(url: str, make: Any, depot: Any, server: Server) -> None:
    with pytest.raises(depot.errors.InvalidRequest, match="download_url: must be a URL") as caught:
        make(hosts=[f"{server.url}/v1"]).run(
            bill(url.replace("{0}", server.url) + "?CANARY"), "read"
        )
    assert "CANARY" not in repr(caught.value) + str(caught.value)
    assert server.received == []


def test_redirects_are_refused(make: Any, depot: Any, server: Server) -> None:
    location = ("Location", f"{server.url}/v1/bills/file")
    server.respond_with(http_response(302, b"", location))
    with pytest.raises(depot.errors.ProtocolError, match="redirects are not followed"):
        make(hosts=[f"{server.url}/v1"]).run(bill(f"{server.url}/v1/bills/file"), "read")
    assert len(server.received) == 1


def test_the_hash_of_another_response_verifies_the_file(
    make: Any, depot: Any, server: Server
) -> None:
    server.respond_with(http_response(200, DATA))
    client = make(hosts=[f"{server.url}/v1"])
    url = f"{server.url}/v1/bills/file"
    assert client.run(bill(url), "read") == DATA
    with pytest.raises(depot.errors.HashMismatch):
        client.run(bill(url, hash_value="0" * 40), "read")


def test_the_mock_serves_and_receives_files(depot: Any, tmp_path: Path) -> None:
    import file_depot.testing  # type: ignore[import-not-found]

    mock = file_depot.testing.FileDepotMock()
    client = mock.client(strict=True)
    answer = client.bills.get("2025-09-03")
    mock.reply(b"a,b\n", endpoint="bills.download")
    value = hashlib.sha1(b"a,b\n").hexdigest()
    url = "https://depot.example.com/v1/bills/file?token=x"
    download = client.bills.download(download_url=url, hash_value=value)
    assert download.save(tmp_path / "bill.csv") == 4
    assert answer.hash_type
    (tmp_path / "large").write_bytes(DATA)
    client.objects.put("k", content=tmp_path / "large")
    assert client.objects.get("k").read() == b""


def stored_by_key(files: dict[str, bytes]) -> Callable[[ReceivedRequest], bytes]:
    """Behave as a store like S3: PUT keeps an object, GET returns it with its checksum."""

    def respond(got: ReceivedRequest) -> bytes:
        if got.method == "PUT":
            files[got.target] = got.body
            return http_response(200)
        if got.target not in files:
            return http_response(404, "<Error><Code>NoSuchKey</Code></Error>")
        checksum = hashlib.sha256(files[got.target]).digest()
        return with_hash(checksum, files[got.target])

    return respond


def test_objects_of_a_store_come_back_as_they_went(
    make: Any, depot: Any, server: Server, tmp_path: Path
) -> None:
    server.respond_with(stored_by_key({}))
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(DATA)
    with depot.FileDepot(token="t", hosts=[server.url]) as client:
        client.objects.put("k", content=source)
    make().get("save", target)
    assert target.read_bytes() == DATA


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    "size", [64 * MIB, pytest.param(1024 * MIB, marks=pytest.mark.slow)], ids=["64MiB", "1GiB"]
)
def test_memory_of_a_download(shelf: Any, size: int, is_async: bool, tmp_path: Path) -> None:
    path = tmp_path / str(size)
    with file_server() as url:
        added, result = added_by(shelf, "download", url, str(path), is_async=is_async)
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == pattern_hash(size)
    path.unlink()
    assert result == str(size)
    assert added < 32 * MIB
