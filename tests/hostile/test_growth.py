"""Recursive types, cycles of a hundred, thousands of types: generated and usable, in linear time (robustness A18)."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from tests.figures import Figure
from tests.generated import imported
from tests.work import calls

from specloom.spec import load
from specloom.targets import files

from .specs import write
from .test_names import API

ORDER = {"order.yaml": "types: {Problem: {fields: {a: string}}}\n"}
ENDPOINT = "endpoints:\n  echo: {http: POST /x, body: {value?: T0}, responses: {200: T0}}\n"


def generate_project(text: str, folder: Path) -> Path:
    """Generate the project of an API with this resource."""
    write({**API, **ORDER, "x.yaml": text}, folder / "spec")
    for path, code in files(load(folder / "spec", "spec").api, "project").items():
        (folder / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "out" / path).write_text(code, "utf-8")
    return folder / "out"


class FixedTransport(httpx.BaseTransport):
    """Transport that returns one value for every request."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.sent: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request.read())
        return httpx.Response(200, json=self.value)


RECURSIVE_FIELDS = {
    "a field": ("{next?: T0}", {"next": {"next": {}}}),
    "null": ("{next: T0?}", {"next": {"next": None}}),
    "a list": ("{all: list<T0>}", {"all": [{"all": []}, {"all": []}]}),
    "a map": ("{all: map<T0>}", {"all": {"x": {"all": {}}}}),
    "lists of maps of lists": ("{all: list<map<list<T0>>>}", {"all": [{"x": [{"all": []}]}]}),
    "JSON in a text": ("{inner?: text<T0>}", {"inner": '{"inner":"{}"}'}),
    "an object inside": ("{inner?: {fields: {back?: T0}}}", {"inner": {"back": {}}}),
    "a union": ("{one?: T0 | string}", {"one": {"one": "x"}}),
    "a tagged union": ("{any?: Any}", {"any": {"kind": "a", "back": {}}}),
}


@pytest.mark.parametrize("recursion", RECURSIVE_FIELDS)
def test_a_type_may_contain_itself(recursion: str, tmp_path: Path) -> None:
    fields, value = RECURSIVE_FIELDS[recursion]
    more = "  Any: {type: A | B, tag: kind}\n  A: {fields: {kind: string('a'), back?: T0}}\n  B: {fields: {kind: string('b'), any?: Any}}\n"
    with imported(
        generate_project(f"{ENDPOINT}types:\n  T0: {{fields: {fields}}}\n{more}", tmp_path), "shop"
    ) as shop:
        transport = FixedTransport(value)
        client = shop.Shop(transport=transport, strict=True)
        response = client.x.echo()
        assert isinstance(response, shop.models.x.T0)
        client.x.echo(value=response)
        assert json.loads(transport.sent[-1]) == {"value": value}


def test_a_cycle_of_a_hundred_types(tmp_path: Path) -> None:
    types = "".join(
        f"  T{n}: {{fields: {{next?: T{(n + 1) % 100}, back?: list<T{(n - 1) % 100}>}}}}\n"
        for n in range(100)
    )
    with imported(generate_project(f"{ENDPOINT}types:\n{types}", tmp_path), "shop") as shop:
        depth: dict[str, object] = {}
        for _ in range(150):
            depth = {"next": depth}
        value = shop.Shop(transport=FixedTransport(depth), strict=True).x.echo()
        for _ in range(150):
            value = value.next
        assert value.next is None


LINKS = {
    "a field": "{{fields: {{next?: T{m}, name: string(1..9)}}}}",
    "a required field": "{{fields: {{next: T{m}, name: string(1..9)}}}}",
    "a list": "{{fields: {{all?: list<T{m}>}}}}",
    "a tagged union": "{{fields: {{kind: string('{n}'), any?: U{m}}}}}",
    "a union": "{{fields: {{any?: map<string | T{m}>}}}}",
}


