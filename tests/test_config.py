"""`[tool.specloom]`: positions of problems, and the effect of settings; and `specloom new`."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.environments import run
from tests.generated import ROOT, api_of, imported
from tests.servers import closed_port, http_response, serving

from specloom import cli
from specloom.config import PyprojectFile, load
from specloom.diagnostics import InvalidSpec, UsageError, as_text
from specloom.scaffold import create
from specloom.schema_export import write_schemas
from specloom.spec import load as load_spec
from specloom.targets import files
from specloom.toml_positions import locate

ONE = '[tool.specloom.clients.one]\nspec = "spec"\nout = "one"\n'
TWO = '[tool.specloom.clients.two]\nspec = "spec"\nout = "two"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "spec").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wrong(project: Path, text: str) -> str:
    (project / "pyproject.toml").write_text(text)
    with pytest.raises(InvalidSpec) as error:
        load(project / "pyproject.toml")
    return as_text(error.value.problems, error.value.sources)


def test_an_output_does_not_leave_the_project_through_a_link(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link inside the project must not decide where files are written; one above it may: /tmp is a link on macOS."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "one").mkdir()
    (project / "src").symlink_to(elsewhere)
    output = wrong(project, ONE.replace('"one"', '"src/one"'))
    assert output.startswith(
        f"pyproject.toml:3:7: config-out: the output is outside the project: the link src leads to {elsewhere.resolve() / 'one'}\n"
    )
    assert (
        f'hint: replace the link by a folder, or write out = "{elsewhere.resolve() / "one"}"'
        in output
    )
    (project / "out").symlink_to(elsewhere / "one")
    assert "the link out leads to " in wrong(project, ONE.replace('"one"', '"out"'))
    assert "the link src leads to " in wrong(project, ONE.replace('"one"', '"spec/../src/../one"'))
    (project / "twice").symlink_to("src")
    assert "the link twice leads to " in wrong(project, ONE.replace('"one"', '"twice/one"'))

    (project / "kept").mkdir()
    (project / "inner").symlink_to("kept")
    above = elsewhere / "above"
    above.symlink_to(project)
    for out in ("inner/one", str(elsewhere / "one"), f"../{elsewhere.name}/two"):
        (project / "pyproject.toml").write_text(ONE.replace('"one"', f'"{out}"'))
        assert load(project / "pyproject.toml").clients[0].out == project / out
        assert load(above / "pyproject.toml").clients[0].name == "one"


@pytest.mark.parametrize(
    ("config", "output"),
    [
        # of two clients with the same key, the right one
        (
            ONE + 'layout = "package"\n' + TWO + 'layout = "flat"\n',
            '8:10: config-layout: invalid layout "flat"\n    8 | layout = "flat"\n      |          ^^^^^^\n  hint: use "project" or "package"\n',
        ),
        (
            ONE + '# spek = 1\n"spek" = 2\n',
            "5:1: config-key: unknown key `spek` in [tool.specloom.clients.one]\n",
        ),
        (
            ONE + "languages = [\n  'en',  # x\n  'en',\n]\n",
            "6:3: config-languages: duplicate `en`\n",
        ),
        (ONE + "languages = []\n", "4:13: config-languages: `languages` is empty\n"),
        (ONE + 'http = "requests"\n', '4:8: config-http: invalid http "requests"\n'),
        (
            ONE + 'templates = "templats"\n',
            '4:13: config-templates: folder templats not found\n    4 | templates = "templats"\n      |             ^^^^^^^^^^\n  hint: did you mean templates?\n',
        ),
        (
            ONE.replace('"spec"', '"sepc"'),
            '2:8: config-spec: folder sepc not found\n    2 | spec = "sepc"\n      |        ^^^^^^\n  hint: did you mean spec?\n',
        ),
        (
            ONE.replace('spec = "spec"\n', ""),
            "1:24: config-spec: client one has no `spec`\n",
        ),
        (ONE.replace('"one"', "['one']"), "3:7: config-out: `out` must be the path of a folder\n"),
        (
            ONE.replace('"one"', '"spec/out"'),
            "3:7: config-out: the output out and the spec spec overlap\n",
        ),
        (
            ONE + TWO.replace('"two"', '"one/two"'),
            "6:7: config-out: the outputs of clients one and two overlap\n",
        ),
        (
            ONE + TWO.replace('"two"', '"ONE"'),
            "6:7: config-out: the outputs of clients one and two overlap\n",
        ),
        (ONE.replace('"one"', '"~/one"'), "3:7: config-out: `~` is not expanded\n"),
        ('[tool.specloom]\nclients = {one = {spec = "spec", out = 3}}\n', "2:40: config-out: "),
        (
            "[tool]\nspecloom.clients.one = 1\n",
            "2:24: config-client: client one is not a table\n",
        ),
        (
            "[tool.specloom]\nclient = {}\n",
            "2:1: config-key: unknown key `client` in [tool.specloom]\n",
        ),
        (
            ONE.replace("clients.one", "clients.'a b'"),
            "1:24: config-client: invalid client name 'a b'\n",
        ),
        (ONE + "targets = [1]\n", "4:12: config-targets: `targets` must be a list of strings\n"),
        (
            "\ufeff" + ONE,
            "1:1: config-toml: invalid TOML: the file begins with a byte order mark\n",
        ),
        (ONE + "x =\n", "4:4: config-toml: invalid TOML: Invalid value\n"),
    ],
)
def test_a_problem_is_at_the_position_of_the_value(project: Path, config: str, output: str) -> None:
    (project / "templates").mkdir()
    assert f"pyproject.toml:{output}" in wrong(project, config)


def test_all_problems_are_reported_at_once_with_paths_relative_to_the_current_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = wrong(project, ONE.replace("spec =", "sepc =") + TWO + "http = 2\n")
    rules = re.findall(r"^pyproject.toml:\d+:\d+: ([\w-]+)", output, re.MULTILINE)
    assert rules == ["config-spec", "config-key", "config-http"]
    monkeypatch.chdir(project / "spec")
    assert str(project / "pyproject.toml") in wrong(project, ONE.replace("out", "tuo"))


values = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def written(value: Any) -> str:
    """Return a value as inline TOML."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return quoted(value)
        case list():
            return "[ " + ",\n  ".join(map(written, value)) + " # ]\n]"
        case _:
            return (
                "{"
                + ", ".join(f"{quoted(key)} = {written(item)}" for key, item in value.items())
                + "}"
            )


