"""`specloom diff` rule by rule: a case is a folder `cases/diff/<rule>` with two specs, `old` and `new`, and the expected `changes.txt`.

mypy verifies the classes of the rules. Each case has programs that use the old client: `use.py`, or `request.py` and `response.py` if
passing a value and reading it have different classes. mypy accepts all of them with the old client. With the new one it accepts exactly
those for which the rule is compatible, or breaking at run time only.

A new case needs no code: create the folder, run `pytest tests/test_diff.py --update`, and read the result before you commit it. Specs
without an `_api.yaml` get the shared one.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.generated import CASES
from tests.type_checkers import Mypy

from specloom.diff import RULES, Change, Class, Report, Spec, compare, formatting
from specloom.spec import load
from specloom.targets import files

DIFF = CASES / "diff"
RULE_CASES = sorted(path.name for path in DIFF.iterdir() if path.is_dir())
VERSIONS = ("old", "new")


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Spec]:
    """The specs of all cases, by case and version."""
    specs_by_case: dict[tuple[str, str], Spec] = {}
    for case in RULE_CASES:
        for version in VERSIONS:
            folder = tmp_path_factory.mktemp(case) / version
            shutil.copytree(DIFF / case / version, folder)
            if not (folder / "_api.yaml").exists():
                shutil.copy(DIFF / "_api.yaml", folder)
            loaded = load(folder, version)
            specs_by_case[case, version] = Spec(loaded.api, version, loaded.sources)
    return specs_by_case


@pytest.fixture(scope="module")
def reports(specs: dict[tuple[str, str], Spec]) -> dict[str, Report]:
    return {case: compare(specs[case, "old"], specs[case, "new"]) for case in RULE_CASES}


@pytest.mark.parametrize("case", RULE_CASES)
def test_changes(case: str, reports: dict[str, Report], update: bool) -> None:
    expected = DIFF / case / "changes.txt"
    text = formatting.as_text(reports[case])
    if update:
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")
    assert f": {case}: " in text


def test_every_rule_has_a_case() -> None:
    assert set(RULE_CASES) == set(RULES)


def test_a_case_with_two_classes_has_a_program_for_each() -> None:
    for case in RULE_CASES:
        rule = RULES[case]
        differ = None not in (rule.request, rule.response) and rule.request != rule.response
        assert not differ or set(programs(case)) == {"request", "response"}, case
        assert programs(case), case


@pytest.mark.parametrize("case", RULE_CASES)
def test_a_spec_compared_with_itself_has_no_changes(
    case: str, specs: dict[tuple[str, str], Spec]
) -> None:
    for version in VERSIONS:
        assert compare(specs[case, version], specs[case, version]).changes == ()


def test_mypy_agrees_with_every_rule(
    specs: dict[tuple[str, str], Spec], reports: dict[str, Report], mypy: Mypy, tmp_path: Path
) -> None:
    """All clients are in one tree, which is checked twice; mypy's cache lets the second run check changed files only."""
    names = {
        f"{case.replace('-', '_')}_{name}": (case, name)
        for case in RULE_CASES
        for name in programs(case)
    }
    tree = tmp_path / "tree"
    for version in VERSIONS:
        for case in RULE_CASES:
            write_client(specs[case, version], case, tree)
        for module, (case, name) in names.items():
            write(tree / f"{module}.py", program(case, name))
        errors = {
            module: lines for module, lines in mypy_errors(mypy, tree, names).items() if lines
        }
        if version == "old":
            assert errors == {}
        else:
            assert errors.keys() == {
                module
                for module, (case, name) in names.items()
                if is_visible(reports[case], case, name)
            }


def programs(case: str) -> list[str]:
    return [
        name for name in ("use", "request", "response") if (DIFF / case / f"{name}.py").exists()
    ]


def program(case: str, name: str) -> str:
    """Return the program, with the name that the client's package has in the tree."""
    text = (DIFF / case / f"{name}.py").read_text("utf-8")
    renamed = re.sub(r"^from shop\b", f"from {tree_name(case, 'shop')}", text, flags=re.MULTILINE)
    assert renamed != text, f"{case}/{name}.py imports nothing from shop"
    return renamed


def is_visible(report: Report, case: str, name: str) -> bool:
    """Return whether type checkers find the change in a program of this kind, according to the rule."""
    return any(
        class_for(change, name) == "breaking" and not change.rule.runtime_only
        for change in report.changes
        if change.rule.id == case
    )


def class_for(change: Change, name: str) -> Class | None:
    match name:
        case "request":
            return change.rule.request if "request" in change.sides else None
        case "response":
            return change.rule.response if "response" in change.sides else None
        case _:
            return change.class_


def write_client(spec: Spec, case: str, tree: Path) -> None:
    """Write the client's package; all clients share one copy of the runtime, because checking it takes most of the time."""
    package = tree_name(case, spec.api.package)
    shutil.rmtree(tree / tree_name(case, "shop"), ignore_errors=True)
    for path, code in files(replace(spec.api, package=package), "package").items():
        if path.parts[0] == "_runtime":
            write(tree / "shared" / path.relative_to("_runtime"), str(code))
        else:
            write(tree / package / path, re.sub(r"from \.+_runtime", "from shared", str(code)))


def tree_name(case: str, package: str) -> str:
    return f"{package}_{case.replace('-', '_')}"


def write(path: Path, text: str) -> None:
    """Write a file unless it has this text already, so that mypy does not check it again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def mypy_errors(
    mypy: Mypy, tree: Path, modules: dict[str, tuple[str, str]]
) -> dict[str, list[str]]:
    """Return the errors of mypy in each program."""
    options = ("--hide-error-context", "--follow-imports=silent")
    process = mypy(*options, *(f"{module}.py" for module in modules), cwd=tree)
    assert process.returncode in (0, 1), process.stdout + process.stderr
    errors: dict[str, list[str]] = {module: [] for module in modules}
    for line in process.stdout.splitlines():
        if ": error:" in line:
            errors[line.split(".py:")[0]].append(line)
    return errors
