"""Imports of OpenAPI documents: a case is a folder below `cases/import` with a document, the spec it becomes, and the report.

A new case needs no code: write the document, run `pytest tests/test_import_openapi.py --update`, and read what that wrote.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from tests import generated
from tests.generated import write
from tests.type_checkers import Mypy

from specloom.importers.openapi import NotOpenApi, import_document
from specloom.spec import load

CASES = Path(__file__).parent / "cases" / "import"
NAMES = sorted(path.name for path in CASES.iterdir())


def document_of(name: str) -> Path:
    return next((CASES / name).glob("document.*"))


@pytest.mark.parametrize("name", NAMES)
def test_documents_become_specs(name: str, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / name)
    imported = import_document(Path(document_of(name).name), name)
    report, expected = Path("report.txt"), Path("imported")
    if update:
        report.write_text(imported.report.as_text(), "utf-8")
        shutil.rmtree(expected, ignore_errors=True)
        expected.mkdir()
        for file, text in imported.texts.items():
            (expected / file).write_text(text, "utf-8")
    assert imported.report.as_text() == report.read_text("utf-8")
    assert imported.texts == {path.name: path.read_text("utf-8") for path in expected.iterdir()}
    assert load(expected).api.package == name


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_in_the_spec_or_in_the_report(name: str) -> None:
    imported = import_document(document_of(name), name)
    written = sum(
        len(content.get("endpoints", {}))
        for content in imported.files.values()
        if isinstance(content, dict)
    )
    lost = sum(row.construct == "operation" for row in imported.report.rows)
    assert written + lost >= imported.report.operations


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "specloom", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "100"},
    )


def test_an_import_is_generated_at_once(tmp_path: Path) -> None:
    shutil.copy(document_of("pets31"), tmp_path / "pets.yaml")
    result = run("import", "pets.yaml", "--api", "pet_hotel", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "next: read the report" in result.stdout
    assert run("generate", cwd=tmp_path).returncode == 0
    script = "from pet_hotel import PetHotel; from pet_hotel.auth import Bearer; PetHotel(token=Bearer('t')).pets.iter_list"
    client = tmp_path / "clients" / "pet_hotel"
    source = next(
        path.parent for path in client.rglob("client.py") if path.parent.name == "pet_hotel"
    )
    subprocess.run([sys.executable, "-c", script], cwd=source.parent, check=True)
    again = run("import", "pets.yaml", "--api", "pet_hotel", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert "specs/pet_hotel is up to date" in again.stdout


def test_the_report_is_json_for_programs(tmp_path: Path) -> None:
    shutil.copy(document_of("library20"), tmp_path / "library.yaml")
    result = run("import", "library.yaml", "--api", "library", "--format", "json", cwd=tmp_path)
    rows = json.loads(result.stdout)["rows"]
    assert {"file", "line", "pointer", "outcome", "construct", "message", "operations"} == {
        *rows[0]
    }
    assert all(row["line"] >= 1 for row in rows)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "neither"),
        ("[]", "neither"),
        ("{", "not valid"),
        ("a: b", "neither"),
        ("openapi: 4.0.0", "version 4.0.0"),
        ("openapi: 3.1.0\nx: " + "[" * 1000, "invalid YAML"),
        ('{"openapi": "3.1.0", "x": ' + "[" * 100_000, "nested"),
        ("openapi: 3.0.0\na: &a [x, *a]", "anchor"),
        (
            "a: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"b{n}: &a{n + 1} [{','.join([f'*a{n}'] * 10)}]\n" for n in range(9)),
            "aliases expand",
        ),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(NotOpenApi, match=reason):
        import_document(tmp_path / "x.yaml", "x")


def imported_of(tmp_path: Path, content: dict[str, object]) -> dict[str, str]:
    (tmp_path / "x.json").write_text(json.dumps({"openapi": "3.1.0", "info": {}} | content))
    return import_document(tmp_path / "x.json", "x").texts


def test_cycles_and_odd_values_become_valid_specs(tmp_path: Path) -> None:
    """References in circles, and values of wrong types wherever a document can have one."""
    schemas: dict[str, object] = {
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
        "C": {"allOf": [{"$ref": "#/components/schemas/C"}, {"properties": {"a": {}}}]},
        "D": {"oneOf": [{"$ref": "#/components/schemas/D"}, {"type": "string"}]},
        "E": {"type": "array", "items": {"$ref": "#/components/schemas/E"}},
        "F": {"required": ["f"], "properties": {"f": {"$ref": "#/components/schemas/F"}}},
        "G": 5,
        "H": {"type": ["string", 7], "enum": "x", "required": 3, "properties": []},
        "I": {"properties": {"": {}, "é": {"type": "integer"}, "ü": True, "a" * 300: {}}},
    }
    paths: dict[str, object] = {
        f"/{name}": {
            "get": {
                "parameters": "x",
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}
                        }
                    }
                },
            },
            "post": 3,
            "put": {"requestBody": [], "responses": None, "tags": [1], "security": "x"},
        }
        for name in schemas
    }
    texts = imported_of(tmp_path, {"paths": paths, "components": {"schemas": schemas}})
    assert "_api.yaml" in texts


def test_texts_of_a_document_stay_texts(tmp_path: Path) -> None:
    """A canary in every text of the document is nowhere but in a text: the spec is valid, and no key has it."""
    canary = "\"'`}}{{%x%*/ -->\n\u202e# &a *b !!python/object:os.system [k]: - \t\x00"
    operation: dict[str, object] = {
        "operationId": canary,
        "summary": canary,
        "description": canary,
        "tags": [canary],
        "parameters": [
            {
                "name": canary,
                "in": "query",
                "description": canary,
                "schema": {
                    "type": "string",
                    "enum": [canary, "b"],
                    "default": canary,
                    "pattern": canary,
                },
            }
        ],
        "responses": {
            "200": {
                "description": canary,
                "content": {
                    "application/json": {
                        "schema": {
                            "title": canary,
                            "properties": {canary: {"description": canary, "example": canary}},
                        }
                    }
                },
            },
            "404": {"description": canary},
        },
    }
    texts = imported_of(
        tmp_path,
        {
            "paths": {f"/{canary}/{{{canary}}}": {"post": operation}},
            "info": {"title": canary, "description": canary},
            "servers": [{"url": canary}],
        },
    )
    for text in texts.values():
        assert "\u202e" not in text
        assert "\x00" not in text


def test_defaults_with_invisible_characters_are_left_out(tmp_path: Path) -> None:
    """One such text must not cost the whole document."""
    field = {"type": "string", "default": "a\ufeffb"}
    operation = {"parameters": [{"name": "q", "in": "query", "schema": field}]}
    texts = imported_of(tmp_path, {"paths": {"/a": {"get": operation}}})
    assert "q?: string" in texts["a.yaml"]


def test_errors_may_have_bodies_with_the_names_of_exceptions(tmp_path: Path) -> None:
    """A schema `Error` is in most documents; the base class of all exceptions has this name, too."""
    write(Path(CASES, "library20", "imported"), tmp_path)
    with generated.imported(tmp_path, "library20") as package:
        assert package.errors.UnprocessableContent.__annotations__["body"] == "_Error | None"
        assert issubclass(package.errors.UnprocessableContent, package.errors.Error)


def test_mocks_return_null_for_any_json(tmp_path: Path) -> None:
    write(Path(CASES, "shop30", "imported"), tmp_path)
    with generated.imported(tmp_path, "shop30"):
        testing = import_module("shop30.testing")
        with testing.Shop30Mock().client() as client:
            assert client.search.get() is None


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_imports_are_strictly_typed_and_can_be_called(
    name: str, tmp_path: Path, mypy: Mypy
) -> None:
    write(Path(CASES, name, "imported"), tmp_path)
    result = mypy(name, cwd=tmp_path, path=[tmp_path])
    assert (result.returncode, result.stdout) == (0, "")
    calling = Path(__file__).parent / "bench" / "calling.py"
    called = subprocess.run(
        [sys.executable, calling, name, "100"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert called.returncode == 0, called.stdout + called.stderr


@pytest.mark.slow
def test_large_documents_are_converted_or_refused(tmp_path: Path) -> None:
    """50 MiB of one text, of values and of schemas: a spec or a message, and no other exception."""
    paths = {f"/p{n}": {"get": {"description": "x" * 5000}} for n in range(2000)}
    huge = "x" * (50 << 20)
    for content in (
        {"info": {"description": huge}, "paths": {}},
        {"paths": {}, "x-values": [[0] * 1000] * 5_000},
        {"paths": paths},
    ):
        (tmp_path / "x.json").write_text(json.dumps({"openapi": "3.1.0", "info": {}} | content))
        with suppress(NotOpenApi):
            import_document(tmp_path / "x.json", "x")
