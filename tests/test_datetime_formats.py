"""Datetime formats of generated clients, judged by GNU date and the standard library's parsers."""

from __future__ import annotations

import inspect
import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import imported, write
from tests.servers import http_response, serving

from specloom.diagnostics import InvalidSpec
from specloom.runtime.datetime_formats import datetime_format
from specloom.spec import load

API = """
specloom: 1
package: clocks
version: 0.1.0
client: Clocks
title: Clocks
languages: [en, zh]
hosts: [https://clocks.example]
auth: none
"""
ZONED = {
    "utc": "%Y-%m-%dT%H:%M:%SZ",
    "millis": "%Y-%m-%dT%H:%M:%S.%3fZ",
    "micros": "%Y-%m-%d %H:%M:%S.%f UTC",
    "china": "%Y-%m-%d %H:%M:%S +0800",
    "colon": "%Y-%m-%dT%H:%M:%S+08:00",
    "own": "%Y-%m-%dT%H:%M:%S%z",
    "own_colon": "%Y-%m-%dT%H:%M:%S.%f%:z",
    "http": "%a, %d %b %Y %H:%M:%S GMT",
    "java": "%a %b %d %H:%M:%S UTC %Y",
}
LOCAL = {"stamp": "%Y%m%d%H%M%S", "text": "%d %b %Y, %H:%M:%S"}
ALL = {**{name: f"'{format}'" for name, format in {**ZONED, **LOCAL}.items()}, "mail": "rfc2822"}
FIELDS = "".join(
    f"      {name}?: {type}\n"
    for name, type in {
        "day": "date('%d.%m.%y')",
        **{name: f"datetime({format})" for name, format in ALL.items()},
    }.items()
)
RESOURCE = f"""
title: Clocks
endpoints:
  set:
    http: POST /clocks
    body:
{FIELDS}
    responses: {{200: Clock}}
types:
  Clock:
    fields:
{FIELDS}
"""
MOMENT = datetime(2025, 1, 2, 3, 4, 5, 678000, timezone(timedelta(hours=5, minutes=30)))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clocks")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "clocks.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def package(project: Path) -> Iterator[ModuleType]:
    with imported(project, "clocks") as package:
        import clocks.testing

        assert clocks.testing
        yield package


def by_gnu_date(text: str) -> datetime:
    seconds = subprocess.run(
        ["date", "-u", "-d", text, "+%s.%N"], capture_output=True, text=True, check=True
    ).stdout
    return datetime.fromtimestamp(float(seconds), UTC)


JUDGES: dict[str, Callable[[str], datetime]] = {
    "utc": datetime.fromisoformat,
    "millis": datetime.fromisoformat,
    "colon": datetime.fromisoformat,
    "own": datetime.fromisoformat,
    "own_colon": datetime.fromisoformat,
    "http": parsedate_to_datetime,
    "mail": parsedate_to_datetime,
    "micros": by_gnu_date,
    "china": by_gnu_date,
    "java": by_gnu_date,
}


@pytest.mark.parametrize("name", JUDGES)
def test_the_same_moment_is_sent_and_received(name: str, package: ModuleType) -> None:
    """Datetimes in any time zone arrive as the same moment and come back."""
    moment = MOMENT if name in ("micros", "millis", "own_colon") else MOMENT.replace(microsecond=0)
    with (
        serving(lambda got: http_response(200, got.body)) as server,
        package.Clocks(hosts=[server.url], strict=True) as client,
    ):
        back = getattr(client.clocks.set(**{name: moment}), name)
        (got,) = server.received
    (text,) = json.loads(got.body).values()
    assert JUDGES[name](text) == moment
    assert (back, back.utcoffset() is None) == (moment, False)


def test_a_format_without_zone_takes_naive_datetimes(package: ModuleType) -> None:
    client = package.testing.ClocksMock().client(strict=True)
    naive = MOMENT.replace(tzinfo=None, microsecond=0)
    for name in LOCAL:
        with pytest.raises(
            package.errors.InvalidRequest, match=f"{name}: must be a datetime without a time zone"
        ):
            client.clocks.set(**{name: MOMENT})
        assert package.calls.clocks.set(**{name: naive}).body
    for name in (*ZONED, "mail"):
        with pytest.raises(
            package.errors.InvalidRequest, match=f"{name}: must be a datetime with a time zone"
        ):
            client.clocks.set(**{name: naive})
    with pytest.raises(
        package.errors.InvalidRequest, match="day: must be date or None, not datetime"
    ):
        client.clocks.set(day=MOMENT)
    with pytest.raises(
        package.errors.InvalidRequest, match="day: must be within the years 1969 to 2068"
    ):
        client.clocks.set(day=date(1968, 1, 1))
    with pytest.raises(
        package.errors.InvalidRequest, match="own: must have a time zone of whole minutes"
    ):
        client.clocks.set(own=MOMENT.replace(tzinfo=timezone(timedelta(seconds=29143))))
    with pytest.raises(
        package.errors.InvalidRequest, match="colon: must be within the years 1 to 9999"
    ):
        client.clocks.set(colon=datetime(9999, 12, 31, 23, tzinfo=UTC))


