"""The judges themselves: they find deliberate leaks through each maker of code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specloom.code import Markdown, Python, Toml, markdown, python, toml
from specloom.code.python import docstrings, expressions

from .fragments import CANARY
from .runs import SMALL, run
from .specs import Spec
from .watch import watching

LEAKS: dict[str, tuple[object, str, Callable[..., Any], str, str]] = {
    "a docstring that is not escaped": (python, "docstring", lambda text, indentation=0: Python(f'"""{text}"""'), "description", f'"""\n{CANARY}()\n"""'),
    "a docstring that forgets backslashes": (docstrings, "_docstring_line", lambda line: line.replace('"""', '\\"""'), "description", f'\\"""\n{CANARY}()\n"""'),
    "an escape that is none": (docstrings, "_docstring_line", lambda line: line.replace('"""', "'''"), "description", "\\N{no such name}"),
    "a literal that is not escaped": (expressions, "string", lambda value: f'"{value}"', "reason", f'", {CANARY}(), "'),
    "a name that is any text": (python, "identifier", lambda name: Python(name), "client", f"Small(x):\n    {CANARY} = 1\nclass Small"),
    "TOML that is not escaped": (toml, "string", lambda value: Toml(f'"{value}"'), "title", f'x"\n[tool.{CANARY}]\ny = "'),
    "Markdown that is not escaped": (markdown, "text", lambda value: Markdown(value), "title", f"<script>{CANARY}</script>"),
    "a link that is not escaped": (markdown, "text", lambda value: Markdown(value), "title", f"[x](https://{CANARY}.example)"),
    "a heading that comes of a text": (markdown, "paragraphs", lambda value: Markdown(value), "description", f"x\n\n# {CANARY}"),
    "notes that are not tamed": (markdown, "notes", lambda value: Markdown(value), "", f"<b>{CANARY}</b>"),
}  # fmt: skip


CACHED = [
    maker
    for home in (markdown, expressions, docstrings)
    for maker in vars(home).values()
    if hasattr(maker, "cache_clear")
]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, name, leaky, about, text = LEAKS[leak]
    spec = Spec.read(SMALL)
    slots = [
        slot
        for slot in spec.slots
        if (slot.kind == "note" if not about else about in slot.about[-2:] and slot.kind == "value")
    ]
    attack = dict.fromkeys(slots, text)
    if name != "identifier":  # such a client is a problem of the spec already
        assert run(SMALL, [attack], tmp_path).failures == []
    monkeypatch.setattr(home, name, leaky)
    if name == "identifier":
        monkeypatch.setattr("specloom.spec.validation.check", lambda *_: None)
    try:
        _forget()
        assert run(SMALL, [attack], tmp_path).failures != []
    finally:
        _forget()


def _forget() -> None:
    """Clear the caches of the makers of code."""
    for maker in CACHED:
        maker.cache_clear()


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
