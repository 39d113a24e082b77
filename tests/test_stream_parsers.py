"""Parsers of streams against an independent reader, written from the steps of the HTML standard (9.2.6) for decoded text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from specloom.runtime.streaming.parsers import EventParser, LineParser, TooLong


class Event(NamedTuple):
    """An event, with the last event ID and the reconnection time when it was dispatched."""

    name: str
    data: str
    id: str
    retry: int | None


def by_the_standard(stream: bytes) -> list[Event]:
    """Decode the whole stream, split it into lines, and interpret each, as the standard says; its end dispatches nothing."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = re.split("\r\n|\r|\n", text)[:-1]
    events: list[Event] = []
    data = name = buffered_id = last_id = ""
    retry = None
    for line in lines:
        if line == "":
            last_id = buffered_id
            if data != "":
                events.append(Event(name, data.removesuffix("\n"), last_id, retry))
            data = name = ""
            continue
        if line.startswith(":"):
            continue
        field, value = line, ""
        if ":" in line:
            field, value = line.split(":", 1)
            value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data += value + "\n"
        elif field == "id" and "\0" not in value:
            buffered_id = value
        elif field == "retry" and re.fullmatch("[0-9]+", value):
            retry = int(value)
    return events


def parsed(pieces: Iterable[bytes]) -> list[Event]:
    parser = EventParser(limit=1 << 20)
    return [
        Event(
            name.decode("utf-8", "replace"),
            data.decode("utf-8", "replace"),
            parser.last_event_id,
            parser.reconnection_time,
        )
        for piece in pieces
        for name, data in parser.feed(piece)
    ]


@pytest.mark.parametrize(
    ("stream", "expected"),
    # The examples of the standard.
    [
        (
            "data: This is the first message.\n\ndata: This is the second message, it\ndata: has two lines.\n\ndata: This is the third message.\n\n",
            ["This is the first message.", "This is the second message, it\nhas two lines.", "This is the third message."],
        ),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", ["YHOO\n+2\n10"]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            ["first event", "second event", " third event"],
        ),
        ("data\n\ndata\ndata\n\ndata:", ["", "\n"]),
        ("data:test\n\ndata: test\n\n", ["test", "test"]),
        ("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n", ["73857293", "2153"]),
    ],
)  # fmt: skip
def test_the_examples_of_the_standard(stream: str, expected: list[str]) -> None:
    assert [event.data for event in parsed([stream.encode()])] == expected


def test_an_id_lasts_until_another_or_an_empty_one() -> None:
    stream = b": test stream\n\ndata: a\nid: 1\n\ndata: b\n\ndata:c\nid\n\nid: \0\ndata: d\n\n"
    assert [event.id for event in parsed([stream])] == ["1", "1", "", ""]


PIECES = st.sampled_from(
    [
        b"data", b"event", b"id", b"retry", b"x", b":", b": ", b" ", b"\n", b"\r", b"\r\n", b"\n\n", b"a", b"17", b"\0", b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\xbf",
        "发".encode(), b"\xff", b"data: {}\n\n", b"data:b\r\rdata:\r\n\r\n",
    ]
)  # fmt: skip


@given(
    st.lists(PIECES, max_size=40).map(b"".join),
    st.lists(st.integers(0, 100)).map(sorted) | st.just([*range(100)]),
)
@example(b"\xef\xbb\xbfdata: a\r\n\r\n", [*range(20)])
@example(b"data: a\n\ndata: b\n\nid: 1\ndata: c\n\ndata: d\n\n", [9, 18])
def test_any_split_gives_the_events_of_the_standard(stream: bytes, cuts: list[int]) -> None:
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    expected = by_the_standard(stream)
    assert parsed(pieces) == expected
    assert parsed([stream]) == expected


def test_an_event_ends_with_its_last_cr() -> None:
    """It is not held back until the next byte shows whether that is an LF."""
    parser = EventParser(limit=100)
    assert [*parser.feed(b"data: a\r\r")] == [(b"", b"a")]
    assert [*parser.feed(b"\ndata: b\n\n")] == [(b"", b"b")]


@pytest.mark.parametrize(
    "endless", [b"data: aaaaaaaa\n", b"data: aaaaaaaa", b": aaaaaaaa", b"id: aaaaaa", b"data\n"]
)
def test_no_event_grows_without_limit(endless: bytes) -> None:
    parser = EventParser(limit=50)
    assert [*parser.feed(b"data: before\n\n")] == [(b"", b"before")]
    with pytest.raises(TooLong):
        assert not [value for _ in range(100) for value in parser.feed(endless)]


def test_values_before_a_long_one_are_delivered() -> None:
    values = EventParser(limit=50).feed(b"data: a\n\ndata: " + b"b" * 100)
    assert next(values) == (b"", b"a")
    with pytest.raises(TooLong):
        next(values)


@given(st.lists(st.sampled_from([b"{}", b'{"a": 1}', b"", b" ", b"2"])), st.data())
def test_any_split_gives_the_same_lines(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + data.draw(st.sampled_from([b"\n", b"\r\n"])) for line in lines)
    cut = data.draw(st.integers(0, len(stream)))
    parser = LineParser(limit=100)
    values = [value for piece in (stream[:cut], stream[cut:]) for _, value in parser.feed(piece)]
    assert [value.strip() for value in values] == [line for line in lines if line.strip()]
    assert [*parser.feed(b"3")] == []
    assert [*parser.end()] == [(b"", b"3")]


def test_no_line_grows_without_limit() -> None:
    parser = LineParser(limit=50)
    with pytest.raises(TooLong):
        assert not [value for _ in range(100) for value in parser.feed(b"aaaaaaaa")]
