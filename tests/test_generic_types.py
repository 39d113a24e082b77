"""Generic objects: each use is a class of its own, with a readable name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in, sent_by_curl, sent_by_python

API = """
specloom: 1
package: bills
version: 0.1.0
client: Bills
title: Bills
languages: [en, zh]
hosts: [https://bills.example]
auth: none
"""
TYPES = """
types:
  Page<T>:
    title: A page
    fields: {items: {type: list<T>, title: Entries}, next?: string, info?: {fields: {first: T?}}}
    extra: T
  Token: {type: string(..9), secret: true}
"""
INVOICES = """
title: Invoices
endpoints:
  list:
    http: GET /invoices
    responses: {200: Page<Invoice>}
    examples: [{response: {status: 200, body: {items: [{total: 5}], next: b, last: {total: 6}}}}]
  put:
    http: PUT /invoices
    body: {page: Page<Invoice>, names: Page<string(..9)>, box?: Box<Page<Invoice> | integer>, token?: Box<Token>}
    responses: {200: list<Box<list<Invoice>>>}
types:
  Invoice: {fields: {id?: {type: string, only: response}, total: integer}}
  Box<T>: {fields: {value: T}}
"""
PROGRAM = """
from collections.abc import Mapping, Sequence
from typing import assert_type

from bills import Bills, models


def totals(bills: Bills) -> list[int]:
    page = bills.invoices.list()
    assert_type(page, models.InvoicePage)
    assert_type(page.items, Sequence[models.Invoice])
    assert_type(page.extra, Mapping[str, models.Invoice])
    sent = models.InvoicePageRequest(items=[models.InvoiceRequest(total=5)])
    boxes = bills.invoices.put(page=sent, names=models.StringPage(items=["a"]), box=models.InvoicePageOrIntegerBoxRequest(value=5))
    assert_type(boxes[0].value, Sequence[models.Invoice])
    return [invoice.total for invoice in page.items]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bills")
    (folder / "spec").mkdir()
    for name, text in (("_api", API), ("_types", TYPES), ("invoices", INVOICES)):
        (folder / "spec" / f"{name}.yaml").write_text(text, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def package(project: Path) -> Iterator[ModuleType]:
    with imported(project, "bills") as package:
        import bills.testing

        assert bills.testing
        yield package


def test_each_use_is_a_class(package: ModuleType) -> None:
    models = package.models
    body = {"items": [{"id": "a", "total": 1}], "info": {"first": None}, "x": {"total": 2}}
    with (
        serving(http_response(200, json.dumps(body))) as server,
        package.Bills(hosts=[server.url], strict=True) as client,
    ):
        page = client.invoices.list()
    assert page == models.InvoicePage(
        items=[models.Invoice(id="a", total=1)],
        info=models.InvoicePageInfo(first=None),
        extra={"x": models.Invoice(total=2)},
    )


def test_the_mock_checks_the_argument_of_a_generic(package: ModuleType) -> None:
    models, mock = package.models, package.testing.BillsMock()
    page = models.InvoicePageRequest(items=[models.InvoiceRequest(total=1)])
    with mock.client(strict=True) as client:
        assert client.invoices.list().extra == {"last": models.Invoice(total=6)}
        boxes = client.invoices.put(
            page=page,
            names=models.StringPage(items=["a"]),
            box=models.InvoicePageOrIntegerBoxRequest(value=page),
            token=models.TokenBox(value="CANARY"),
        )
        assert isinstance(boxes[0], models.InvoiceListBox)
        assert "CANARY" not in repr(models.TokenBox(value="CANARY"))
        with pytest.raises(package.errors.InvalidRequest) as caught:
            client.invoices.put(page=page, names=models.StringPage(items=["a" * 10]))
        assert caught.value.field == "names.items[0]"


def test_pages_and_samples_show_the_fields(project: Path, package: ModuleType) -> None:
    page = (project / "docs" / "en" / "invoices" / "list.md").read_text("utf-8")
    assert "`total`" in page
    for name, curl, sample in samples_in(project):
        assert sent_by_curl(curl) == sent_by_python(sample, package, "Bills"), name
