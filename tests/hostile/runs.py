"""Runs of attacks: a hostile spec is generated, or rejected with problems, and judged."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath

from specloom.code import Code
from specloom.diagnostics import InvalidSpec, as_github, as_json, as_text
from specloom.spec import load
from specloom.targets import files

from .judges import complaints
from .specs import Slot, Spec, write
from .watch import watching

HERE = Path(__file__).parent
SMALL = HERE / "small"
KITCHEN_SINK = HERE.parent / "cases" / "kitchen_sink" / "spec"
STREAMS = HERE.parent / "cases" / "streams" / "spec"
SLOWEST = 20.0
"""Processor time in seconds, a hundred times of what an attack takes: the limit is for what does not end."""

Attack = Mapping[Slot, str]


@dataclass
class Tally:
    """Results of many attacks."""

    generated: int = 0
    rules: Counter[str] = field(default_factory=Counter[str])
    """Problems by rule."""
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list[str])


@cache
def files_of(folder: Path) -> Mapping[PurePosixPath, Code]:
    """Return the files of a spec before any attack."""
    return files(load(folder, "spec").api, "project")


def run(folder: Path, attacks: Iterable[Attack], room: Path, keep: int = 0) -> Tally:
    """Judge each attack on the spec of a folder; keep every n-th generated project in `room`."""
    spec = Spec.read(folder)
    before = files_of(folder)
    tally = Tally()
    for number, texts in enumerate(attacks):
        spec_folder = room / f"spec{number}"
        write(spec.files(texts), spec_folder)
        for failure in _judge(
            spec_folder,
            before,
            tally,
            room / f"project{number}" if keep and number % keep == 0 else None,
        ):
            tally.failures.append(f"{failure}\n    by {_describe(texts)}")
        shutil.rmtree(spec_folder)
    return tally


def _judge(
    spec_folder: Path, before: Mapping[PurePosixPath, Code], tally: Tally, project: Path | None
) -> Iterator[str]:
    start = time.process_time()
    generated: Mapping[PurePosixPath, Code] = {}
    api = None
    with watching() as happened:
        try:
            api = load(spec_folder, "spec").api
            generated = files(api, "project")
        except InvalidSpec as error:
            tally.rules.update({problem.rule for problem in error.problems})
            for form in (
                as_text(error.problems, error.sources),
                as_json(error.problems),
                as_github(error.problems),
            ):
                form.encode()
        except Exception as error:
            yield f"a traceback: {type(error).__name__}: {error}"
    took = time.process_time() - start
    tally.slowest = max(tally.slowest, took)
    if took > SLOWEST:
        yield f"{took:.1f} s"
    yield from happened
    if api is not None:
        tally.generated += 1
        yield from complaints(generated, api, before)
        if project is not None:
            for path, code in generated.items():
                (project / path).parent.mkdir(parents=True, exist_ok=True)
                (project / path).write_text(code, "utf-8")


def _describe(texts: Attack) -> str:
    rows = [
        f"{slot.file} {slot.kind} {'.'.join(slot.about)} ({slot.number}): {text[:80]!r}"
        for slot, text in texts.items()
    ]
    return "; ".join(rows[:5])
