"""Documents of OpenAPI that are damaged at random: an import is a valid spec or a clear refusal, and texts stay texts."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specloom.importers.openapi import Imported, NotOpenApi, import_document
from specloom.spec import load

CASES = sorted((Path(__file__).parent / "cases" / "import").glob("*/document.*"))
DOCUMENTS = [yaml.safe_load(path.read_text("utf-8")) for path in CASES]
CANARY = "CANARY\"'`}}{{%x%*/ -->\n# &a *b ${x} [k]: - \\"
ODD: list[Any] = [
    None,
    True,
    -1,
    1e300,
    10**40,
    "",
    " ",
    "x" * 300,
    "../../x",
    "#/components/schemas/None",
    "class",
    "__init__",
    "{a}/{a}",
    "\u202e\x00\ud7ff",
    "\ufeff 名",
    CANARY,
    [],
    {},
    [[]],
    [None, 1, "a", {}],
    {"": {}},
    {CANARY: CANARY},
    {"$ref": "#"},
    {"$ref": "#/paths"},
    {"$ref": 3},
    {"type": ["object", "array", "null"], "items": {"$ref": "#"}},
    {"allOf": [{"$ref": "#"}, {"oneOf": [3]}]},
]


def is_collection(value: Any) -> bool:
    return isinstance(value, dict | list)


def keys_of(collection: Any) -> list[Any]:
    return [*range(len(collection))] if hasattr(collection, "append") else [*collection]


def positions(root: Any) -> list[tuple[Any, Any]]:
    """Return each collection of a document with each of its keys or indexes."""
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [root]
    while waiting:
        parent = waiting.pop()
        found += [(parent, key) for key in keys_of(parent)]
        waiting += [parent[key] for key in keys_of(parent) if is_collection(parent[key])]
    return found


def damage(document: Any, kind: str, draw: Any) -> None:
    """Change one value: replace it by an odd one or by another part of the document, delete it, or give it another name."""
    places = [
        place
        for place in positions(document)
        if place[0] is not document or place[1] not in {"openapi", "swagger"}
    ]
    parent, key = places[int(draw(st.integers(0, len(places) - 1)))]
    if kind == "odd":
        parent[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    elif kind == "moved":
        other, other_key = places[int(draw(st.integers(0, len(places) - 1)))]
        parent[key] = copy.deepcopy(other[other_key])
    elif kind == "deleted" or isinstance(parent, list):
        del parent[key]
    else:
        name = draw(st.sampled_from([each for each in ODD if isinstance(each, str)]))
        parent[name] = parent[key]


def imported(document: Any) -> Imported | None:
    """Return the import of a document whose spec is read again; None if the document is refused."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "x.json")
        path.write_text(json.dumps(document), "utf-8")
        try:
            found = import_document(path, "x")
        except NotOpenApi:
            return None
        spec = Path(name, "spec")
        spec.mkdir()
        for file, text in found.texts.items():
            assert Path(file).name == file
            (spec / file).write_text(text, "utf-8")
        load(spec, "spec")
        return found


def check(data: st.DataObject) -> None:
    """Damage a document up to four times, and import it."""
    document = copy.deepcopy(data.draw(st.sampled_from(DOCUMENTS)))
    kinds = st.lists(
        st.sampled_from(("odd", "moved", "deleted", "renamed")), min_size=1, max_size=4
    )
    for kind in data.draw(kinds):
        if positions(document):
            damage(document, kind, data.draw)
    found = imported(document)
    assert found is not None, "a damaged document is still one"
    resources: list[Any] = [each for each in found.files.values() if isinstance(each, dict)]
    written = sum(len(each.get("endpoints", {})) for each in resources)
    lost = sum(row.construct == "operation" for row in found.report.rows)
    assert written + lost >= found.report.operations


@given(st.data())
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_damaged_documents_become_valid_specs(data: st.DataObject) -> None:
    check(data)


@pytest.mark.slow
@given(st.data())
@settings(
    max_examples=2000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_many_damaged_documents_become_valid_specs(data: st.DataObject) -> None:
    check(data)
