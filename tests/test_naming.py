"""Python names from wire names: valid and predictable for any input."""

from __future__ import annotations

import builtins
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specloom import naming

wires = st.text(max_size=30) | st.from_regex(r"[A-Za-z0-9_$@.-]{1,20}", fullmatch=True)


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("fapiaoApplyId", "fapiao_apply_id"), ("X-Request-ID", "x_request_id"), ("class", "class_"), ("2fa", "n2fa"), ("HTTPServer", "http_server"),
        ("sub_mchid", "sub_mchid"), ("list", "list"), ("type_", "type"), ("self", "self_"), ("user[name]", "user_name"), ("--", None), ("名称", None), ("ｘ", None), ("аdmin", None),
    ],
)  # fmt: skip
def test_wire_names_become_snake_case(wire: str, name: str | None) -> None:
    assert naming.snake(wire) == name


@given(wires)
def test_a_derived_name_is_valid_in_python(wire: str) -> None:
    name = naming.snake(wire)
    assert name is None or (naming.is_snake(name) and name != naming.SELF)


@given(
    st.sampled_from([name for name in dir(builtins) if name.islower() and name.isalpha()])
    | st.from_regex(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", fullmatch=True)
)
def test_a_name_that_python_allows_is_kept(wire: str) -> None:
    """Including `type`, `list` and `id`, which are safe as attributes and arguments."""
    assert naming.snake(wire) == (f"{wire}_" if keyword.iskeyword(wire) or wire == "self" else wire)


@given(wires)
def test_a_derived_name_derives_itself(wire: str) -> None:
    name = naming.snake(wire)
    assert name is None or naming.snake(name) == name


@given(wires)
def test_class_and_member_names_are_valid_in_python(wire: str) -> None:
    pascal, member = naming.pascal(wire), naming.member(wire)
    if pascal is not None:
        assert naming.class_name(pascal).isidentifier()
        assert not keyword.iskeyword(naming.class_name(pascal))
        assert naming.class_name(pascal) not in naming.BUILTIN_CLASSES
    assert member is None or (
        member.isidentifier() and member == member.upper() and not keyword.iskeyword(member)
    )


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("NO_AUTH", "NoAuth"), ("SYSTEM_ERROR", "SystemFailure"), ("value_error", "ValueFailure"), ("TimeoutError", "TimeoutFailure"),
        ("PARAM_ERROR", "ParamError"), ("WARNING", "Warning"), ("--", None),
    ],
)  # fmt: skip
def test_an_error_class_never_shadows_a_builtin_error(code: str, name: str | None) -> None:
    assert naming.error_class(code) == name


@given(st.sampled_from(sorted(naming.BUILTIN_CLASSES)) | wires)
def test_an_error_class_is_a_builtin_only_if_it_is_not_an_error(code: str) -> None:
    name = naming.error_class(code)
    assert name not in naming.BUILTIN_CLASSES or not name.endswith("Error")


@given(st.integers(-(10**30), 10**30))
def test_members_of_numbers_differ(value: int) -> None:
    name = naming.member(value)
    assert name is not None
    assert name.isidentifier()
    assert name != naming.member(value + 1)
