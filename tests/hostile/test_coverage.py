"""Every text of the model, by class and field, and every place of the output where it appears (robustness A2).

`slots.txt` is the list, made from the code itself: marks are put into the texts of each field, and looked for in what is generated.
A new field, or a new place for an old one, fails here until it is in the list (`--update`) and keeps what is asked of all of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from specloom.model import Api
from specloom.spec import load
from specloom.targets import files

from .fragments import ALL, BACKSLASHES, QUOTES, UNSEEN
from .judges import complaints, tokens
from .marks import changed, fields, texts, together
from .runs import KITCHEN_SINK, SMALL, STREAMS

LIST = Path(__file__).parent / "slots.txt"
MARK = "zqz"
_NUMBER = re.compile(rf"{MARK}(\d+)q")
NOWHERE = {
    "Api.name": "used for an API without a title, which the language requires",
    "SourceLocation.path": "used in problems only",
    "Scheme.kind": "one of specloom.auth_schemes",
    "Text.by_language": "content of fields of type Text",
    "Value.json": "content of fields of type Value",
}
WORDS = {
    # What the schema of the language takes from a list or by a pattern, so that no other text can come here.
    "Api.languages": "a folder's name",
    "Endpoint.method": "a verb",
    "FileHash.algorithm": "a word of the language",
    "Scheme.name": "a name, which no other scheme and no option of a client has",
    "Api.auth": "names of schemes",
    "Endpoint.auth": "names of schemes",
}


APART = (
    # Fields whose texts must fit those of others, which therefore keep what they say meanwhile.
    {
        "Example.title",
        "Example.path",
        "Example.query",
        "Example.header",
        "Example.body",
        "Example.response",
    },
    {"Field.wire", "Resource.path"},
    {"EnumValue.value"},
)


@cache
def apis() -> tuple[Api, ...]:
    return tuple(load(folder, "spec").api for folder in (SMALL, KITCHEN_SINK, STREAMS))


def places() -> dict[str, set[str]]:
    """Return where the texts of each field appear: the kind of file, and of token."""
    places_by_field: dict[str, set[str]] = {field: set() for field in fields()}
    groups = dict.fromkeys(together(field) for field in fields() if field != "Scheme.kind")
    apart = [[group for group in groups if group & names] for names in APART]
    rest = [group for group in groups if not any(group in batch for batch in apart)]
    for api in apis():
        fields_with_text = {field for field in places_by_field if any(texts(api, field))}
        for batch in (rest, *apart):
            marked = api
            for number, group in enumerate(batch):
                marked = changed(marked, min(group), lambda text, number=number: f"{text}{MARK}{number}q")  # type: ignore[misc]
            for place, mark in _marks(marked):
                for field in batch[int(mark)] & fields_with_text:
                    places_by_field[field].add(place)
    return places_by_field


def _marks(api: Api) -> Iterator[tuple[str, str]]:
    """Yield every place with a mark, and its number."""
    for path, code in files(api, "project").items():
        yield from ((f"{_file(path)}: path", mark) for mark in _NUMBER.findall(str(path).lower()))
        if MARK in code.lower() and "_runtime" not in path.parts:
            yield from (
                (f"{_file(path)}: {kind}", mark)
                for kind, text in _kinds(path.suffix, str(code))
                for mark in _NUMBER.findall(text.lower())
            )


def _file(path: PurePosixPath) -> str:
    if path.parts[0] == "docs":
        return "docs index" if path.name == "index.md" else "docs page"
    if len(path.parts) == 1:
        return path.name
    return path.parts[1] if len(path.parts) > 2 else path.name


def _kinds(suffix: str, code: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in a file with their kinds."""
    match suffix:
        case ".py":
            yield from _python(code)
        case ".md":
            for token in tokens(code):
                yield "link", str(token.attrs.get("href", ""))
                if not token.children:
                    yield {"fence": "block", "code_inline": "code"}.get(
                        token.type, "text"
                    ), token.content
        case _:
            yield "text", code


def _python(code: str) -> Iterator[tuple[str, str]]:
    yield from (("comment", comment) for comment in re.findall(r"(?m)^\s*#.*", code))
    nodes = list(ast.walk(ast.parse(code)))
    prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant):
            yield "docstring" if id(node) in prose else "literal", str(node.value)
        else:
            yield "name", " ".join(
                value for _, value in ast.iter_fields(node) if isinstance(value, str)
            )