def quoted(text: str) -> str:
    return '"' + "".join(c if c.isalnum() else f"\\U{ord(c):08x}" for c in text) + '"'


names = st.text(st.characters(exclude_categories=("Cs",)), max_size=4)


@given(st.dictionaries(names, st.dictionaries(names, values, max_size=3), max_size=3))
# The first documents are slow to generate on a busy machine.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_key_and_value_has_a_position(document: dict[str, dict[str, Any]]) -> None:
    try:
        rows = [
            f"[{quoted(table)}] # [x]\n"
            + "".join(f"{quoted(key)} = {written(value)} # {key!r}\n" for key, value in row.items())
            for table, row in document.items()
        ]
        text = "\n".join(rows)
        parsed = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeEncodeError):
        return
    positions = locate(text)
    lines = text.split("\n")

    def walk(path: tuple[str | int, ...], value: Any) -> None:
        if len(path) > 1:
            position = positions.values[path]
            assert lines[position.line - 1][position.column - 1 :].startswith(
                written(value).split("\n")[0]
            )
        if isinstance(value, dict):
            for key, item in value.items():
                position = positions.keys[(*path, key)]
                assert lines[position.line - 1][position.column - 1 :].startswith(quoted(key))
                walk((*path, key), item)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                walk((*path, index), item)

    walk((), parsed)


def test_positions_of_tables_strings_and_dotted_keys() -> None:
    text = '[a.b]\nc."d.e" = """x\n"y" # no comment""" # one\n[[r]]\nk = 1\n[[r]]\nk = \'\'\'2\'\'\'\n[r.s]\nt = 1979-05-27 07:32:00Z # z\n[a]\n'
    parsed = tomllib.loads(text)
    assert parsed["r"][1]["s"]["t"].year == 1979
    positions = locate(text)
    assert (
        positions.value_at(("a", "b", "c", "d.e")).line,
        positions.key_at(("a", "b", "c", "d.e")).column,
    ) == (
        2,
        3,
    )
    assert (
        positions.value_at(("r", 0, "k")).line,
        positions.value_at(("r", 1, "k")).line,
        positions.value_at(("r", 1, "s", "t")).length,
    ) == (5, 7, 20)
    assert positions.key_at(("a",)).line == 10
    assert positions.value_at(("nowhere", "at", "all")).line == 1


