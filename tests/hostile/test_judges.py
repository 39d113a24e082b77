"""Tests of the hostile tests themselves: they find deliberate leaks of unescaped text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specloom.code import Markdown, Python, Toml, markdown, python, toml
from specloom.code.python import docstrings, expressions

from .fragments import CANARY
from .runs import SMALL, files_of, run
from .specs import Spec
from .watch import watching

LEAKS: dict[str, tuple[object, str, Callable[..., Any], str, str]] = {
    "a docstring that is not escaped": (python, "docstring", lambda text, indentation=0: Python(f'"""{text}"""'), "description", f'"""\n{CANARY}()\n"""'),
    "a docstring with unescaped backslashes": (docstrings, "_docstring_line", lambda line: line.replace('"""', '\\"""'), "description", f'\\"""\n{CANARY}()\n"""'),
    "an invalid escape": (docstrings, "_docstring_line", lambda line: line.replace('"""', "'''"), "description", "\\N{no such name}"),
    "a literal that is not escaped": (expressions, "string", lambda value: f'"{value}"', "reason", f'", {CANARY}(), "'),
    "a name that is not validated": (python, "identifier", lambda name: Python(name), "client", f"Small(x):\n    {CANARY} = 1\nclass Small"),
    "TOML that is not escaped": (toml, "string", lambda value: Toml(f'"{value}"'), "title", f'x"\n[tool.{CANARY}]\ny = "'),
    "Markdown that is not escaped": (markdown, "text", lambda value: Markdown(value), "title", f"<script>{CANARY}</script>"),
    "a link that is not escaped": (markdown, "text", lambda value: Markdown(value), "title", f"[x](https://{CANARY}.example)"),
    "a heading injected by a text": (markdown, "paragraphs", lambda value: Markdown(value), "description", f"x\n\n# {CANARY}"),
    "notes that are not sanitized": (markdown, "notes", lambda value: Markdown(value), "", f"<b>{CANARY}</b>"),
}  # fmt: skip


CACHED = [
    function
    for module in (markdown, expressions, docstrings)
    for function in vars(module).values()
    if hasattr(function, "cache_clear")
]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, replacement, about, text = LEAKS[leak]
    spec = Spec.read(SMALL)
    slots = [
        slot
        for slot in spec.slots
        if (slot.kind == "note" if not about else about in slot.about[-2:] and slot.kind == "value")
    ]
    attack = dict.fromkeys(slots, text)
    if name != "identifier":  # such a client is a problem of the spec already
        assert run(SMALL, [attack], tmp_path).failures == []
    monkeypatch.setattr(module, name, replacement)
    if name == "identifier":
        monkeypatch.setattr("specloom.spec.validation.check", lambda *_: None)
    try:
        _clear_caches()
        assert run(SMALL, [attack], tmp_path).failures != []
    finally:
        _clear_caches()


def _clear_caches() -> None:
    """Clear caches, which hold code from before or after the leak."""
    for function in (*CACHED, files_of):
        function.cache_clear()


def test_side_effects_of_a_process_are_recorded(tmp_path: Path) -> None:
    import os
    import socket
    import subprocess

    with watching() as seen:
        (tmp_path / "x").write_text("x")
        (tmp_path / "y").mkdir()
        os.rename(tmp_path / "x", tmp_path / "z")
        socket.socket().close()
        subprocess.run(["true"], check=True)
        os.system("true")
        compile(f"{CANARY} = 1", "x", "exec")
    assert [event.split(" ")[0] for event in seen if not event.startswith("os.posix_spawn")] == [
        "open", "os.mkdir", "os.rename", "socket.__new__", "subprocess.Popen", "os.system", "compile",
    ]  # fmt: skip
