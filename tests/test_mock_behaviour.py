"""Tests of a service's behaviour in the mock: a Python module of the user, named in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.generated import imported
from tests.test_command import CONFIG, RESOURCE, SPEC

from specloom.cli import main

BEHAVIOUR = '''\
"""Behaviour of named things."""

from __future__ import annotations

from collections.abc import Mapping

from specloom.runtime.mock import DocumentedError
from specloom.runtime.mock.server_core import Mock
from specloom.runtime.mock.execution import Behaviour, Result
from specloom.runtime.mock.argument_checks import CheckedArguments


class ThingsMock(Mock):
    def name(self, thing_id: str, name: str) -> None:
        """Give a thing a name."""
        self.store.put("thing", thing_id, name)

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        return {**super().behaviours(), ("GET", "/things/{}"): self._get}

    def _get(self, arguments: CheckedArguments) -> Result:
        name = self.store.get("thing", arguments.path[0])
        if name is None:
            raise DocumentedError(404, "NOT_FOUND", "there is no such thing")
        return Result(200, {"name": name})
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(SPEC)
    (tmp_path / "spec" / "things.yaml").write_text(RESOURCE)
    (tmp_path / "pyproject.toml").write_text(CONFIG + 'mock = "spec/mock.py"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_mock_has_the_behaviour_of_the_module(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = project / "spec" / "mock.py"
    module.write_text(BEHAVIOUR)
    assert main(["generate"]) == 0
    with imported(project / "client", "tiny") as tiny:
        from tiny.testing import TinyMock  # type: ignore[import-not-found, unused-ignore]

        mock = TinyMock()
        mock.name("1", "hammer")
        assert mock.client().things.get("1").name == "hammer"
        with pytest.raises(tiny.errors.ApiError) as caught:
            mock.client().things.get("2")
        assert caught.value.status == 404
        assert b"no such thing" in caught.value.content
    # The module is an input: the up-to-date check notices a change of it.
    assert main(["check"]) == 0
    module.write_text(BEHAVIOUR.replace("such thing", "thing of that name"))
    capsys.readouterr()
    assert main(["check"]) == 1
    assert "there is no thing of that name" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "file spec/mock.py not found"),
        (
            "class ThingsMock(",
            "invalid mock module spec/mock.py: '(' was never closed",
        ),
        ("", "expected one class whose name ends in Mock, found none"),
        (
            "class AMock: ...\nclass BMock: ...\n",
            "expected one class whose name ends in Mock, found AMock and BMock",
        ),
        (
            "from .values import VALUES\nclass AMock: ...\n",
            "line 1: cannot import .values: it is not copied",
        ),
        (
            "import specloom.spec\nclass AMock: ...\n",
            "line 1: cannot import specloom.spec: it is not copied",
        ),
    ],
)
def test_a_module_that_cannot_be_copied_is_a_problem(
    project: Path, capsys: pytest.CaptureFixture[str], text: str | None, message: str
) -> None:
    if text is not None:
        (project / "spec" / "mock.py").write_text(text)
    assert main(["generate"]) == 2
    stderr = capsys.readouterr().err
    assert stderr.startswith("pyproject.toml:4:8: config-mock: ")
    assert message in stderr
    assert not (project / "client").exists()


def test_a_client_may_have_no_mock(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(CONFIG + "testing = false\n")
    assert main(["generate"]) == 0
    client = project / "client"
    written = {
        path.relative_to(client): path.read_text("utf-8")
        for path in client.rglob("*")
        if path.is_file()
    }
    assert not [
        path
        for path in written
        if "mock" in path.parts or path.name in ("testing.py", "examples.json")
    ]
    pages = [text for path, text in written.items() if path.suffix == ".md"]
    assert pages
    assert not [text for text in pages if "tiny.testing" in text or "mock.fail" in text]
    with imported(client, "tiny") as tiny, pytest.raises(tiny.errors.ConnectionFailed):
        tiny.Tiny(hosts=["http://127.0.0.1:9"]).things.get("1")
    (project / "spec" / "mock.py").write_text(BEHAVIOUR)
    (project / "pyproject.toml").write_text(CONFIG + 'testing = false\nmock = "spec/mock.py"\n')
    assert main(["check"]) == 2
    assert "config-mock: `mock` has no effect with testing = false" in capsys.readouterr().err
