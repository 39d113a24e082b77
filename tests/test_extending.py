"""Extensions of specloom: template overrides, and targets and schemes of other packages, which are really installed."""

from __future__ import annotations

import ast
import csv
import hashlib
import hmac
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

import httpx
import jinja2
import pytest
from jinja2 import nodes
from msgspec.structs import replace
from tests.environments import environment, pip, run
from tests.generated import CASES, ROOT, api_of, imported, write
from tests.readmes import TEMPLATES, block
from tests.servers import http_response, serving

from specloom import plugins, render
from specloom.code import Code, Python
from specloom.diagnostics import InvalidSpec, UsageError, as_text
from specloom.spec import load
from specloom.targets import files

SINK = CASES / "kitchen_sink" / "spec"


# --- templates ------------------------------------------------------------------------


def generated(templates: Path) -> Mapping[PurePosixPath, Code]:
    return files(api_of("weixin"), "project", templates=templates)


def problems_of(templates: Path) -> str:
    with pytest.raises(InvalidSpec) as error:
        generated(templates)
    return as_text(error.value.problems, error.value.sources)


def override(folder: Path, name: str, text: str) -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def test_a_template_overrides_a_builtin_one(tmp_path: Path) -> None:
    override(tmp_path, "python/_license.py.j2", "# Copyright the corner shop\n")
    override(
        tmp_path,
        "python/errors.py.j2",
        '{% include "python/_license.py.j2" %}\n{% include "specloom/python/errors.py.j2" %}\nX = {  "a":1 }\n',
    )
    override(tmp_path, "README.md", "What is here.\n")
    without, overridden = files(api_of("weixin"), "project"), generated(tmp_path)
    path = PurePosixPath("weixin/errors.py")
    assert overridden[path].startswith("# Copyright the corner shop\n")
    assert without[path].split("\n", 1)[1] in overridden[path]
    assert overridden[path].endswith('\n\nX = {"a": 1}\n')
    build = PurePosixPath("weixin/__init__.py")  # holds an id of the build
    assert {path for path in without if without[path] != overridden[path]} <= {path, build}


def test_the_example_in_the_readme_works(tmp_path: Path) -> None:
    text = block("override: templates/python/models.py.j2", TEMPLATES)
    without, overridden = files(api_of("weixin"), "project"), generated(
        override(tmp_path, "python/models.py.j2", text)
    )
    changed = {path for path in without if without[path] != overridden[path]}
    build = PurePosixPath("weixin/__init__.py")  # holds an id of the build
    assert changed == {build, PurePosixPath("weixin/models/invoice.py")}
    for path in changed - {build}:
        assert overridden[path] == f"# Copyright Corner Shop Ltd.\n{without[path]}"


def test_the_example_for_pages_in_the_readme_works(tmp_path: Path) -> None:
    text = block("override: templates/docs/errors.md.j2", TEMPLATES)
    output = generated(override(tmp_path, "docs/errors.md.j2", text))
    for page in ("docs/zh/index.md", "docs/zh/invoice/update_status.md"):
        assert "\n\n| 状态码 | 错误码 | 异常类 | 说明 |\n" in output[PurePosixPath(page)]
        assert "\n| 任意 | `-1` | `errors.SystemBusy` | 系统繁忙 |\n" in output[PurePosixPath(page)]


def test_the_example_that_changes_the_shape_of_a_class_works(tmp_path: Path) -> None:
    text = block("override: templates/python/resources.py.j2", TEMPLATES)
    output = generated(override(tmp_path, "python/resources.py.j2", text))
    code = output[PurePosixPath("weixin/resources/invoice.py")]
    tree = ast.parse(code)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert [[ast.unparse(base) for base in node.bases] for node in classes] == [
        ["Traced", "Resource"],
        ["Traced", "AsyncResource"],
    ]
    assert "from corner_shop_tools import Traced\n" in code


