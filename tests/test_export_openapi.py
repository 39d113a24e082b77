"""`specloom export`: an independent validator accepts the document of every spec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from tests.bench.forms import FORMS
from tests.hostile.runs import SMALL
from tests.hostile.specs import Spec, attacks, write

from specloom.cli import main
from specloom.diagnostics import InvalidSpec
from specloom.exporters import openapi
from specloom.spec import load

ROOT = Path(__file__).parents[1]
SPECS = [
    *sorted((ROOT / "tests" / "cases").glob("*/spec")),
    ROOT / "specs" / "wechatpay",
    ROOT / "specs" / "weixin",
]
VALIDATORS = {"3.1": OpenAPIV31SpecValidator, "3.0": OpenAPIV30SpecValidator}


def exported(spec: Path, out: Path, *options: str) -> Any:
    assert main(["export", str(spec), "--out", str(out), *options]) == 0
    text = out.read_text("utf-8")
    return json.loads(text) if out.suffix == ".json" else yaml.safe_load(text)


@pytest.mark.parametrize("version", VALIDATORS)
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.relative_to(ROOT).as_posix())
def test_documents_are_valid(spec: Path, version: str, tmp_path: Path) -> None:
    document = exported(spec, tmp_path / "api.json", "--openapi", version)
    VALIDATORS[version](document).validate()
    as_yaml = exported(spec, tmp_path / "api.yaml", "--openapi", version)
    assert as_yaml == document


API = {
    "specloom": 1,
    "package": "shop",
    "version": "1.0.0",
    "client": "Shop",
    "title": "Shop",
    "languages": ["en"],
    "hosts": ["https://api.example.com"],
}


@pytest.mark.parametrize("construct", [name for name, form in FORMS.items() if form])
def test_documents_of_all_forms_are_valid(construct: str, tmp_path: Path) -> None:
    form = FORMS[construct]
    assert form is not None
    api = API | (yaml.safe_load(form.api) or {})
    (tmp_path / "_api.yaml").write_text(yaml.safe_dump(api), "utf-8")
    (tmp_path / "x.yaml").write_text(form.resource, "utf-8")
    model = load(tmp_path).api
    for version, validator in VALIDATORS.items():
        document = openapi.document(model, version, "en")  # type: ignore[arg-type]
        validator(json.loads(openapi.json_document(document))).validate()


def test_two_endpoints_of_one_route_and_all_languages_are_written(tmp_path: Path) -> None:
    streams = exported(ROOT / "tests" / "cases" / "streams" / "spec", tmp_path / "s.json")
    kinds = {
        media
        for item in streams["paths"].values()
        for operation in item.values()
        for response in operation["responses"].values()
        for media in response.get("content", ())
    }
    assert {"text/event-stream", "application/x-ndjson"} <= kinds
    shop = ROOT / "tests" / "cases" / "kitchen_sink" / "spec"
    in_zh = exported(shop, tmp_path / "zh.yaml", "--language", "zh")
    assert in_zh["info"]["title"] == "街角小店"
    assert in_zh["info"]["x-specloom-texts"]["en"]["title"] == "Corner Shop"
    assert "order.paid" in in_zh["webhooks"]
    orders = in_zh["components"]["schemas"]["Payment"]
    assert orders["discriminator"]["mapping"]["debit"] == "#/components/schemas/CardPayment"
    create = in_zh["paths"]["/orders"]["post"]
    assert create["x-specloom-idempotency"]["ask"] == "orders.query"
    assert "ORDER_EXISTS" in create["responses"]["409"]["description"]


def test_an_unknown_language_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(ROOT / "specs" / "weixin"), "--language", "fr"]) == 2
    assert "its languages are en, zh" in capsys.readouterr().err


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """Whatever a spec may contain, the document is valid, and YAML and JSON say the same."""
    spec, valid = Spec.read(SMALL), 0
    for seed in range(30):
        folder = tmp_path / str(seed)
        write(spec.files(attacks(spec, seed)), folder)
        try:
            api = load(folder).api
        except InvalidSpec:
            continue
        valid += 1
        document = openapi.document(api, "3.1", api.languages[0])
        read = json.loads(openapi.json_document(document))
        assert yaml.safe_load(openapi.yaml_document(document)) == read
        OpenAPIV31SpecValidator(read).validate()
    assert valid > 5
