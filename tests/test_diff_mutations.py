"""Mutations: each value in the model of the kitchen sink, mutated alone, is reported as a change, in both directions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace
from tests.generated import CASES

from specloom.diff import Spec, compare
from specloom.model import (
    Api,
    Field,
    Idempotency,
    NumberRange,
    Resource,
    Scheme,
    SourceLocation,
    Text,
    TypeName,
)
from specloom.spec import load

Mutation = tuple[str, Any]

NOT_COMPARED = {"location", "source", "shared", "resource"}
"""Derived, or about the files rather than about the API; an endpoint or event alone is never of another resource."""

NO_CHANGE = {
    "Api.name",  # the folder
    "Api.resources reversed",  # they are sorted by name
    "Resource.events reversed",
    "Resource.resources reversed",
    "Idempotency.optional",  # it follows from the fields of the key
    "File.media reversed",
    "Integer.literals reversed",
    "String.literals reversed",
    "Union.members reversed",
    "UnionType.members reversed",
}


def mutations(value: object, where: str) -> Iterator[Mutation]:
    """Yield all mutations of a value, each with the name of the mutated attribute."""
    match value:
        case SourceLocation() | TypeName():
            return
        case Text():
            yield where, Text(
                tuple((language, text + " indeed") for language, text in value.by_language)
                or (("en", "new"),)
            )
        case bool():
            yield where, not value
        case int() | Decimal():
            yield where, value + 1
        case str():
            yield where, value + "x"
        case tuple():
            yield from sequences(value, where)
        case dict():
            for key, inner in value.items():
                yield from (
                    (name, {**value, key: mutated}) for name, mutated in mutations(inner, where)
                )
        case Struct():
            for field in value.__struct_fields__:
                if field not in NOT_COMPARED and is_meaningful(value, field):
                    name = f"{type(value).__name__}.{field}"
                    yield from (
                        (at, replace(value, **{field: mutated}))
                        for at, mutated in mutations(getattr(value, field), name)
                    )
        case _:
            return


def sequences(value: tuple[object, ...], where: str) -> Iterator[Mutation]:
    for index, inner in enumerate(value):
        yield where, value[:index] + value[index + 1 :]
        yield from (
            (name, (*value[:index], mutated, *value[index + 1 :]))
            for name, mutated in mutations(inner, where)
        )
    if value[::-1] != value:
        yield f"{where} reversed", value[::-1]


def is_meaningful(value: object, attribute: str) -> bool:
    """Return whether another value of the attribute is possible and has a meaning."""
    match value:
        case NumberRange():
            end = {"above": value.minimum, "below": value.maximum}
            return end.get(attribute, value) is not None
        case Resource():
            return attribute != "path"  # of a resource and not of what it contains: no such spec
        case Field():
            return attribute != "style"  # has a meaning in queries and forms only
        case Idempotency(key=keys) if keys:
            return attribute != "kind"
        case Scheme():
            return attribute != "kind"
        case _:
            return True


def spec_of(api: Api) -> Spec:
    return Spec(api, "spec", {})


@pytest.fixture(scope="module")
def kitchen_sink() -> Api:
    return load(CASES / "kitchen_sink" / "spec", "spec").api


@pytest.fixture(scope="module")
def mutated(kitchen_sink: Api) -> list[Mutation]:
    return [(name, api) for name, api in mutations(kitchen_sink, "") if name not in NO_CHANGE]


def unreported(api: Api, mutated: list[Mutation]) -> list[str]:
    return [
        name
        for name, other in mutated
        if not (
            compare(spec_of(api), spec_of(other)).changes
            and compare(spec_of(other), spec_of(api)).changes
        )
    ]


def test_mutations_are_noticed(kitchen_sink: Api, mutated: list[Mutation]) -> None:
    """One mutation of each attribute, and a sample of the others."""
    one_of_each = list(dict(random.Random(1).sample(mutated, len(mutated))).items())
    assert len(one_of_each) > 60
    assert unreported(kitchen_sink, one_of_each + random.Random(2).sample(mutated, 50)) == []


@pytest.mark.slow
def test_all_mutations_are_noticed(kitchen_sink: Api, mutated: list[Mutation]) -> None:
    assert unreported(kitchen_sink, mutated) == []


@pytest.mark.parametrize(
    "folder",
    [
        CASES / "kitchen_sink" / "spec",
        *sorted(file.parent for file in (Path(__file__).parents[1] / "specs").glob("*/_api.yaml")),
    ],
    ids=str,
)
def test_a_spec_loaded_twice_has_no_changes(folder: Path) -> None:
    old, new = (load(folder, shown).api for shown in ("old", "new"))
    assert compare(spec_of(old), spec_of(new)).changes == ()


def test_several_changes_have_a_fixed_order(kitchen_sink: Api, mutated: list[Mutation]) -> None:
    for _, api in random.Random(3).sample(mutated, 20):
        first, second = (compare(spec_of(kitchen_sink), spec_of(api)) for _ in range(2))
        assert first == second
        assert list(first.changes) == sorted(
            first.changes,
            key=lambda change: ("breaking", "compatible", "documentation").index(change.class_),
        )