def test_the_example_of_another_docstring_style_works(tmp_path: Path) -> None:
    text = block("override: templates/python/docstrings/method.txt.j2", TEMPLATES)
    output = generated(override(tmp_path, "python/docstrings/method.txt.j2", text))
    tree = ast.parse(output[PurePosixPath("weixin/resources/invoice.py")])
    methods = [
        node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    assert len(methods) == 2
    for method in methods:
        lines = (ast.get_docstring(method) or "").split("\n")
        assert lines[0] == "Update the status of an invoice card (更新发票卡券状态)."
        at = lines.index("Parameters")
        assert lines[at + 1 : at + 3] == ["----------", "card_id"]
        assert lines[at + 3].startswith("    ")
        at = lines.index("Raises")
        assert lines[at + 1 : at + 3] == ["------", "errors.InvalidCardStatus"]


def test_a_page_gets_and_loses_a_section(tmp_path: Path) -> None:
    text = """\
{% extends "specloom/docs/endpoint.md.j2" %}
{% block example %}{% endblock %}
{% block end %}

Questions? Ask the shop team.
{% endblock %}
"""
    page = PurePosixPath("docs/en/invoice/update_status.md")
    without = files(api_of("weixin"), "project")[page]
    start, rest = without.split("\n## Example\n")
    end = rest[rest.index("\n## Errors\n") :]
    output = generated(override(tmp_path, "docs/endpoint.md.j2", text))
    assert output[page] == f"{start}{end}\nQuestions? Ask the shop team.\n"


def test_a_builtin_template_includes_an_override(tmp_path: Path) -> None:
    output = generated(
        override(
            tmp_path,
            "python/exports.py.j2",
            "# mine\n{% include 'specloom/python/exports.py.j2' %}",
        )
    )
    assert "# mine\n" in output[PurePosixPath("weixin/__init__.py")]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "python/error.py.j2",
            "",
            "python/error.py.j2:1:1: unknown-template: unknown template python/error.py.j2\n  hint: did you mean python/errors.py.j2?",
        ),
        (
            "python/errors.py.j2",
            "{{ docstring }}\n{{ clases }}\n",
            "python/errors.py.j2:2:1: template: 'clases' is undefined\n    2 | {{ clases }}\n",
        ),
        (
            "python/errors.py.j2",
            "{{ clases }}\n",
            "hint: the values of python/errors.py.j2 are docstring, errors, has_long_unions, imports, public_names",
        ),
        (
            "python/errors.py.j2",
            "\n\n{{ docstring ~ 'x' }}\n",
            "python/errors.py.j2:3:1: template: invalid output of type str; expected Python code",
        ),
        ("python/errors.py.j2", "{{ ''.__class__ }}", "template: "),
        (
            "python/errors.py.j2",
            "{% if %}",
            "python/errors.py.j2:1:1: template: Expected an expression",
        ),
        (
            "python/errors.py.j2",
            "class:\n",
            "python/errors.py.j2:1:1: template: the output is not valid Python: ",
        ),
        (
            "python/pyproject.toml.j2",
            "name = {{ name }}\nname = {{ name }}\n",
            "template: the output is not valid Toml: ",
        ),
        (
            "python/errors.py.j2",
            "{% include 'python/_nothing.j2' %}",
            "python/errors.py.j2:1:1: template: ",
        ),
        (
            "python/errors.py.j2",
            "\n{% include 'python/.license.j2' %}",
            "python/errors.py.j2:2:1: template: python/.license.j2 is a hidden file; begin its name with _ instead of .",
        ),
    ],
)
def test_errors_in_templates_are_reported(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    assert message in problems_of(override(tmp_path, name, text))


def test_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    override(tmp_path / "shared", "errors.py.j2", "# mine\n")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "python").symlink_to(tmp_path / "shared")
    assert (
        "templates/python:1:1: symlink: symbolic link to a folder; copy the folder here"
        in problems_of(tmp_path / "templates")
    )


def values_by_template() -> dict[str, set[str]]:
    """Return the values that each template gets while two large specs are generated."""
    values_of: defaultdict[str, set[str]] = defaultdict(set)
    original = render.render

    def recorded(
        kind: Any, template: str, package_templates: Path | None = None, /, **values: Any
    ) -> Any:
        values_of[template] |= {
            name
            for name, value in values.items()
            if not (template.startswith("python/") and is_imported(name, value))
        }
        return original(kind, template, package_templates, **values)

    modules = [module for module in _modules() if getattr(module, "render", None) is original]
    with pytest.MonkeyPatch.context() as patched:
        for module in modules:
            patched.setattr(module, "render", recorded)
        for spec in (SINK, ROOT / "specs" / "wechatpay"):
            files(load(spec).api, "project")
    return dict(values_of)


def is_imported(name: str, value: object) -> bool:
    """Return whether a value is the local name of something that the module imports, and not a value of the template."""
    return isinstance(value, Python) and value.split(".")[-1].strip("_") == name


def _modules() -> Iterator[object]:
    for path in (ROOT / "generator" / "specloom" / "targets").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT / "generator").with_suffix("").parts)
        yield import_module(name.removesuffix(".__init__"))


