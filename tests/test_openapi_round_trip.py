"""Round trips: the import of an export has the model of the spec that was exported, in both versions of OpenAPI."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
import yaml
from tests.apis import user_schemes
from tests.bench.forms import FORMS
from tests.hostile.runs import SMALL
from tests.hostile.specs import Spec, attacks, write

from specloom.cli import main
from specloom.diagnostics import InvalidSpec
from specloom.exporters import openapi
from specloom.importers.openapi import import_document
from specloom.model import Api
from specloom.spec import load

ROOT = Path(__file__).parents[1]
SPECS = [
    *sorted((ROOT / "tests" / "cases").glob("*/spec")),
    *sorted((ROOT / "tests" / "apis").glob("*/spec")),
    ROOT / "specs" / "wechatpay",
    ROOT / "specs" / "weixin",
]
API: Mapping[str, Any] = {
    "specloom": 1,
    "package": "shop",
    "version": "1.0.0",
    "client": "Shop",
    "title": "Shop",
    "languages": ["en"],
    "hosts": ["https://api.example.com"],
}
DIFF = ROOT / "tests" / "cases" / "diff"
VERSIONS = ["3.1", "3.0"]
PLACES = {"location", "source"}
"""Where something is written, which another layout of the files changes."""


def normal(value: Any) -> Any:
    """Return a model as plain data, without places."""
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return {
            "": type(value).__name__,
            **{name: normal(each) for name, each in fields.items() if name not in PLACES},
        }
    if isinstance(value, Mapping):
        mapping = cast("Mapping[Any, Any]", value)
        return sorted(([normal(key), normal(each)] for key, each in mapping.items()), key=repr)
    if isinstance(value, list | tuple):
        return [normal(each) for each in cast("list[Any]", value)]
    return value


def round_trip(api: Api, version: str, folder: Path, language: str | None = None) -> Api:
    document = openapi.document(api, version, language or api.languages[0])  # type: ignore[arg-type]
    file = folder / "document.json"
    file.write_text(openapi.json_document(document), "utf-8")
    imported = import_document(file, api.package)
    assert imported.report.as_text().count("\n") == 1, imported.report.as_text()
    spec = folder / api.name
    for name, text in imported.texts.items():
        path = spec / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return load(spec).api


def leaves(value: Any, way: str = "") -> dict[str, object]:
    """Return each scalar of plain data by its place."""
    if not isinstance(value, dict | list):
        return {way: value}
    inner = cast("dict[object, Any] | list[Any]", value)
    parts = inner.items() if isinstance(inner, dict) else enumerate(inner)
    rows = (leaves(each, f"{way}.{key}") for key, each in parts)
    return {way: len(inner)} | {key: each for row in rows for key, each in row.items()}


def differences(one: Api, other: Api) -> list[str]:
    """Return what differs, and where."""
    mine, theirs = leaves(normal(one)), leaves(normal(other))
    keys = dict.fromkeys([*mine, *theirs])
    return [
        f"{key}: {mine.get(key)!r} != {theirs.get(key)!r}"
        for key in keys
        if (mine.get(key), key in mine) != (theirs.get(key), key in theirs)
    ]


@pytest.fixture(autouse=True, scope="module")
def schemes() -> Iterator[None]:
    """Provides the schemes of users that two specs have."""
    with user_schemes.installed():
        yield


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.relative_to(ROOT).as_posix())
def test_the_import_of_an_export_is_the_same_api(spec: Path, version: str, tmp_path: Path) -> None:
    api = load(spec).api
    assert differences(api, round_trip(api, version, tmp_path)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_in_the_second_language_too(version: str, tmp_path: Path) -> None:
    api = load(ROOT / "tests" / "cases" / "kitchen_sink" / "spec").api
    assert differences(api, round_trip(api, version, tmp_path, "zh")) == []


@pytest.mark.parametrize("construct", [name for name, form in FORMS.items() if form])
def test_of_all_forms(construct: str, tmp_path: Path) -> None:
    form = FORMS[construct]
    assert form is not None
    settings: dict[str, Any] = {**API} | (yaml.safe_load(form.api) or {})
    (tmp_path / "_api.yaml").write_text(json.dumps(settings), "utf-8")
    (tmp_path / "x.yaml").write_text(form.resource, "utf-8")
    api = load(tmp_path).api
    for version in VERSIONS:
        (tmp_path / version).mkdir()
        assert differences(api, round_trip(api, version, tmp_path / version)) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", sorted(each.name for each in DIFF.iterdir() if each.is_dir()))
def test_of_what_specs_change(case: str, tmp_path: Path) -> None:
    for side in ("old", "new"):
        folder = tmp_path / side / "spec"
        shutil.copytree(DIFF / case / side, folder)
        if not (folder / "_api.yaml").exists():
            shutil.copy(DIFF / "_api.yaml", folder)
        api = load(folder).api
        (tmp_path / side / "again").mkdir()
        again = round_trip(api, "3.1" if side == "old" else "3.0", tmp_path / side / "again")
        assert differences(api, again) == []


def test_of_hostile_texts(tmp_path: Path) -> None:
    spec, valid = Spec.read(SMALL), 0
    for seed in range(30):
        folder = tmp_path / str(seed)
        write(spec.files(attacks(spec, seed)), folder / "spec")
        try:
            api = load(folder / "spec").api
        except InvalidSpec:
            continue
        valid += 1
        (folder / "again").mkdir()
        assert differences(api, round_trip(api, "3.1", folder / "again")) == []
    assert valid > 5


def test_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = ROOT / "tests" / "cases" / "kitchen_sink" / "spec"
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(spec), "--out", "shop.yaml"]) == 0
    assert main(["import", "shop.yaml", "--api", "corner_shop"]) == 0
    again = load(tmp_path / "specs" / "corner_shop").api
    assert [each.path for each in again.all_resources()] == [
        each.path for each in load(spec).api.all_resources()
    ]
    assert main(["import", "shop.yaml", "--api", "corner_shop"]) == 0
    assert "is up to date" in capsys.readouterr().out


def test_an_edited_export_is_read_like_any_other_document(tmp_path: Path) -> None:
    api = load(ROOT / "tests" / "cases" / "paging" / "spec").api
    document = json.loads(openapi.json_document(openapi.document(api, "3.1", "en")))
    operations = [each for item in document["paths"].values() for each in item.values()]
    operations[0]["summary"] = "Edited"
    file = tmp_path / "document.json"
    file.write_text(json.dumps(document), "utf-8")
    assert not import_document(file, api.package).report.rows
    operations[0]["callbacks"] = {}
    file.write_text(json.dumps(document), "utf-8")
    (row,) = [
        each
        for each in import_document(file, api.package).report.rows
        if each.construct == "edited export"
    ]
    assert "`callbacks`" in row.message
    assert row.pointer.startswith("/paths/")
