"""Samples on pages: curl and Python send the same request, which the client accepts, for all types and limits."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from functools import partial
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qsl

import httpx
import pytest
from tests.generated import CASES, imported, write
from tests.servers import serving
from tests.test_markdown import parse

from specloom.model import Bytes, Field, JsonText, LengthRange, ListOf, String, Type
from specloom.spec import load
from specloom.targets.docs.regex_samples import sample_text
from specloom.targets.docs.sample_values import json_text, sample_value

API = """
specloom: 1
package: samples
version: 0.1.0
client: Samples
title: Samples
languages: [en]
hosts: [https://samples.example/v1]
auth: none
"""

WITHOUT_EXAMPLES = """
title: Without examples
endpoints:
  json:
    http: POST /json
    responses: {204: null}
    body:
      stamp: datetime('%Y%m%d%H%M%S')
      zoned: datetime('%Y-%m-%dT%H:%M:%S%z')
      utc: datetime('%Y-%m-%dT%H:%M:%S.%3fZ')
      there: datetime('%Y-%m-%d %H:%M:%S +08:00')
      mail: datetime(rfc2822)
      instant: datetime
      seconds: datetime(unix)
      milliseconds: datetime(unix-ms)
      day: date
      compact: date('%Y%m%d')
      wait: duration
      wait_s: duration(s)
      wait_ms: duration(ms)
      between: decimal(>0..<1)
      narrow: number(>0.25..<0.5)
      above: integer(>0..)
      below: integer(..<0)
      inside: integer(>3..<5)
      upto: integer(..-7)
      exact: decimal(2.5..2.5)
      one_of: integer(700 | 1900)
      long: string(64..64)
      short: string(1..3)
      digits: {type: string(64..64), pattern: "[0-9a-f]+"}
      month: {type: string, pattern: '\\d{4}-(?:0[1-9]|1[0-2])'}
      phone: {type: string(11..11), pattern: '1[3-9]\\d{9}'}
      word: {type: string(4..), pattern: '[^0-9a-z_]+'}
      literal: string('b' | 'a')
      either: string(2..2) | list<string>(1..4)
      maybe: string(5..)?
      content: bytes(16..16)
      small: bytes(..2)
      several: list<string(6..6)>(2..)
      none: list<string>(..0)
      matrix: list<list<integer(4..)>(2..3)>(2..2)
      entries: map<string(..2)>(2..4)
      meta: {type: text<Meta>}
      kind: Kind
      open: Open
      tagged: Tagged
      tags: Tags
      anything: json
      yes: boolean
      always: boolean(true)
      fixed: string('v2')
      hidden: {type: string(8..), secret: true}
      inner: {fields: {name: string(20..), secret: {type: bytes(4..4), secret: true}}}
  path:
    http: GET /days/{day}/{stamp}/{code}
    responses: {204: null}
    path: {day: date('%Y%m%d'), stamp: datetime('%Y%m%d%H'), code: {type: string(3..3), pattern: "[A-Z]*"}}
    query:
      range: number(>0..<0.001)
      ids: {type: list<integer>(2..), style: comma}
      at: datetime
      deep: {style: deep, fields: {since: date, ids: list<integer>(2..2)}}
    header: {X-Ids: list<string('a')>(3..3), X-Key: {type: string(5..), secret: true}}
  upload:
    http: POST /upload
    responses: {204: null}
    parts:
      picture: {type: file(16..16), media: [image/png, image/jpeg]}
      plain: file(..16)
      many: {type: list<file>(2..), media: [image/png]}
      names: list<string(4..)>(2..)
      lines: {type: list<object>(1..), fields: {name: string(4..)}}
      when: datetime(unix)
  raw:
    http: PUT /raw
    responses: {204: null}
    content: {type: file(16..16), media: image/png}
  sealed:
    http: POST /sealed
    responses: {204: null}
    body: {sealed: {type: string(8..8), encrypted: true, example: Y2lwaGVy}, hidden: {type: string(8..8), secret: true, example: abc-4711}}
  form:
    http: POST /form
    responses: {204: null}
    form: {name: string(9..), lines: list<integer(7..)>(2..), kind: string('x'), day: date('%d.%m.%Y')}
types:
  Meta: {fields: {source: string(10..), version: integer(3..3)}}
  Kind: {enum: [b, a], closed: true}
  Open: {type: integer, enum: [7, 9]}
  Tagged: {type: One | Two, tag: kind}
  One: {fields: {kind: string('one'), size: integer(5..)}}
  Two: {fields: {kind: string('two')}}
  Tags: {type: string(3..3) | list<string>}
"""

WITH_EXAMPLES = """
title: With examples
endpoints:
  charge:
    http: POST /charges/{id}/caf%C3%A9
    path: {id: string}
    query:
      deep?: {style: deep, fields: {a: list<integer>, b: {fields: {c: string}}}}
      state?: {type: list<string>, style: brackets}
      ids?: list<integer>
      tags?: {type: list<string>, style: comma}
      flag?: boolean
    header: {X-L?: list<string>, X-N?: integer}
    body:
      amount: decimal
      kind: string('charge')
      live: boolean(false)
      payer: {fields: {version: string('2'), name: string}}
      ways?: list<Way>
      meta?: text<Meta>
    responses: {204: null}
    examples:
      - request:
          path: {id: "a/b c"}
          query: {deep: {a: [1, 2], b: {c: "x y"}}, state: [open, "p&q"], ids: [3, 4], tags: [x, "y,z"], flag: false}
          header: {X-L: [a, b], X-N: 5}
          body: {amount: 12.50, payer: {name: 李雷}, ways: [{kind: cash, till: 3}], meta: '{"source": "x"}'}
        response: {status: 204}
  upload:
    http: POST /upload
    parts: {files: list<file>, note: string, names?: list<string>, lines?: {type: list<object>, fields: {name: string, kind: string('n')}}, kind: string('up')}
    responses: {204: null}
    examples:
      - {request: {body: {note: 'a "b"; c', files: [one, two], names: [x, y], lines: [{name: 'a "b" \\\\ c'}]}}, response: {status: 204}}
  form:
    http: POST /form
    form: {amount: integer, kind: string('charge'), lines?: list<string>}
    responses: {204: null}
    examples:
      - {request: {body: {amount: 5, lines: [a, "b c"]}}, response: {status: 204}}
types:
  Way: {type: Card | Cash, tag: kind}
  Card: {fields: {kind: string('card')}}
  Cash: {fields: {kind: string('cash'), till: integer, open: boolean(true)}}
  Meta: {fields: {source: string, version: string('3')}}
"""


class RequestSent(BaseException):
    """Ends a sample after its request."""


def normalized(
    method: str, target: str, headers: Mapping[str, str], body: bytes
) -> dict[str, object]:
    """Return a request without headers of the HTTP library, credentials, boundaries, and white space in JSON."""
    fields = {name.lower(): value for name, value in headers.items()}
    media = fields.pop("content-type", "")
    content: object = body
    if media == "application/json":
        content = json.loads(body, object_hook=with_json_texts_parsed)
    elif media == "application/x-www-form-urlencoded":
        content = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    elif media.startswith("multipart/form-data"):
        parts = message_from_bytes(f"Content-Type: {media}\r\n\r\n".encode() + body).get_payload()
        content = [as_part(part) for part in parts if not isinstance(part, str)]
    ignored = {
        "host",
        "user-agent",
        "accept-encoding",
        "connection",
        "content-length",
        "authorization",
    }
    significant = {
        name: value
        for name, value in fields.items()
        if name not in ignored and (name, value) != ("accept", "*/*")
    }
    return {
        "line": f"{method} {target}",
        "headers": significant,
        "media": media.partition(";")[0],
        "content": content,
    }


def with_json_texts_parsed(value: dict[str, object]) -> dict[str, object]:
    """Parse texts that hold JSON, so that white space in them does not matter."""
    return {
        key: json.loads(item) if isinstance(item, str) and item.startswith("{") else item
        for key, item in value.items()
    }


def as_part(part: Message) -> tuple[object, ...]:
    content, media = part.get_payload(decode=True), part["Content-Type"]
    assert isinstance(content, bytes)
    name = part.get_param("name", header="Content-Disposition")
    return (
        name,
        part.get_filename(),
        media,
        json.loads(content) if media == "application/json" else content,
    )


def sent_by_curl(sample: str) -> dict[str, object]:
    """Run a sample with curl and bash against a local server, and return the request."""
    with serving() as server:
        local = re.sub("https://[a-z.]+", server.url, sample, count=1)
        script = f"curl() {{ command curl -sS --noproxy '*' \"$@\"; }}\n{local}"
        subprocess.run(["bash", "-euc", script], check=True, capture_output=True)
        (request,) = server.received
    lines = (line.partition(": ") for line in request.head.decode().split("\r\n")[1:] if line)
    return normalized(
        request.method, request.target, {name: value for name, _, value in lines}, request.body
    )


def sent_by_python(sample: str, package: ModuleType, client: str) -> dict[str, object]:
    """Run a sample with a mock transport, and return the request."""
    requests: list[httpx.Request] = []

    def capture(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        raise RequestSent

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            package,
            client,
            partial(getattr(package, client), transport=httpx.MockTransport(capture)),
        )
        with pytest.raises(RequestSent):
            exec(compile(sample, "sample", "exec"), {})
    (request,) = requests
    return normalized(
        request.method, request.url.raw_path.decode("ascii"), request.headers, request.content
    )


def samples_in(project: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the first curl command and the Python sample of each endpoint."""
    for page in sorted((project / "docs" / "en").rglob("*.md")):
        fences = [
            (token.info, token.content)
            for token in parse(page.read_text("utf-8"))
            if token.type == "fence"
        ]
        if page.name not in ("index.md", "client.md") and not page.stem.startswith("event-"):
            yield page.stem, next(text for kind, text in fences if kind == "sh"), next(
                text for kind, text in fences if kind == "python"
            )


@pytest.fixture(autouse=True)
def _file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create the file that samples upload."""
    monkeypatch.chdir(tmp_path)
    Path("file").write_bytes(b"sixteen\r\n\0 bytes")


def spec_of(tmp_path: Path, resource: str) -> Path:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(API, "utf-8")
    (tmp_path / "spec" / "all.yaml").write_text(resource, "utf-8")
    return tmp_path / "spec"


@pytest.mark.parametrize(
    "resource", [WITHOUT_EXAMPLES, WITH_EXAMPLES], ids=["without examples", "with examples"]
)
def test_curl_and_python_samples_send_the_same_request(resource: str, tmp_path: Path) -> None:
    api = write(spec_of(tmp_path, resource), tmp_path / "project")
    with imported(tmp_path / "project", "samples") as package:
        requests = [
            (name, sent_by_curl(curl), sent_by_python(sample, package, "Samples"))
            for name, curl, sample in samples_in(tmp_path / "project")
            if name != "sealed"
        ]
    assert {name for name, _, _ in requests} == {
        endpoint.name for endpoint in api.all_endpoints()
    } - {"sealed"}
    for name, curl, python in requests:
        assert curl == python, name


def test_samples_replace_secrets_and_ciphertexts(tmp_path: Path) -> None:
    write(spec_of(tmp_path, WITHOUT_EXAMPLES), tmp_path / "project")
    ((curl, sample),) = (
        (curl, sample)
        for name, curl, sample in samples_in(tmp_path / "project")
        if name == "sealed"
    )
    assert 'client.all.sealed(\n    sealed="SEALED00",\n    hidden="HIDDEN00",\n)' in sample
    assert '"sealed": "Y2lwaGVy",\n  "hidden": "HIDDEN00"' in curl


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_curl_and_python_samples_of_the_kitchen_sink_send_the_same_request(tmp_path: Path) -> None:
    write(CASES / "kitchen_sink" / "spec", tmp_path / "project")
    with imported(tmp_path / "project", "corner_shop") as package:
        for name, curl, sample in samples_in(tmp_path / "project"):
            assert sent_by_curl(curl) == sent_by_python(
                sample.replace("…", "x"), package, "CornerShop"
            ), name


def test_samples_add_constants_to_examples(tmp_path: Path) -> None:
    write(spec_of(tmp_path, WITH_EXAMPLES), tmp_path / "project")
    (charge,) = (
        sent_by_curl(curl) for name, curl, _ in samples_in(tmp_path / "project") if name == "charge"
    )
    query = "deep%5Ba%5D=1&deep%5Ba%5D=2&deep%5Bb%5D%5Bc%5D=x%20y&state%5B%5D=open&state%5B%5D=p%26q&ids=3&ids=4&tags=x,y%2Cz"
    assert charge["line"] == f"POST /v1/charges/a%2Fb%20c/caf%C3%A9?{query}&flag=false"
    assert charge["content"] == {
        "amount": 12.5,
        "kind": "charge",
        "live": False,
        "payer": {"version": "2", "name": "李雷"},
        "ways": [{"kind": "cash", "till": 3, "open": True}],
        "meta": {"source": "x", "version": "3"},
    }


@pytest.mark.parametrize(
    ("pattern", "minimum", "maximum"),
    [
        ("[0-9a-f]+", 64, 64), (r"\d{4}-\d{2}", 1, 99), ("[A-Z]{3}", 3, 3), ("[0-9A-Za-z_-]*", 6, 32), ("(?:ab|c)+x?", 5, 9), ("[^0-9a]+", 3, 5),
        ("a{,3}b", 1, 9), ("a{}", 1, 9), ("[一-龥]{2}", 1, 9), ("x|y|z", 1, 9), ("(a|b)(c|d)", 1, 3), (r"\w+@\w+\.com", 9, 20), ("a+?b", 1, 9),
        (r"1[3-9]\d{9}", 11, 11), ("^a b$", 1, 9), ("[]a]{2}", 1, 9), (r"[0-9]{1,3}(\.[0-9]{1,3}){3}", 1, 20), (r"(\(a\)|b)c", 1, 9),
    ],
)  # fmt: skip
def test_common_patterns_have_a_sample(pattern: str, minimum: int, maximum: int) -> None:
    sample = sample_text(pattern, minimum, maximum)
    assert sample is not None
    assert re.fullmatch(pattern, sample)
    assert minimum <= len(sample) <= maximum


@pytest.mark.parametrize(
    "pattern", [r"\bx", "(?=a)a", r"(a)\1", "a{1000000000}", "(((a{100}){100}){100}){100}", "a{5}"]
)
def test_rare_or_long_patterns_have_no_sample(pattern: str) -> None:
    assert sample_text(pattern, 1, 4) is None


def test_no_limit_makes_a_sample_large() -> None:
    nested_list: Type = String(LengthRange(10**12))
    for _ in range(20):
        nested_list = ListOf(nested_list, LengthRange(10**12))
    nested_json: Type = String()
    for _ in range(25):
        nested_json = JsonText(nested_json)
    api = load(CASES / "stub" / "spec").api
    assert len(json_text(sample_value(api, Field("x", "x", nested_list, True)))) < 10_000
    assert len(json_text(sample_value(api, Field("x", "x", nested_json, True)))) < 15_000
    assert (
        len(json_text(sample_value(api, Field("x", "x", Bytes(LengthRange(10**12)), True))))
        < 10_000
    )