STRAY = [
    ("utc", "2025-01-02T03:04:05"),
    ("utc", "2025-01-02T03:04:05+08:00"),
    ("utc", "2025-1-2T3:4:5Z"),
    ("utc", "2025-01-02T24:04:05Z"),
    ("utc", "２０２５-01-02T03:04:05Z"),
    ("millis", "2025-01-02T03:04:05.67Z"),
    ("own", "2025-01-02T03:04:05+08:00"),
    ("own", "2025-01-02T03:04:05+2400"),
    ("http", "Fri, 02 Jan 2025 03:04:05 GMT"),
    ("http", "Thu, 02 Jan 2025 03:04:05 +0000"),
    ("mail", "Thu, 02 Jan 2025 03:04:05"),
    ("mail", "Thu, 02 Jan 2025 03:04:05 CST"),
    ("stamp", "202501023"),
    ("text", "02 Jän 2025, 03:04:05"),
]


@pytest.mark.parametrize(("name", "text"), STRAY)
def test_texts_in_other_formats_stay_unchanged(
    name: str, text: str, package: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    """`CST` is -06:00 in mails and +08:00 in China, so it is rejected, also by the mock."""
    body = json.dumps({name: text}).encode()
    with serving(http_response(200, body)) as server, package.Clocks(hosts=[server.url]) as client:
        assert getattr(client.clocks.set(), name) == text
        assert f"$.{name}: expected a string like" in caplog.text
        with pytest.raises(package.errors.ProtocolError):
            client.with_options(strict=True).clocks.set()
    refused = httpx.Client(transport=package.testing.ClocksMock().transport).post(
        "https://clocks.example/clocks", content=body
    )
    assert (refused.status_code, f"/{name}" in refused.text) == (400, True)


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 2 Jan 2025 03:04:05 +0530",
        "02 Jan 2025 03:04:05 +0530",
        "Wed, 01 Jan 2025 21:34 GMT",
        "Wed, 1 Jan 2025 21:34:05 -0000 (nowhere)",
    ],
)
def test_mail_dates_are_parsed_as_by_mail_programs(text: str) -> None:
    judged = parsedate_to_datetime(text)
    assert datetime_format("rfc2822").decode(text) == (
        judged if judged.tzinfo else judged.replace(tzinfo=UTC)
    )


@settings(max_examples=300, deadline=None)
@given(
    moment=st.datetimes(
        timezones=st.integers(-1439, 1439).map(
            lambda minutes: timezone(timedelta(minutes=minutes))
        ),
        min_value=datetime(2, 1, 1),
        max_value=datetime(9998, 1, 1),
    ),
    format=st.sampled_from([*ZONED.values(), "%H:%M:%S.%f %j %Y Z", "%b%y%d %H%M%S%f%:z"]),
)
def test_formats_round_trip(moment: datetime, format: str) -> None:
    shown = datetime_format(format)
    if "%y" in format:
        moment = moment.replace(year=1969 + moment.year % 100, day=min(moment.day, 28))
    text = shown.encode(moment)
    exact = (
        moment
        if "%f" in format
        else moment.replace(microsecond=moment.microsecond // 1000 * 1000 if "%3f" in format else 0)
    )
    assert shown.decode(text) == exact
    assert datetime_format("rfc2822").encode(moment) == format_datetime(moment)
    assert datetime_format("rfc2822").decode(format_datetime(moment)) == moment.replace(
        microsecond=0
    )


def test_pages_and_docstrings_document_format_example_and_zone(
    project: Path, package: ModuleType
) -> None:
    page = (project / "docs" / "en" / "clocks" / "set.md").read_text("utf-8")
    zh = (project / "docs" / "zh" / "clocks" / "set.md").read_text("utf-8")
    for text in (
        "Format `%Y-%m-%dT%H:%M:%SZ`, for example `2025-01-01T12:00:00Z`; time zone UTC. |",
        "for example `2025-01-01 20:00:00 +0800`; time zone UTC+08:00. |",
        "for example `2025-01-01T12:00:00+0000`; with a time zone. |",
        "for example `20250101120000`; without a time zone. |",
        "RFC 2822, for example `Wed, 01 Jan 2025 12:00:00 +0000`. |",
    ):
        assert text in page.replace("\\", "")
    assert "例如 `2025-01-01 20:00:00 +0800`；时区 UTC+08:00。 |" in zh
    assert (
        "Format `%Y-%m-%dT%H:%M:%SZ`, for example `2025-01-01T12:00:00Z`, time zone UTC."
        in inspect.cleandoc(str(package.calls.clocks.set.__doc__)).replace("\n        ", " ")
    )


def test_examples_match_their_format(tmp_path: Path) -> None:
    rows = {
        "utc": "2025-01-02T03:04:05+08:00",
        "http": "Thu, 2 Jan 2025 03:04:05 GMT",
        "mail": "2025-01-02",
    }
    (tmp_path / "_api.yaml").write_text(API, "utf-8")
    fields = "".join(
        f'      {name}: {{type: "datetime({ALL[name]})", example: "{example}"}}\n'
        for name, example in rows.items()
    )
    (tmp_path / "clocks.yaml").write_text(
        f"title: Clocks\nendpoints:\n  set:\n    http: POST /clocks\n    body:\n{fields}    responses: {{204: null}}\n",
        "utf-8",
    )
    with pytest.raises(InvalidSpec) as caught:
        load(tmp_path)
    messages = [
        problem.message for problem in caught.value.problems if problem.rule == "invalid-example"
    ]
    assert messages == [
        "expected a time in the format %Y-%m-%dT%H:%M:%SZ",
        "expected a time in the format %a, %d %b %Y %H:%M:%S GMT",
        "expected an RFC 2822 time such as Wed, 03 Sep 2025 10:00:00 +0800",
    ]