def take_any_text(names: list[str]) -> set[str]:
    """Return the fields where the targets accept any text; elsewhere they reject what is not a name.

    All fields of a list are tried at once, and each half of it if a text is rejected.
    """
    found: set[str] = set()
    for number, api in enumerate(apis()):
        here = [
            name
            for name in names
            if number == next((n for n, each in enumerate(apis()) if texts(each, name)), 0)
        ]
        found |= _accepted(api, here)
    return found


def _accepted(api: Api, names: list[str]) -> set[str]:
    hostile = api
    for name in names:
        hostile = changed(hostile, name, lambda text: f'{text} """')
    try:
        files(hostile, "project")
    except (ValueError, StopIteration, AssertionError):
        half = len(names) // 2
        return _accepted(api, names[:half]) | _accepted(api, names[half:]) if half else set()
    return {*names}


def free() -> list[str]:
    return [
        line.split(" = ")[0]
        for line in LIST.read_text("utf-8").splitlines()
        if " = any text; " in line
    ]


def test_the_list_is_complete(update: bool) -> None:
    rows: list[str] = []
    free_fields = take_any_text(
        [field for field in fields() if field not in NOWHERE and field not in WORDS]
    )
    for field, found in places().items():
        assert bool(found) is (
            field not in NOWHERE
        ), f"no spec says anything in {field}, or no target uses it; or one does now"
        if field in NOWHERE:
            continue
        form = "a word" if field in WORDS else "any text" if field in free_fields else "a name"
        rows.append(f"{field} = {form}; {', '.join(sorted(found))}\n")
    if update:
        LIST.write_text("".join(rows), "utf-8")
    assert "".join(rows) == LIST.read_text("utf-8")
    assert not NOWHERE.keys() - set(fields())


def test_every_text_of_the_model_is_in_a_hostile_spec() -> None:
    """So the attacks on specs reach every field, not only changes of the model."""
    assert [
        field
        for field in fields()
        if field not in NOWHERE and not any(texts(api, field) for api in apis())
    ] == []


@pytest.mark.parametrize(
    "fragment",
    [
        *(QUOTES[0], QUOTES[2], BACKSLASHES[0], UNSEEN[0]),
        *(
            pytest.param(fragment, marks=pytest.mark.slow)
            for fragment in (QUOTES[1], *BACKSLASHES[1:3], *UNSEEN[1:4])
        ),
    ],
)
def test_any_text_in_all_fields_at_once(fragment: str) -> None:
    """Including texts that the language rejects: the makers of code do not rely on it."""
    api = apis()[0]
    for field in free():
        if field not in ("Field.wire", "EnumValue.value", "Link.url", "Host.url"):
            api = changed(api, field, lambda text: f"{text}{fragment}")
    assert complaints(files(api, "project"), api, {}) == []


@pytest.mark.slow
@pytest.mark.parametrize("fragment", ALL)
def test_any_text_alone_in_every_field(fragment: str) -> None:
    """A few fields at a time, so that one effect cannot hide another."""
    before = files(apis()[0], "project")
    every = [
        field for field in free() if fragment.strip() or not field.endswith(".notes")
    ]  # blank notes have no heading
    for start in range(6):
        api = apis()[0]
        for field in every[start::6]:
            api = changed(api, field, lambda text: fragment)
        assert complaints(files(api, "project"), api, before) == [], every[start::6]


@pytest.mark.slow
@pytest.mark.parametrize(
    "field", [field for field in fields() if field not in NOWHERE and field not in WORDS]
)
def test_a_text_that_is_not_a_name_is_rejected(field: str) -> None:
    """Where a name is required, any text yields the name itself, something harmless or an error."""
    if field in free():
        return
    for fragment in (each for each in ALL if not each.isidentifier()):
        try:
            api = changed(apis()[0], field, lambda text, fragment=fragment: fragment)  # type: ignore[misc]
            generated = files(api, "project")
        except (ValueError, StopIteration, AssertionError, LookupError):
            continue
        assert complaints(generated, api, {}) == [], fragment
