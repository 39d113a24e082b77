"""Nested objects and lists in forms and queries, as payment services accept them: the requests of the generated client match written-out
pairs, by the standard library's parser, and by a reading of the brackets that knows nothing of types.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in, sent_by_curl, sent_by_python

API = """
specloom: 1
package: till
version: 0.1.0
client: Till
title: Till
languages: [en, zh]
hosts: [https://till.example]
auth: none
"""
RESOURCE = """
title: Sessions
endpoints:
  create:
    http: POST /sessions
    form:
      mode: string
      line_items?: {type: list<LineItem>, style: brackets}
      metadata?: {type: map<string>, style: brackets}
      expand?: {type: list<string>, style: brackets}
      shipping?: {style: deep, fields: {address: Address, carriers?: list<string>, stops?: list<Address>}}
      labels?: {type: map<map<string>>, style: deep}
      matrix?: {type: list<list<integer>>, style: brackets}
      payer?: {type: Payer, style: brackets}
      note?: {type: string | list<Address>, style: brackets}
    responses: {200: {body: {ok: boolean}}}
  search:
    http: GET /sessions
    query:
      where?: {style: brackets, fields: {ids?: list<integer>, any?: list<Condition>}}
      by?: {type: map<Condition>, style: deep}
    responses: {200: {body: {ok: boolean}}}
types:
  LineItem: {fields: {price?: string, quantity?: integer(1..), price_data?: PriceData}}
  PriceData: {fields: {currency: string, unit_amount: integer, product_data?: {fields: {name: string, images?: list<string>, metadata?: map<string>}}}}
  Address: {fields: {line1?: string, country?: string(2..2), within?: Address}}
  Payer: {type: Person | Company, tag: kind}
  Person: {fields: {kind: string('person'), born?: date}}
  Company: {fields: {kind: string('company'), branches?: list<Address>}}
  Condition: {fields: {column: string, above?: decimal, since?: datetime(unix)}}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("till")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "sessions.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def package(project: Path) -> Iterator[ModuleType]:
    with imported(project, "till") as package:
        import till.testing

        assert till.testing
        yield package


def session(models: Any) -> dict[str, Any]:
    """Return one value of each kind of nesting."""
    first = models.LineItem(
        quantity=2,
        price_data=models.PriceData(
            currency="eur",
            unit_amount=1050,
            product_data=models.PriceDataProductData(
                name="Tee & Kanne",
                images=["https://a.example/1?x=[y]", "2"],
                metadata={"sku of": "é"},
            ),
        ),
    )
    return {
        "mode": "payment",
        "line_items": [first, models.LineItem(price="price_1")],
        "metadata": {"order_id": "6735", "a.b": "="},
        "expand": ["customer", "invoice.subscription"],
        "shipping": models.CreateRequestShipping(
            address=models.Address(line1="1 Main St", within=models.Address(country="DE")),
            carriers=["a", "b"],
            stops=[models.Address(country="FR")],
        ),
        "labels": {"de": {"x": "1"}, "en": {"x": "2", "y": "3"}},
        "matrix": [[1, 2], [3]],
        "payer": models.Company(branches=[models.Address(country="AT"), models.Address(line1="")]),
        "note": [models.Address(country="CH")],
    }


PAIRS = [
    ("mode", "payment"),
    ("line_items[0][quantity]", "2"),
    ("line_items[0][price_data][currency]", "eur"),
    ("line_items[0][price_data][unit_amount]", "1050"),
    ("line_items[0][price_data][product_data][name]", "Tee & Kanne"),
    ("line_items[0][price_data][product_data][images][]", "https://a.example/1?x=[y]"),
    ("line_items[0][price_data][product_data][images][]", "2"),
    ("line_items[0][price_data][product_data][metadata][sku of]", "é"),
    ("line_items[1][price]", "price_1"),
    ("metadata[order_id]", "6735"),
    ("metadata[a.b]", "="),
    ("expand[]", "customer"),
    ("expand[]", "invoice.subscription"),
    ("shipping[address][line1]", "1 Main St"),
    ("shipping[address][within][country]", "DE"),
    ("shipping[carriers]", "a"),
    ("shipping[carriers]", "b"),
    ("shipping[stops][0][country]", "FR"),
    ("labels[de][x]", "1"),
    ("labels[en][x]", "2"),
    ("labels[en][y]", "3"),
    ("matrix[0][]", "1"),
    ("matrix[0][]", "2"),
    ("matrix[1][]", "3"),
    ("payer[kind]", "company"),
    ("payer[branches][0][country]", "AT"),
    ("payer[branches][1][line1]", ""),
    ("note[0][country]", "CH"),
]


def parsed(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, strict_parsing=True)


def test_a_nested_form_is_sent_in_brackets(package: ModuleType) -> None:
    with (
        serving(http_response(200, '{"ok": true}')) as server,
        package.Till(hosts=[server.url]) as client,
    ):
        client.sessions.create(**session(package.models))
        conditions = [
            package.models.Condition(column="a&b", above=1),
            package.models.Condition(column="c"),
        ]
        client.sessions.search(
            where=package.models.SearchWhere(ids=[1, 2], any=conditions), by={"x y": conditions[1]}
        )
        form, query = server.received
    assert form.header("content-type") == "application/x-www-form-urlencoded"
    assert parsed(form.body.decode("ascii")) == PAIRS
    assert form.body.startswith(b"mode=payment&line_items%5B0%5D%5Bquantity%5D=2&")
    assert parsed(urlsplit(query.target).query) == [
        ("where[ids][]", "1"),
        ("where[ids][]", "2"),
        ("where[any][0][column]", "a&b"),
        ("where[any][0][above]", "1"),
        ("where[any][1][column]", "c"),
        ("by[x y][column]", "c"),
    ]


def test_the_mock_parses_and_checks_a_nested_form(package: ModuleType) -> None:
    mock = package.testing.TillMock()
    with mock.client(strict=True) as client:
        call = package.calls.sessions.create(**session(package.models))
        client.send(call)
        assert mock.calls[-1].body == call.body
        call = package.calls.sessions.search(by={"x": package.models.Condition(column="c")})
        client.send(call)
        assert dict(mock.calls[-1].arguments)["by"] == {"x": package.models.Condition(column="c")}
    wrong = {
        "mode=m&line_items[0][quantity]=0": "line_items/0/quantity",
        "mode=m&line_items[0][quantity]=2&line_items[1][quantity]=x": "line_items/1/quantity",
        "mode=m&labels[de]=1": "labels/de",
        "mode=m&shipping[address][country]=DEU": "shipping/address/country",
        "mode=m&payer[kind]=pet": "payer/kind",
    }
    unheard = [
        "line_items[1][price]=gap",
        "line_items[][price]=1",
        "line_items[0=1",
        f"shipping[address]{'[within]' * 5000}=1",
    ]
    with httpx.Client(
        transport=mock.transport, headers={"Content-Type": "application/x-www-form-urlencoded"}
    ) as raw:
        for body, place in wrong.items():
            refused = raw.post("https://till.example/sessions", content=body)
            assert (refused.status_code, place in refused.text) == (400, True), (body, refused.text)
        for body in unheard:
            assert raw.post(
                "https://till.example/sessions", content=f"mode=m&{body}"
            ).status_code in (200, 400)
            assert mock.calls[-1].body.line_items is None


def test_values_that_brackets_cannot_encode_are_rejected(package: ModuleType) -> None:
    models, errors, create = package.models, package.errors, package.calls.sessions.create
    for arguments, field in (
        ({"metadata": {"a]b": "1"}}, "metadata"),
        ({"metadata": {"": "1"}}, "metadata"),
        ({"labels": {"de": {"a[": "1"}}}, "labels.de"),
        ({"line_items": [models.LineItem(price="1"), models.LineItem()]}, "line_items[1]"),
        ({"matrix": [[1], []]}, "matrix[1]"),
    ):
        with pytest.raises(errors.InvalidRequest) as caught:
            create(mode="m", **arguments)
        assert caught.value.field == field, arguments
    with pytest.raises(errors.InvalidRequest) as caught:
        package.calls.sessions.search(by={"]": models.Condition(column="x")})
    assert caught.value.field == "by"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ADDRESSES = st.recursive(
    st.fixed_dictionaries({"country": st.sampled_from(["DE", "FR"])}, optional={"line1": TEXT}),
    lambda inner: st.fixed_dictionaries({"within": inner}, optional={"line1": TEXT}),
    max_leaves=4,
)
KEYS = TEXT.filter(lambda key: bool(key) and "[" not in key and "]" not in key)


def read_back(pairs: list[tuple[str, str]]) -> Any:
    """Return the tree of names in brackets."""
    tree: dict[str, Any] = {}
    for name, text in pairs:
        first, *rest = name.split("[")
        way = [first, *(part.removesuffix("]") for part in rest)]
        at = tree
        for part in way[:-1]:
            at = at.setdefault(part, {})
        if way[-1]:
            at[way[-1]] = text
        else:
            at[str(len(at))] = text
    return listed(tree)


def listed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    inner = {key: listed(one) for key, one in tree.items()}
    return list(inner.values()) if [*inner] == [str(at) for at in range(len(inner))] else inner


@settings(max_examples=200, deadline=None)
@given(
    items=st.lists(st.fixed_dictionaries({"price": TEXT}), min_size=1, max_size=12),
    branches=st.lists(ADDRESSES, min_size=1, max_size=3),
    metadata=st.dictionaries(
        KEYS.filter(lambda key: not key.isdigit()), TEXT, min_size=1, max_size=3
    ),
)
def test_any_nested_value_is_received_unchanged(
    items: Any, branches: Any, metadata: Any, package: ModuleType
) -> None:
    models = package.models
    call = package.calls.sessions.create(
        mode="m",
        line_items=msgspec.convert(items, list[models.LineItem]),
        metadata=metadata,
        payer=models.Company(branches=msgspec.convert(branches, list[models.Address])),
    )
    mock = package.testing.TillMock()
    mock.client(strict=True).send(call)
    assert mock.calls[-1].body == call.body
    sent = mock.calls[-1].request.body.decode("ascii")
    assert read_back(parsed(sent)) == {
        "mode": "m",
        "line_items": items,
        "metadata": metadata,
        "payer": {"kind": "company", "branches": branches},
    }


def test_pages_show_the_notation_and_samples_send_it(
    project: Path, package: ModuleType, tmp_path: Path
) -> None:
    page = (project / "docs" / "en" / "sessions" / "create.md").read_text("utf-8").replace("\\", "")
    for text in (
        "`line_items[0][price]=…&line_items[0][quantity]=…&line_items[1][price]=…&line_items[1][quantity]=…`",
        "`metadata[…]=…`",
        "`expand[]=…&expand[]=…`",
        "`labels[…][…]=…`",
        "`matrix[0][]=…&matrix[0][]=…&matrix[1][]=…&matrix[1][]=…`",
    ):
        assert text in page, text
    for name, curl, sample in samples_in(project):
        assert sent_by_curl(curl) == sent_by_python(sample, package, "Till"), name
