"""`python -m <package>`: the shell of a client against its mock as a server; bash and curl judge the requests that it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.generated import CASES, COMMITTED, imported, write
from tests.servers import Server, closed_port, http_response, serving

SPECS = {
    "pages": CASES / "paging" / "spec",
    "chat": CASES / "streams" / "spec",
    "file_depot": CASES / "files" / "spec",
    "jobs": CASES / "polling" / "spec",
    "corner_shop": CASES / "kitchen_sink" / "spec",
}
QUERY = ("fapiao-applications", "query", "order 1/2", "--sub-mchid", "1900000109")
Projects: TypeAlias = Callable[[str], Path]
TOKEN = "secret'token\"$HOME"


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Projects:
    """Folder of a project by its package, generated when it is first used."""
    folder = tmp_path_factory.mktemp("projects")

    def project(package: str) -> Path:
        if package in COMMITTED:
            return COMMITTED[package]
        if not (folder / package).exists():
            write(SPECS[package], folder / package)
        return folder / package

    return project


class Shell:
    """Runs the shell of one package in a process, with credentials in the environment."""

    def __init__(
        self, project: Path, package: str, url: str, credentials: Mapping[str, str]
    ) -> None:
        self.project = project
        self.python = f"{sys.executable} -W error -m {package}"
        self.url = url
        self.environment = {name: value for name, value in os.environ.items() if name != "HOME"}
        for name, value in credentials.items():
            self.environment[f"{package}_{name}".upper()] = value

    def __call__(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command, with the options that come first."""
        return self._run([*self.python.split(), "--host", self.url, *words], stdin)

    def bash(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run what the shell printed."""
        return self._run(
            [
                "bash",
                "-euc",
                f'curl() {{ command curl --silent --show-error --fail "$@"; }}\n{script}',
            ]
        )

    def _run(self, words: list[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.project,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def with_mock(project: Path, package: str) -> Generator[tuple[Shell, Any]]:
    """Yield the shell of a package whose mock is served, and the mock."""
    with imported(project, package):
        testing = import_module(f"{package}.testing")
        server = import_module(f"{package}._runtime.mock.server").Server
        mock = next(
            value
            for name, value in vars(testing).items()
            if name.endswith("Mock") and value.__module__ == testing.__name__
        )()
        texts = {name: each for name, each in mock.credentials.items() if isinstance(each, str)}
        with server(mock, "127.0.0.1", 0) as running:
            yield Shell(project, package, running.url, texts), mock
        mock.close()


@contextmanager
def with_server(project: Path, package: str, *responses: bytes) -> Generator[tuple[Shell, Server]]:
    """Yield the shell of a package, and a server with prepared responses."""
    with serving(*responses) as server:
        yield Shell(project, package, server.url, {"token": TOKEN}), server


def test_a_signed_call_and_its_error(projects: Projects) -> None:
    with with_mock(projects("wechatpay"), "wechatpay") as (shell, mock):
        refused = shell(*QUERY)
        assert refused.returncode == 4
        assert "404 RESOURCE_NOT_EXISTS" in refused.stderr
        assert "Outcome: rejected" in refused.stderr
        (received,) = mock.calls
        assert received.request.path.endswith("/order%201%2F2")
        everything = refused.stdout + refused.stderr
        assert not [
            value for value in shell.environment.values() if value in everything and len(value) > 20
        ]


def test_a_printed_request_is_the_signed_one(projects: Projects) -> None:
    with with_mock(projects("wechatpay"), "wechatpay") as (shell, mock):
        printed = shell(*QUERY, "--curl")
        assert not mock.calls
        assert printed.returncode == 0, printed.stderr
        # The mock verifies the signature before it looks for the application.
        assert "404" in shell.bash(printed.stdout).stderr
        forged = printed.stdout.replace("1900000109", "1900000108")
        assert "401" in shell.bash(forged).stderr


def test_a_printed_request_has_variables_for_secrets(projects: Projects) -> None:
    with with_server(projects("pages"), "pages", http_response(200, "[]")) as (shell, server):
        printed = shell("issues", "list", "it's $HOME", "--curl")
        assert TOKEN not in printed.stdout
        assert "secret" not in printed.stdout
        assert shell.bash(printed.stdout).returncode == 0
        (request,) = server.received
        assert request.header("Authorization") == f"Bearer {TOKEN}"
        assert "it%27s%20%24HOME" in request.target


def test_pages(projects: Projects) -> None:
    with with_mock(projects("pages"), "pages") as (shell, _):
        one = shell("issues", "list", "owner", "--per-page", "2")
        assert one.returncode == 0, one.stderr
        first = json.loads(one.stdout)
        lines = shell("issues", "list", "owner", "--per-page", "2", "--pages").stdout.splitlines()
        assert [json.loads(line) for line in lines][: len(first)] == first
        assert len(lines) > len(first)
        no_pages = shell("issues", "list", "owner", "--per-page", "2", "--wait")
        assert (no_pages.returncode, no_pages.stderr) == (
            2,
            "--wait: issues.list has no state to wait for\n",
        )


def test_streams_print_each_event_at_once(projects: Projects) -> None:
    with with_mock(projects("chat"), "chat") as (shell, _):
        done = shell(
            "completions",
            "stream",
            "--model",
            "m",
            "--messages",
            '[{"role":"user","content":"Hi"}]',
        )
        assert done.returncode == 0, done.stderr
        assert all(isinstance(json.loads(line), dict) for line in done.stdout.splitlines())
        assert len(done.stdout.splitlines()) > 1


def test_files(projects: Projects, tmp_path: Path) -> None:
    content = tmp_path / "picture.png"
    content.write_bytes(bytes(range(256)) * 300)
    with with_mock(projects("file_depot"), "file_depot") as (shell, mock):
        assert shell("objects", "put", "a/b", "--content", str(content)).returncode == 0
        assert mock.calls[-1].request.body == content.read_bytes()
    with with_server(
        projects("file_depot"), "file_depot", http_response(200, content.read_bytes())
    ) as (shell, _):
        target = tmp_path / "target.png"
        assert shell("objects", "get", "a/b", "--out", str(target)).returncode == 0
        assert target.read_bytes() == content.read_bytes()
        piped = shell.bash(f"{shell.python} --host {shell.url} objects get a/b | cmp - {content}")
        assert piped.returncode == 0, piped.stderr


def test_waiting(projects: Projects) -> None:
    with with_mock(projects("jobs"), "jobs") as (shell, mock):
        started = json.loads(shell("exports", "start", "--format", "csv").stdout)
        done = shell("exports", "query", str(started["id"]), "--wait")
        assert done.returncode == 0, done.stderr
        assert len([each for each in mock.calls if each.endpoint == "exports.query"]) > 1


@pytest.mark.parametrize(
    ("server_gone", "response", "status", "outcome"),
    [
        (True, b"", 3, "not_sent"),
        (False, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[", 5, "unknown"),
    ],
)
def test_exit_status_is_the_outcome(
    server_gone: bool, response: bytes, status: int, outcome: str, projects: Projects
) -> None:
    words = (
        "completions",
        "create",
        "--model",
        "m",
        "--messages",
        '{"role":"user","content":"Hi"}',
    )
    with with_server(projects("chat"), "chat", response) as (shell, _):
        if server_gone:
            shell.url = f"http://127.0.0.1:{closed_port()}"
        done = shell(*words)
        assert (done.returncode, f"Outcome: {outcome}" in done.stderr) == (
            status,
            True,
        ), done.stderr
        assert "Traceback" not in done.stderr


def test_wrong_words_say_what_is_right(projects: Projects, tmp_path: Path) -> None:
    shell = Shell(projects("wechatpay"), "wechatpay", "http://127.0.0.1:1", {})
    no_key = shell(*QUERY)
    assert (no_key.returncode, "WECHATPAY_MCHID" in no_key.stderr) == (2, True)
    assert "did you mean reverse?" in shell("fapiao-applications", "revers").stderr
    assert "--sub-mchid" in shell("fapiao-applications", "query", "1").stderr
    bad_json = shell(
        "fapiao-applications",
        "reverse",
        "1",
        "--sub-mchid",
        "1",
        "--reverse-reason",
        "r",
        "--fapiao-information",
        "@-",
        stdin="[{",
    )
    assert "fapiao-information: invalid JSON" in bad_json.stderr
    stored = tmp_path / "credentials.toml"
    stored.write_text('mchid = "1900000001\n')
    broken = shell("--credentials", str(stored), *QUERY)
    assert broken.stderr == f"{stored}: invalid TOML or JSON\n"
    assert "1900000001" not in broken.stderr


def test_credentials_in_a_file(projects: Projects, tmp_path: Path) -> None:
    with with_mock(projects("corner_shop"), "corner_shop") as (shell, mock):
        stored = tmp_path / "credentials.json"
        stored.write_text(json.dumps({"merchant": dict(mock.credentials_of("merchant"))}))
        found = shell(
            "--credentials", str(stored), "orders", "query", "order-0001", "--verbose", "true"
        )
        assert found.returncode == 0, found.stderr
        shown = json.loads(found.stdout)
        assert shown["order_no"]
        table = shell(
            "--credentials", str(stored), "--table", "orders", "query", "order-0001"
        ).stdout
        assert "order_no  " in table


def test_a_response_that_cannot_be_saved_is_printed(projects: Projects, tmp_path: Path) -> None:
    with with_server(projects("pages"), "pages", http_response(200, '[{"number": 7}]')) as (
        shell,
        _,
    ):
        done = shell("issues", "list", "owner", "--out", str(tmp_path / "missing" / "file"))
        assert (done.returncode, json.loads(done.stdout)) == (6, [{"number": 7}])
        assert done.stderr.startswith("cannot write")
