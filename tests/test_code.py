"""Makers of code: any text becomes one token that evaluates to the text."""

from __future__ import annotations

import ast
import inspect
import json as json_parser
import tomllib
from decimal import Decimal

import black
import jinja2
import pytest
from black.mode import TargetVersion
from hypothesis import given
from hypothesis import strategies as st

from specloom import render as rendering
from specloom.code import Python, json, prose, python, toml
from specloom.code.base import indent, join
from specloom.code.python.docstrings import columns
from specloom.render import UnsafeOutput

HOSTILE = [
    '"""',
    "'''",
    "\\",
    "\\\\",
    '"',
    "'",
    "{{ x }}",
    "{% x %}",
    "#",
    "\n",
    "\r\n",
    "\t",
    "\x00",
    "\x0c",
    "\u2028",
    "\x85",
    "\\N{",
    "\u3000",
    "发票",
    "\ud800",
    "😀",
]
texts = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8)), max_size=12).map("".join)
printable = texts.filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))
values = st.recursive(
    st.one_of(
        texts,
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(texts, inner, max_size=3),
        st.tuples(inner),
        st.tuples(inner, inner),
    ),
    max_leaves=6,
)
json_values = st.recursive(
    st.one_of(printable, st.integers(), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(printable, inner, max_size=3)
    ),
    max_leaves=5,
)
MODE = black.Mode(target_versions={TargetVersion.PY311})


@given(values)
def test_a_literal_evaluates_to_its_value(value: object) -> None:
    assert ast.literal_eval(python.literal(value)) == value


@given(st.one_of(printable, st.floats(allow_nan=False, allow_infinity=False), st.integers()))
def test_black_does_not_change_literals(value: object) -> None:
    module = f"x = {python.literal(value)}\n"
    assert black.format_str(module, mode=MODE) == module


def test_a_tuple_of_one_keeps_its_comma_at_any_width() -> None:
    for length in range(70, 100):
        assert ast.literal_eval(python.literal(("x" * length,))) == ("x" * length,)


def test_only_some_types_have_literals() -> None:
    assert python.literal(Decimal("1.10")) == 'Decimal("1.10")'
    for value in (float("nan"), float("inf"), object(), b"bytes"):
        with pytest.raises((ValueError, TypeError)):
            python.literal(value)


@given(printable, st.sampled_from([0, 4, 8]))
def test_a_docstring_contains_its_text(text: str, indentation: int) -> None:
    """Except for line breaks, which depend on the width, and surrounding white space, which docstrings lose."""
    docstring = python.docstring(text, indentation)
    body = indent(docstring, 4)
    namespace: dict[str, object] = {}
    exec(compile(f"def f():\n    {body}\n", "docstring", "exec", dont_inherit=True), namespace)
    text_of_docstring = inspect.getdoc(namespace["f"]) or ""
    assert "".join(text_of_docstring.split()) == "".join(text.split())


@given(printable)
def test_black_does_not_change_docstrings(text: str) -> None:
    if not text.split():
        return
    module = f"def f():\n    {indent(python.docstring(text, 4), 4)}\n    return 1\n"
    assert black.format_str(module, mode=MODE) == module


def test_docstrings_are_wrapped_with_hanging_indents() -> None:
    text = (
        "Title.\n\nArgs:\n    name: "
        + "word " * 30
        + "\n\n"
        + "商户对已开具的电子发票进行冲红，" * 8
    )
    lines = python.docstring(text, 8).split("\n")
    assert max(columns(line) for line in lines) <= 80
    assert sum(line.startswith("        word") for line in lines) >= 2
    assert not any(line.startswith(("，", "。")) for line in lines)


@given(printable)
def test_a_toml_string_parses_to_its_value(text: str) -> None:
    assert tomllib.loads(f"x = {toml.string(text)}\n") == {"x": text}


@given(st.dictionaries(printable, json_values, max_size=4))
def test_json_has_one_member_per_line(values: dict[str, object]) -> None:
    text = json.rows(values)
    assert json_parser.loads(text) == values
    assert len(text.split("\n")) == max(1, len(values)) + 3


def test_json_keeps_all_digits() -> None:
    text = json.rows({"a": [Decimal("0.10"), {"b": Decimal("1E+400")}, 10**30]})
    assert text == '{\n"a": [0.10, {"b": 1E+400}, 1000000000000000000000000000000]\n}\n'


@pytest.mark.parametrize("name", ["class", "a b", "a;b", "", "1a", "é", "a\n", "__import__('os')"])
def test_invalid_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="invalid Python name"):
        python.identifier(name)


@pytest.mark.parametrize(
    "leak",
    [
        "{{ text }}",
        "{{ code ~ text }}",
        "{{ code + text }}",
        "{{ '%s' | format(text) }}",
        "{{ code.format(text) }}",
        "{{ code.replace('x', text) }}",
        "{{ code[0:1] }}",
        "{{ [text] | join(comma) }}",
        "{{ [code, text] | join(comma) }}",
        "{{ text | indent(4) }}",
        "{% macro m() %}{{ code }}{% endmacro %}{{ m() }}",
        "{% set x %}{{ text }}{% endset %}{{ x }}",
        "{{ code.__class__(text) }}",
        "{{ code.__class__.__mro__ }}",
        "{{ text | safe }}",
        "{{ text | tojson }}",
        "{{ missing }}",
        "{{ missing.attribute }}",
        "{{ 1 }}",
        "{{ none }}",
        "{{ markdown }}",
        "{{ plain }}",
        "{{ range(3) }}",
    ],
)
def test_templates_output_only_code(leak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = rendering._environment(Python, None, None)
    loader = jinja2.DictLoader({"leak": leak})
    monkeypatch.setattr(environment, "loader", loader)
    hostile = "import os"
    with pytest.raises((UnsafeOutput, TypeError, ValueError, jinja2.TemplateError)):
        rendering.render(
            Python,
            "leak",
            text=hostile,
            code=python.identifier("x"),
            comma=", ",
            markdown=toml.string("x"),
            plain=prose.text(hostile),
        )


def test_filters_return_code() -> None:
    names = [python.identifier(name) for name in ("a", "b")]
    assert isinstance(join(names, ", "), Python)
    assert join(names, ", ") == "a, b"
    assert indent(python.lines(names, blank=1), 4) == "a\n\n    b"
    with pytest.raises(ValueError, match="invalid separator"):
        join(names, " if ")
