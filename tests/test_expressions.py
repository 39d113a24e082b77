"""Type expressions: a printed tree parses to the same tree, and junk is a problem with a position."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specloom import model
from specloom.spec.type_lexer import TypeSyntaxError
from specloom.spec.type_parser import (
    Expression,
    GenericExpr,
    LeafExpr,
    NullableExpr,
    ObjectExpr,
    Ref,
    UnionExpr,
    parse,
)


def written(tree: Expression) -> str:
    """Return the expression of a tree, as in specs/README.md."""
    match tree:
        case LeafExpr():
            return leaf(tree.type)
        case Ref():
            return tree.name
        case ObjectExpr():
            return "object"
        case GenericExpr():
            limits = span(tree.length)
            return f"{tree.word}<{written(tree.inner)}>" + (f"({limits})" if limits else "")
        case UnionExpr():
            return " | ".join(map(written, tree.members))
        case NullableExpr():
            return written(tree.inner) + "?"


def leaf(type_: model.Type) -> str:
    match type_:
        case model.String():
            limits = " | ".join(map(quoted, type_.literals)) or span(type_.length)
            return "string" + (f"({limits})" if limits else "")
        case model.Integer(literals=(only,)):
            return f"integer({only}..{only})"
        case model.Integer():
            limits = " | ".join(map(str, type_.literals)) or interval(type_.range)
            return "integer" + (f"({limits})" if limits else "")
        case model.Number():
            limits = interval(type_.range)
            return ("decimal" if type_.exact else "number") + (f"({limits})" if limits else "")
        case model.Boolean():
            return "boolean" if type_.literal is None else f"boolean({str(type_.literal).lower()})"
        case model.Bytes() | model.File():
            limits = span(type_.length)
            return ("bytes" if isinstance(type_, model.Bytes) else "file") + (
                f"({limits})" if limits else ""
            )
        case model.DateTime(format=None):
            return "datetime"
        case model.DateTime(format="unix" | "unix-ms" | "rfc2822" as unit):
            return f"datetime({unit})"
        case model.DateTime() | model.Date():
            word = "datetime" if isinstance(type_, model.DateTime) else "date"
            return f"{word}({quoted(type_.format)})" if type_.format else word
        case model.Duration():
            return f"duration({type_.unit})" if type_.unit else "duration"
        case _:
            return "json"


def span(length: model.LengthRange) -> str:
    if not length:
        return ""
    return f"{'' if length.minimum is None else length.minimum}..{'' if length.maximum is None else length.maximum}"


def interval(limits: model.NumberRange) -> str:
    if not limits:
        return ""
    minimum = "" if limits.minimum is None else f"{'>' if limits.above else ''}{limits.minimum}"
    return (
        minimum
        + ".."
        + ("" if limits.maximum is None else f"{'<' if limits.below else ''}{limits.maximum}")
    )


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def spans() -> st.SearchStrategy[model.LengthRange]:
    bound = st.none() | st.integers(0, 10**12)
    return st.tuples(bound, bound).map(lambda b: model.LengthRange(*(sorted(b) if None not in b else b)))  # type: ignore[type-var]


def ranges(numbers: st.SearchStrategy[int | Decimal]) -> st.SearchStrategy[model.NumberRange]:
    ends = st.lists(numbers, min_size=2, max_size=2, unique=True).map(sorted)
    whole = st.tuples(ends, st.booleans(), st.booleans()).map(
        lambda r: model.NumberRange(r[0][0], r[0][1], r[1], r[2])
    )
    minimum = st.tuples(numbers, st.booleans()).map(
        lambda r: model.NumberRange(r[0], None, r[1], False)
    )
    maximum = st.tuples(numbers, st.booleans()).map(
        lambda r: model.NumberRange(None, r[0], False, r[1])
    )
    return whole | minimum | maximum | st.just(model.NumberRange())


def either(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(lambda members: UnionExpr(tuple(members)))
    return inner | several | (inner | several).map(NullableExpr)


integers = st.integers(-(10**12), 10**12)
decimals = st.decimals(-1000, 1000, places=2)
literals = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
formats = st.sampled_from(
    ["%Y%m%d%H", "%Y-%m-%dT%H:%M:%S%z", "%a %d %b %Y %H:%M:%S.%3fZ", "%d/%m/%y 'at' %H%%"]
)
leaves: st.SearchStrategy[model.Type] = st.one_of(
    st.builds(model.String, length=spans()),
    st.builds(model.String, literals=literals),
    st.builds(model.Integer, range=ranges(integers)),
    st.builds(
        model.Integer, literals=st.lists(integers, min_size=1, max_size=3, unique=True).map(tuple)
    ),
    st.builds(model.Number, range=ranges(integers | decimals), exact=st.booleans()),
    st.builds(model.Boolean, st.sampled_from([None, True, False])),
    st.builds(model.Bytes, spans()),
    st.builds(model.File, spans()),
    st.builds(model.DateTime, st.sampled_from([None, "unix", "unix-ms", "rfc2822"]) | formats),
    st.builds(model.Date, st.none() | formats.filter(lambda format: "%z" not in format)),
    st.builds(model.Duration, st.sampled_from([None, "s", "ms"])),
    st.just(model.AnyJson()),
)
names = st.from_regex(r"([a-z_][a-z0-9_]{0,5}\.){0,2}[A-Z][A-Za-z0-9]{0,8}", fullmatch=True)
ones = st.recursive(
    st.builds(LeafExpr, leaves)
    | st.builds(Ref, names, st.just(0))
    | st.builds(ObjectExpr, st.just(0)),
    lambda inner: st.one_of(
        st.builds(
            GenericExpr, st.sampled_from(["list", "map"]), either(inner), spans(), st.just(0)
        ),
        st.builds(
            GenericExpr, st.just("text"), either(inner), st.just(model.LengthRange()), st.just(0)
        ),
    ),
    max_leaves=6,
)


def without_positions(tree: Expression) -> Expression:
    """Return the same tree without positions."""
    match tree:
        case Ref():
            return Ref(tree.name, 0)
        case ObjectExpr():
            return ObjectExpr(0)
        case GenericExpr():
            return GenericExpr(tree.word, without_positions(tree.inner), tree.length, 0)
        case UnionExpr():
            return UnionExpr(tuple(map(without_positions, tree.members)))
        case NullableExpr():
            return NullableExpr(without_positions(tree.inner))
        case LeafExpr():
            return tree


@given(either(ones))
def test_a_printed_expression_parses_to_the_same_tree(tree: Expression) -> None:
    assert without_positions(parse(written(tree))) == tree
    spaced = (
        written(tree).replace("<", "< ").replace("|", " | ")
        if "'" not in written(tree)
        else written(tree)
    )
    assert without_positions(parse(spaced)) == tree


pieces = st.sampled_from(
    [
        "string",
        "integer",
        "number",
        "list",
        "map",
        "text",
        "object",
        "json",
        "datetime",
        "(",
        ")",
        "<",
        ">",
        "|",
        "?",
        "..",
        "'",
        "''",
        "'a'",
        "1",
        "-1",
        "0.5",
        "99999999999999999999999999999999999",
        "A",
        "a.B",
        "[]",
        ".",
        ",",
        "\n",
        "\t",
        "é",
    ]
)


@given(st.text() | st.lists(pieces).map("".join) | st.lists(pieces).map(" ".join))
def test_junk_is_a_problem_with_a_position(text: str) -> None:
    try:
        parse(text)
    except TypeSyntaxError as error:
        problem = error
    else:
        return
    assert 0 <= problem.at <= len(text)
    assert problem.length >= 1
    assert problem.message


@pytest.mark.parametrize(
    "text", ["list<" * 10_000, "(" * 100_000, "string | " * 10_000, "'" * 1999, "a." * 999 + "B"]
)
def test_long_junk_is_rejected_quickly(text: str) -> None:
    with pytest.raises(TypeSyntaxError):
        parse(text + "!")


def test_the_position_is_that_of_the_token() -> None:
    with pytest.raises(TypeSyntaxError) as caught:
        parse("list<strin>(1..5)")
    assert (caught.value.at, caught.value.length) == (5, 5)
    assert caught.value.hint == "did you mean `string`?"
