"""Wire values and spec texts: unchanged in docstrings and pages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specloom.code import markdown
from specloom.model import (
    Boolean,
    DateTime,
    Field,
    Integer,
    ListOf,
    Number,
    NumberRange,
    String,
    Text,
    Type,
    Value,
)
from specloom.targets.descriptions import about, limits

VALUES = st.from_regex(r"[A-Za-z0-9+]([A-Za-z0-9/._+-]{0,20}[A-Za-z0-9])?", fullmatch=True)
LANGUAGES = st.sampled_from(["en", "zh", "de"])


def field(
    type: Type,
    *,
    title: str = "",
    description: str = "",
    default: Value | None = None,
    secret: bool = False,
) -> Field:
    texts = (Text((("en", text),)) if text else Text() for text in (title, description))
    return Field("a", "a", type, False, *texts, default=default, secret=secret)


@given(VALUES, VALUES, VALUES, VALUES, LANGUAGES)
def test_values_of_a_spec_are_not_formatted_as_prose(
    one: str, other: str, title: str, description: str, language: str
) -> None:
    types = {
        String(literals=(one,)): [one],
        String(literals=(one, other)): [one, other],
        String(pattern=one): [one],
    }
    for type, shown in types.items():
        assert all(f"`{value}`" in " ".join(limits(type, language)) for value in shown)
        # With no title before it the sentence begins with the phrase, or with the value.
        assert about(field(ListOf(type), default=Value(other)), language).endswith(
            (f": `{other}`.", f"：`{other}`。")
        )
    assert about(field(String(), title=title, description=description), language).startswith(title)
    assert f" {description}" in f" {about(field(String(), description=description), language)}"


@pytest.mark.parametrize(
    ("value_field", "expected"),
    [
        (field(String(), default=Value("asc")), "Default: `asc`."),
        (
            field(String(), title="openid of the user", default=Value("a.")),
            "openid of the user. Default: `a.`.",
        ),
        (field(String(literals=("application/vnd.a+json",))), "Always `application/vnd.a+json`."),
        (
            field(String(literals=("", " a  b", "`")), default=Value("")),
            'One of `""`, `" a \\u0020b"`, `` ` ``. Default: `""`.',
        ),
        (
            field(Number(NumberRange(Decimal("0.10")), exact=True), default=Value(Decimal("0.10"))),
            "At least `0.10`. Default: `0.10`.",
        ),
        (field(ListOf(Number(exact=True)), default=Value([Decimal("0.10")])), "Default: `[0.10]`."),
        (field(Integer(literals=(0, 7)), default=Value(7)), "One of `0`, `7`. Default: `7`."),
        (field(Boolean(True), default=Value(True)), "Always `true`. Default: `true`."),
        (field(DateTime("%d%b")), "Format `%d%b`, for example `01Jan`, without a time zone."),
        (
            field(String(), default=Value("hunter2"), secret=True),
            "Secret (redacted in logs and errors).",
        ),
    ],
)
def test_values_are_shown_as_on_the_wire(value_field: Field, expected: str) -> None:
    assert about(value_field, "en") == expected


@given(VALUES)
def test_pages_show_limits_as_code(value: str) -> None:
    assert markdown.text(limits(String(literals=(value,)), "en")[0]) == f"always `{value}`"
