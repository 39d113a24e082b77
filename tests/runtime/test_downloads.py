"""Downloads: documented size and media type of binary responses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.generated import imported, write

SPEC = {
    "_api.yaml": "specloom: 1\npackage: depot\nversion: 0.1.0\nclient: Depot\ntitle: Depot\nlanguages: [en]\nhosts: [https://depot.example.com]\n",
    "files.yaml": """
endpoints:
  get: {http: GET /file, responses: {200: {content: {type: file(3..10000000), media: [application/pdf, image/*]}}}}
  thumb: {http: GET /thumb, responses: {200: {content: file(..10)}}}
  put:
    http: POST /file
    parts: {file: {type: file, media: image/*}}
    responses: {200: null}
""",
}
Serve: Any = Callable[..., Any]


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("depot")
    (folder / "spec").mkdir()
    for name, text in SPEC.items():
        (folder / "spec" / name).write_text(text)
    write(folder / "spec", folder / "project")
    with imported(folder / "project", "depot") as package:
        yield package


@pytest.fixture
def serve(depot: Any) -> Serve:
    """Return a client whose server sends a body with a media type."""

    def client_for(
        body: bytes, media: str = "application/pdf", status: int = 200, **options: Any
    ) -> Any:
        transport = httpx.MockTransport(
            lambda _: httpx.Response(status, content=body, headers={"Content-Type": media})
        )
        return depot.Depot(transport=transport, **options)

    return client_for


def test_a_documented_size_raises_the_default_limit(serve: Serve, depot: Any) -> None:
    large = bytes(9_000_000)
    assert len(serve(large).files.get().read()) == len(large)
    with pytest.raises(depot.errors.ProtocolError, match="longer than 10000000 bytes"):
        serve(bytes(10_000_001)).files.get().read()
    with pytest.raises(depot.errors.ProtocolError, match="longer than 8388608 bytes"):
        serve(large).files.thumb().read()


def test_a_limit_of_the_client_overrides_the_documented_size(serve: Serve, depot: Any) -> None:
    assert serve(b"abc", max_response_bytes=3).files.get().read() == b"abc"
    with pytest.raises(depot.errors.ProtocolError, match="longer than 3 bytes"):
        serve(b"abcd", max_response_bytes=3).files.get().read()


@pytest.mark.parametrize(
    ("body", "media", "problem"),
    [
        (b"%P", "application/pdf", "expected at least 3 bytes, got 2"),
        (
            b"<p>Busy</p>",
            "text/html; charset=utf-8",
            "expected application/pdf or image/*, got text/html; charset=utf-8",
        ),
        (b"\x89PNG", "Image/PNG", ""),
    ],
)
def test_undocumented_sizes_and_media_types_are_mismatches(
    body: bytes,
    media: str,
    problem: str,
    serve: Serve,
    depot: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert serve(body, media).files.get().read() == body
    assert [problem in record.getMessage() for record in caplog.records] == (
        [True] if problem else []
    )
    if problem:
        with pytest.raises(depot.errors.ProtocolError) as caught:
            serve(body, media, strict=True).files.get().read()
        assert problem in str(caught.value)


def test_a_small_documented_size_does_not_limit_errors(serve: Serve, depot: Any) -> None:
    with pytest.raises(depot.errors.ApiError):
        serve(b'{"message": "no such thumb"}', status=404).files.thumb().read()


def test_a_wildcard_media_type_matches(serve: Serve, depot: Any) -> None:
    serve(b"").files.put(file=depot.Upload(b"x", "a.png"))
    with pytest.raises(depot.errors.InvalidRequest, match=r"must be image/\*, not text/plain"):
        serve(b"").files.put(file=depot.Upload(b"x", "a.txt"))


def test_the_mock_sends_what_is_documented(depot: Any) -> None:
    import depot.testing  # type: ignore[import-not-found]

    mock = depot.testing.DepotMock()
    assert mock.client(strict=True).files.get().read() == bytes(3)
    mock.reply(b"%PDF", endpoint="files.get")
    assert mock.client(strict=True).files.get().read() == b"%PDF"