# --- effect of settings ---------------------------------------------------------------


def test_languages_selects_the_documented_languages_and_the_first_is_that_of_docstrings(
    project: Path,
) -> None:
    for source in (ROOT / "specs" / "weixin").iterdir():
        (project / "spec" / source.name).write_bytes(source.read_bytes())
    (project / "pyproject.toml").write_text(ONE + 'languages = ["zh"]\n')
    assert cli.main(["generate"]) == 0
    assert [path.name for path in (project / "one" / "docs").iterdir()] == ["zh"]
    assert '"""发票。' in (project / "one" / "weixin" / "resources" / "invoice.py").read_text(
        "utf-8"
    )
    (project / "pyproject.toml").write_text(ONE + 'languages = ["zh", "fr"]\n')
    output = run(sys.executable, "-m", "specloom", "check", cwd=project, status=2)
    assert "pyproject.toml:4:20: config-languages: the spec has no language `fr`\n" in output
    assert "hint: use one of en, zh" in output


def test_a_client_can_use_httpx2(tmp_path: Path) -> None:
    plain, for_httpx2 = files(api_of("weixin"), "project"), files(
        api_of("weixin"), "project", http="httpx2"
    )
    for path, code in for_httpx2.items():
        assert not re.search(r"^\s*(import|from) (httpx|httpcore)\b(?!2)", code, re.MULTILINE), path
    different = {path.name for path in plain if plain[path] != for_httpx2[path]}
    assert different <= {
        "httpx_adapter.py",
        "deadline_backend.py",
        "dry_run.py",
        "client.py",
        "pyproject.toml",
        "__init__.py",
    } | {path.name for path in for_httpx2 if "mock" in path.parts}
    project_file = next(code for path, code in for_httpx2.items() if path.name == "pyproject.toml")
    assert '"httpx2>=' in project_file
    for path, code in for_httpx2.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(code, "utf-8")
    with (
        imported(tmp_path, "weixin") as package,
        serving(http_response(200, '{"errcode": 0}')) as server,
    ):
        import httpx2

        with package.Weixin(access_token="t", hosts=[server.url]) as client:
            arguments = {
                "card_id": "c",
                "code": "1",
                "reimburse_status": package.models.ReimburseStatus.INVOICE_REIMBURSE_INIT,
            }
            assert client.invoice.update_status(**arguments).errcode == 0
        mocked = httpx2.MockTransport(
            lambda request: httpx2.Response(200, json={"errcode": 0, "errmsg": request.url.path})
        )
        with package.Weixin(access_token="t", transport=mocked) as client:
            assert (
                client.invoice.update_status(**arguments).errmsg
                == "/card/invoice/platform/updatestatus"
            )
        nobody = f"http://127.0.0.1:{closed_port()}"
        with (
            package.Weixin(access_token="t", hosts=[nobody], max_attempts=1) as client,
            pytest.raises(package.errors.ConnectionFailed),
        ):
            client.invoice.update_status(**arguments)


# --- specloom new ---------------------------------------------------------------------


def new(project: Path, name: str, status: int = 0) -> str:
    return run(sys.executable, "-m", "specloom", "new", name, cwd=project, status=status)