def test_the_readme_lists_all_templates_and_values() -> None:
    text = (ROOT / "templates" / "README.md").read_text("utf-8")
    sections = dict(re.findall(r"^### (\S+\.j2)\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE))
    assert sections.keys() == {
        path.relative_to(ROOT / "templates").as_posix()
        for path in (ROOT / "templates").rglob("*.j2")
    }
    for template, passed in values_by_template().items():
        documented = {
            name
            for line in re.findall(r"^- (.*)", sections[template], re.MULTILINE)
            for name in re.findall(r"`(\w+)`", line.split(":")[0])
        }
        assert documented == passed, template
    for template, section in sections.items():
        tree = jinja2.Environment().parse((ROOT / "templates" / template).read_text("utf-8"))
        attributes = {
            node.attr
            for node in tree.find_all(nodes.Getattr)
            if not (isinstance(node.node, nodes.Name) and node.node.name in ("label", "loop"))
        }
        assert attributes <= set(re.findall(r"`(\w+)`", section)), template


# --- packages with extensions ---------------------------------------------------------

SPEC = """\
specloom: 1
package: ledger
version: 1.0.0
client: Ledger
title: {en: Ledger, zh: 账本}
languages: [en, zh]
hosts: [https://api.example.com]
auth: hmac-sha256
error_shape: {code: code, message: message}
errors:
  - {status: 429, code: BUSY, reason: {en: "=1+1, too many", zh: 忙}, remedy: {en: Wait., zh: 请稍候。}}
"""
RESOURCE = """\
title: Entries
endpoints:
  book:
    http: POST /entries
    title: Book an entry
    body: {text: string(1..80)}
    responses: {200: {body: {number: integer}}}
    errors: [{status: 404, code: NO_ACCOUNT, reason: "There is no account\\nof this \\"name\\"", remedy: Open one}]
"""
CONFIG = '[tool.specloom.clients.ledger]\nspec = "spec"\nout = "out"\ntargets = ["error-list"]\n'


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with both examples installed."""
    python = environment(tmp_path_factory.mktemp("extended"), like_ours=True)
    pip(
        python,
        "install",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        ROOT / "tests" / "examples" / "error-list",
        ROOT / "tests" / "examples" / "hmac",
    )
    return python


@pytest.fixture(scope="module")
def ledger(extended: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project that is generated with both examples."""
    folder = tmp_path_factory.mktemp("ledger")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(SPEC, "utf-8")
    (folder / "spec" / "entries.yaml").write_text(RESOURCE, "utf-8")
    (folder / "pyproject.toml").write_text(CONFIG)
    assert "ledger: 1 endpoint" in run(extended, "-m", "specloom", "generate", cwd=folder)
    assert "up to date" in run(extended, "-m", "specloom", "check", cwd=folder)
    return folder


def test_a_target_adds_files(ledger: Path) -> None:
    with (ledger / "out" / "errors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["where", "status", "code", "class", "reason", "remedy"],
        ["every endpoint", "429", "BUSY", "Busy", "'=1+1, too many", "Wait."],
        [
            "entries.book",
            "404",
            "NO_ACCOUNT",
            "NoAccount",
            'There is no account of this "name"',
            "Open one",
        ],
    ]


def test_a_scheme_signs_requests_without_its_package(ledger: Path) -> None:
    folder = ledger / "out" / "ledger" / "_runtime" / "auth" / "hmac_sha256"
    copied = (folder / "scheme.py").read_text("utf-8")
    assert (
        "from ...confidential import Secret\nfrom ...errors import ConfigError\nfrom ...http_messages import Request\n"
        "from ...public_names import public\nfrom ..base import Scheme, need_text\n" in copied
    )
    assert "specloom" not in copied
    page = (ledger / "out" / "docs" / "zh" / "entries" / "book.md").read_text("utf-8")
    assert "`X-Signature`" in page
    with (
        imported(ledger / "out", "ledger") as package,
        serving(http_response(200, json.dumps({"number": 7}))) as server,
    ):
        with package.Ledger(key_id="k1", secret="s" * 32, hosts=[server.url]) as client:
            assert client.entries.book(text="纸").number == 7
            assert "ssss" not in repr(client)
        [request] = server.received
        digest = hashlib.sha256(request.body).hexdigest()
        text = f"POST\n/entries\n{request.header('X-Timestamp')}\n{digest}"
        assert (
            request.header("X-Signature")
            == hmac.new(b"s" * 32, text.encode(), hashlib.sha256).hexdigest()
        )
        with pytest.raises(package.errors.ConfigError, match="32 characters"):
            package.Ledger(key_id="k1", secret="short")


USER_TEST = """
import asyncio, pytest
from ledger import errors

pytest_plugins = ["ledger.testing"]


def test_user(ledger_mock, ledger_client, async_ledger_client):
    ledger_client.entries.book(text="纸")
    asyncio.run(async_ledger_client.entries.book(text="纸"))
    with pytest.raises(errors.ApiError, match="the signature does not match"):
        ledger_mock.client(secret="s" * 32).entries.book(text="纸")
"""


def test_the_mock_verifies_signatures_of_the_scheme(ledger: Path, tmp_path: Path) -> None:
    """In process, and with the pytest fixtures."""
    assert "specloom" not in (
        ledger / "out" / "ledger" / "_runtime" / "auth" / "hmac_sha256" / "mock_side.py"
    ).read_text("utf-8")
    (tmp_path / "test_user.py").write_text(USER_TEST, "utf-8")
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ledger / "out")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.stdout.strip().split("\n")[-1].startswith("1 passed"), process.stdout
    with imported(ledger / "out", "ledger"):
        mock = import_module("ledger.testing").LedgerMock()
        keys, body, now = mock.credentials, b'{"text": "x"}', str(int(time.time()))

        def booked(seconds: str, content: bytes, target: str = "/entries") -> int:
            text = f"POST\n/entries\n{seconds}\n{hashlib.sha256(body).hexdigest()}"
            signature = hmac.new(keys["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
            headers = {"X-Key-Id": keys["key_id"], "X-Timestamp": seconds, "X-Signature": signature}
            request = httpx.Request(
                "POST", f"https://api.example.com{target}", headers=headers, content=content
            )
            return int(mock.transport.handle_request(request).status_code)

        assert booked(now, body) == 200
        assert (
            booked(now, b'{"text": "y"}'),
            booked("1", body),
            booked(now, body, "/entries?x=1"),
        ) == (401, 401, 401)


def bring(monkeypatch: pytest.MonkeyPatch, group: str, value: Any) -> None:
    """Let all names of a group be entry points that lead to this value."""
    plain = plugins.load

    def load(of: str, name: str) -> object:
        return value if of == group else plain(of, name)

    monkeypatch.setattr(plugins, "load", load)


def test_the_mock_of_a_scheme_without_server_auth_needs_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = ROOT / "tests" / "examples" / "hmac" / "specloom_hmac"
    monkeypatch.setattr(sys, "path", [str(folder.parent), *sys.path])
    scheme = replace(import_module("specloom_hmac").SCHEME, mock=None)

    bring(monkeypatch, plugins.SCHEMES, scheme)
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(SPEC, "utf-8")
    (tmp_path / "spec" / "entries.yaml").write_text(RESOURCE, "utf-8")
    write(tmp_path / "spec", tmp_path / "out")
    with imported(tmp_path / "out", "ledger") as package:
        mock = import_module("ledger.testing").LedgerMock()
        for make in (mock.client, mock.async_client):
            with pytest.raises(
                package.errors.ConfigError,
                match=r"pass key_id= and secret= to mock\.client\(\), or set `mock` in the SchemeDefinition",
            ):
                make()
        assert mock.client(key_id="k", secret="s" * 32).entries.book(text="x").number == 0


def test_unknown_targets_and_schemes_are_reported(extended: Path, ledger: Path) -> None:
    config = ledger / "pyproject.toml"
    config.write_text(CONFIG.replace("error-list", "eror-list"))
    output = run(extended, "-m", "specloom", "check", cwd=ledger, status=2)
    assert "pyproject.toml:4:12: unknown-target: unknown target `eror-list`\n" in output
    assert "hint: did you mean error-list?" in output
    api = ledger / "spec" / "_api.yaml"
    api.write_text(SPEC.replace("hmac-sha256", "hmac-sha265"), "utf-8")
    config.write_text(CONFIG)
    output = run(extended, "-m", "specloom", "check", cwd=ledger, status=2)
    assert "unknown-scheme: unknown scheme `hmac-sha265`" in output
    assert "did you mean `hmac-sha256`?" in output


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (3, "invalid result of type int; expected a mapping of paths to Code"),
        ({"x": Code("")}, "invalid path 'x' of type str"),
        ({PurePosixPath("x"): "text"}, "invalid content of type str for x"),
        ({PurePosixPath("x"): Code("")}, "invalid content of type Code for x"),
        (
            {PurePosixPath("README.md"): render.Code.__subclasses__()[0]("")},
            "duplicate file README.md",
        ),
    ],
)
def test_invalid_output_of_a_target_is_refused(
    monkeypatch: pytest.MonkeyPatch, output: object, message: str
) -> None:
    bring(monkeypatch, plugins.TARGETS, lambda api: output)
    with pytest.raises(UsageError, match=re.escape(message)):
        files(api_of("weixin"), "project", targets=["mine"])


def test_an_exception_of_a_target_names_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, plugins.TARGETS, lambda api: {}["x"])
    with pytest.raises(
        UsageError, match=r"target mine, .* failed: KeyError: 'x' \(.*test_extending.py:\d+\)"
    ):
        files(api_of("weixin"), "project", targets=["mine"])
