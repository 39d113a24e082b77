"""The makers of code, ten thousand times each (robustness A5 to A7); `tests/test_code.py` and `tests/test_markdown.py` ask the same a hundred times."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from tests import test_code, test_markdown

from specloom.code import markdown, python, toml
from specloom.code.base import indent

from .fragments import ALL, CANARY

MANY = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
ASKED: list[Callable[[], Any]] = [
    test_code.test_a_literal_evaluates_to_its_value, test_code.test_a_docstring_contains_its_text,
    test_code.test_a_toml_string_parses_to_its_value, test_markdown.test_text_renders_literally_everywhere, test_markdown.test_a_table_keeps_its_columns_and_cells,
    test_markdown.test_a_code_block_ends_after_its_text, test_markdown.test_paragraphs_stay_paragraphs,
    test_markdown.test_links_have_allowed_targets_only, test_markdown.test_notes_are_sanitized_and_closed,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("ask", ASKED, ids=lambda ask: ask.__name__)
def test_ten_thousand_times(ask: Callable[[], Any]) -> None:
    MANY(ask)()


@pytest.mark.parametrize(
    "text",
    [
        *ALL,
        "\ud800",
        "x" * 10_000,
        "发票" * 5_000,
        "word " * 2_000,
        "\t" * 100,
        "a\tb",
        "a\r\nb\r\n",
        '\\"' * 500,
        '"""' * 300,
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_each_fragment_is_one_token(text: str) -> None:
    assert ast.literal_eval(python.literal(text)) == text
    assert ast.literal_eval(python.literal({text: [text]})) == {text: [text]}
    for indentation in (0, 4, 8):
        docstring = indent(python.docstring(text, indentation), 4)
        namespace: dict[str, Any] = {}
        exec(
            compile(f"def f():\n    {docstring}\n", "docstring", "exec", dont_inherit=True),
            namespace,
        )
        assert "".join((inspect.getdoc(namespace["f"]) or "").split()) == "".join(text.split())
    if not any("\ud800" <= character <= "\udfff" for character in text):
        import tomllib

        assert tomllib.loads(f"x = {toml.string(text)}\n") == {"x": text}
    assert set(test_markdown.structure(f"a {markdown.text(text)} b")) <= {
        "paragraph_open",
        "inline",
        "paragraph_close",
    }
    assert set(test_markdown.structure(f"a {markdown.code(text)} b")) <= {
        "paragraph_open",
        "inline",
        "paragraph_close",
    }
    assert [
        token.type
        for token in test_markdown.parse(f"```json\n{markdown.code_lines(text)}\n```\n\n# end")
    ][:2] == ["fence", "heading_open"]
    assert not any(
        token.type.startswith("html") for token in test_markdown.parse(markdown.notes(text))
    )


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        2**70,
        -(2**70),
        0.1,
        -0.0,
        1e300,
        5e-324,
        True,
        False,
        None,
        (),
        (1,),
        [],
        {},
        [[], {}],
        {"a": {"b": [None]}},
    ],
    ids=repr,
)
def test_a_literal_is_its_value_and_of_its_type(value: Any) -> None:
    evaluated = ast.literal_eval(python.literal(value))
    assert (evaluated, type(evaluated)) == (value, type(value))
    assert repr(evaluated) == repr(value)


def test_the_canary_is_no_name_that_anything_derives() -> None:
    from specloom import naming

    for derive in (naming.snake, naming.pascal, naming.member):
        assert CANARY not in (derive(CANARY) or "")
    assert not naming.is_snake(CANARY)
    assert not naming.is_pascal(CANARY)