def test_from_nothing_to_a_client(tmp_path: Path) -> None:
    output = new(tmp_path, "corner-shop")
    assert "next: edit specs/corner_shop, then run specloom generate\n" in output
    assert (tmp_path / "pyproject.toml").read_text() == (
        '[tool.specloom.clients.corner_shop]\nspec = "specs/corner_shop"\nout = "clients/corner_shop"\n'
    )
    spec = tmp_path / "specs" / "corner_shop"
    first = (spec / "_api.yaml").read_text().split("\n")[0]
    assert (spec / first.removeprefix("# yaml-language-server: $schema=")).is_file()
    assert load_spec(spec).api.client == "CornerShop"
    summary = run(sys.executable, "-m", "specloom", "generate", cwd=tmp_path)
    assert summary.startswith("corner_shop: 2 endpoints, 3 types -> clients/corner_shop (")
    (spec / ".schema" / "api.json").write_text("{}")
    assert ".schema updated\n" in run(sys.executable, "-m", "specloom", "schema", cwd=tmp_path)
    assert ".schema up to date\n" in run(sys.executable, "-m", "specloom", "schema", cwd=tmp_path)


def test_nothing_is_written_through_a_link_in_the_project(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    kept = outside / "kept"
    kept.write_text("kept")
    monkeypatch.chdir(tmp_path)

    (tmp_path / "specs").symlink_to(outside)
    with pytest.raises(
        UsageError,
        match=r"^specs is a link to a folder outside the project; replace it by a folder$",
    ):
        create("shop", tmp_path)
    (tmp_path / "specs").unlink()
    (tmp_path / ".pyproject.toml.specloom").symlink_to(kept)
    create("shop", tmp_path)
    assert "clients.shop" in (tmp_path / "pyproject.toml").read_text()
    assert not (tmp_path / "pyproject.toml").is_symlink()

    schemas = tmp_path / "specs" / "shop" / ".schema"
    (schemas / "api.json").unlink()
    (schemas / "api.json").symlink_to(kept)
    with pytest.raises(
        UsageError,
        match=r"^specs/shop/\.schema/api\.json is a symbolic link; replace it with a regular file or folder$",
    ):
        write_schemas(schemas.parent)
    shutil.rmtree(schemas)
    schemas.symlink_to(outside)
    with pytest.raises(UsageError, match=r"^specs/shop/\.schema is a symbolic link; "):
        write_schemas(schemas.parent)
    assert [path.name for path in outside.iterdir()] == ["kept"]
    assert kept.read_text() == "kept"


OURS = '# ours\r\n[project]\r\nname = "app" # keep\r\n\r\n[tool.specloom.clients.other]\r\nspec = "o"\r\nout = "p"  # last\r\n\r\n# about ruff\r\n[tool.ruff]\r\nline-length = 100'


def test_a_pyproject_keeps_every_character(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(OURS.encode())
    (tmp_path / "src").mkdir()
    (tmp_path / "sub").mkdir()
    new(tmp_path / "sub", "shop")
    row = '\r\n\r\n[tool.specloom.clients.shop]\r\nspec = "specs/shop"\r\nout = "src/shop"\r\nlayout = "package"\r\n'
    at = OURS.index("\r\n\r\n# about")
    assert (tmp_path / "pyproject.toml").read_bytes().decode() == OURS[:at] + row + OURS[at + 2 :]


@pytest.mark.parametrize(
    ("name", "config", "output"),
    [
        ("商店", "", "invalid API name '商店'; use letters"),
        ("json", "", "invalid API name json: package name `json` shadows an existing module"),
        (
            "shop",
            '[tool.specloom]\nclients = {a = {spec = "a", out = "b"}}\n',
            "which has its clients inline",
        ),
        ("shop", ONE.replace("clients.one", "clients.shop"), "already has a client shop"),
        ("shop", "[tool", "config-toml"),
        ("spec", "", "specs/spec already exists"),
    ],
)
def test_an_error_of_new_writes_nothing(project: Path, name: str, config: str, output: str) -> None:
    (project / "specs" / "spec").mkdir(parents=True)
    (project / "specs" / "spec" / "x").write_text("")
    (project / "pyproject.toml").write_text(config)
    assert output in new(project, name, status=2)
    assert (project / "pyproject.toml").read_text() == config
    assert sorted(path.name for path in (project / "specs").iterdir()) == ["spec"]


def test_a_problem_of_a_pyproject_has_the_line_of_its_value(tmp_path: Path) -> None:
    file = PyprojectFile(tmp_path / "pyproject.toml", ONE)
    assert file.problem(("tool", "specloom", "clients", "one", "out"), "rule", "text").line == 3