@pytest.mark.parametrize(
    ("link", "count"),
    [
        *(pytest.param(link, 1500 if link == "a field" else 700, id=link) for link in LINKS),
        pytest.param("a field", 5000, id="a field, 5,000", marks=pytest.mark.slow),
    ],
)
def test_a_long_chain_used_by_an_endpoint(link: str, count: int, tmp_path: Path) -> None:
    """A chain deeper than Python's recursion limit is generated, documented to its last field, and usable."""
    types = "".join(f"  T{n}: {LINKS[link].format(n=n, m=n + 1)}\n" for n in range(count))
    types += (
        "".join(f"  U{n}: {{type: T{n} | End, tag: kind}}\n" for n in range(1, count + 1))
        if link == "a tagged union"
        else ""
    )
    end = f"  T{count}: {{fields: {{kind: string('last'), last_of_all?: string}}}}\n  End: {{fields: {{kind: string('end')}}}}\n"
    project = generate_project(f"{ENDPOINT}types:\n{types}{end}", tmp_path)
    assert "last_of_all" in (project / "docs" / "en" / "x" / "echo.md").read_text("utf-8")
    with imported(project, "shop") as shop:
        shop.Shop(transport=FixedTransport({})).x.echo()


def test_samples_stay_small(tmp_path: Path) -> None:
    """Each type requires ten of the next: a complete sample would fill the disk."""
    needs = ", ".join(f"{letter}: T{{m}}" for letter in "abcdefghij")
    types = "".join(f"  T{n}: {{fields: {{{needs.format(m=n + 1)}}}}}\n" for n in range(12))
    project = generate_project(
        f"{ENDPOINT}types:\n{types}  T12: {{fields: {{z: integer}}}}\n", tmp_path
    )
    assert (project / "docs" / "en" / "x" / "echo.md").stat().st_size < 200_000


def test_the_deepest_list(tmp_path: Path) -> None:
    lists = "".join(f"  A{n}: {{type: {'list<' * 18}A{n - 1}{'>' * 18}}}\n" for n in range(1, 11))
    project = generate_project(
        f"{ENDPOINT}types:\n  T0: {{fields: {{all?: A10}}}}\n{lists}  A0: {{type: string}}\n",
        tmp_path,
    )
    with imported(project, "shop") as shop:
        shop.Shop(transport=FixedTransport({})).x.echo()


SHAPES = {
    "a chain": (f"{ENDPOINT}types:\n", "  T{n}: {{fields: {{next?: T{m}, name: string(1..9)}}}}\n"),
    "structures": (
        "types:\n",
        "  T{n}: {{fields: {{next?: T{m}, all: list<T{n}>, name: string(1..9)}}}}\n",
    ),
    "enumerations": ("types:\n", "  T{n}: {{enum: [A{n}, B]}}\n"),
    "named scalars": (
        "types:\n  All:\n    fields:\n      x: string\n",
        "  T{n}: {{type: string(1..{m}), title: Text {n}}}\n",
    ),
    "errors": ("errors:\n", "- {{status: 400, code: CODE_{n}, reason: It is {n}.}}\n"),
    "endpoints": (
        "endpoints:\n",
        "  e{n}: {{http: 'GET /e{n}/{{id}}', path: {{id: string}}, query: {{a?: string}}, responses: {{200: null}}}}\n",
    ),
    "fields": (
        "types:\n  T:\n    fields:\n",
        "      f{n}: {{type: string(..9), title: Field {n}}}\n",
    ),
    "values": ("types:\n  T:\n    enum:\n", "      V{n}: Value {n}\n"),
}


@pytest.mark.parametrize(
    ("shape", "few", "many"),
    [
        *(pytest.param(shape, 80, 320, id=shape) for shape in SHAPES),
        *(
            pytest.param(shape, 500, 5000, id=f"{shape}, 5,000", marks=pytest.mark.slow)
            for shape in SHAPES
        ),
    ],
)
def test_work_grows_linearly(
    shape: str, few: int, many: int, tmp_path: Path, figure: Figure
) -> None:
    """For the whole run, including documentation. Work is calls: seconds depend on what else runs."""
    head, row = SHAPES[shape]

    def work(count: int) -> int:
        text = head + "".join(row.format(n=n, m=(n + 1) % count or 1) for n in range(count))
        write({**API, **ORDER, "x.yaml": text}, tmp_path)
        return calls(lambda: files(load(tmp_path, "spec").api, "project"))

    work(20)
    base, small, large = work(20), work(few), work(many)
    figure(f"{few}: {small:,} calls, {many}: {large:,} calls")
    assert large - base < (small - base) * (many - 20) / (few - 20) * 1.2
