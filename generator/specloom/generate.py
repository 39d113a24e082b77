"""Keeping outputs what their specs make of them: written, or compared.

clients ─▶ weave ─▶ publish or compare ─▶ noted as done (unchanged)
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from . import bounded
from .build import needs_others, weave
from .config import NAME, ClientConfig, Config, find
from .diagnostics import Diagnostic, InvalidSpec, UsageError, display_path
from .publish import MANIFEST, Comparison, compare, places, publish
from .spec import LoadedSpec
from .targets import Files
from .up_to_date import fingerprints

if TYPE_CHECKING:
    from .up_to_date.fingerprints import Done

Report: TypeAlias = Callable[[Sequence[Diagnostic], Mapping[str, str]], None]
"""Prints problems, given the texts of the files that they are in."""


class BuiltClient(Struct, frozen=True):
    """A client whose spec is right, and its files."""

    client: ClientConfig
    loaded: LoadedSpec
    files: Files
    before: str | None
    """The content of the inputs before they were read; None if pyproject.toml was read before and says something else by now."""

    @property
    def told(self) -> str:
        """What there is in the spec: `2 endpoints, 14 types`."""
        endpoints = sum(1 for _ in self.loaded.api.all_endpoints())
        types = len(self.loaded.api.types)
        return f"{endpoints} endpoint{'' if endpoints == 1 else 's'}, {types} type{'' if types == 1 else 's'}"


def generate_clients(
    config: Config, clients: Sequence[ClientConfig], report: Report, *, force: bool = False
) -> Iterator[str]:
    """Writes the clients, one after the other, and tells of each in a line. Nothing is written unless all specs are right."""
    done: dict[str, Done] = {}
    woven = _woven(config, clients)
    warnings = [problem for each in woven for problem in each.loaded.warnings]
    report(warnings, {path: text for each in woven for path, text in each.loaded.sources.items()})
    try:
        for each in woven:
            comparison = publish(each.client.out, each.files, force=force)
            done |= _done(config, each, comparison)
            counts = {
                "changed": len(comparison.changed) + len(comparison.missing),
                "removed": len(comparison.extra),
                "same": comparison.same,
            }
            told = ", ".join(
                f"{count} {what}" for what, count in counts.items() if count or what == "same"
            )
            yield f"{each.client.name}: {each.told} -> {display_path(each.client.out)} ({told})"
    finally:
        _remember(config, done)


class Checked(Struct, frozen=True):
    """A client compared with its output."""

    client: ClientConfig
    loaded: LoadedSpec
    comparison: Comparison

    def lines(self) -> Iterator[str]:
        """What differs, for people: a unified diff of each file, and the names of those that are missing or extra."""
        name, found = self.client.name, self.comparison
        if found.up_to_date:
            yield f"{name}: up to date\n"
            return
        yield f"{name}: {display_path(found.folder)} is not what {display_path(self.client.spec)} generates; run specloom generate\n"
        for path in found.changed:
            yield from _difference(found, path)
        for problem in self.findings():
            if problem.rule != "changed":
                yield f"{problem.rule}: {problem.path}\n"

    def findings(self) -> Sequence[Diagnostic]:
        """The same for programs: a problem for each file."""
        found, hint = self.comparison, "run specloom generate"
        rows: list[tuple[str, PurePosixPath, int, str]]
        rows = [
            ("missing", path, 1, f"{self.client.source} generates this file, and it is not there")
            for path in found.missing
        ]
        rows += [
            ("extra", path, 1, f"{self.client.source} does not generate this file any more")
            for path in found.extra
        ]
        rows += [
            (
                "changed",
                path,
                _first(found, path),
                f"this is not what {self.client.source} generates",
            )
            for path in found.changed
        ]
        if not rows and not found.manifest_current:
            rows = [
                (
                    "manifest",
                    PurePosixPath(MANIFEST),
                    1,
                    "the list of generated files is not what it should be",
                )
            ]
        by_hand = "; it was changed by hand"
        edited = "move the change to the spec, or run specloom generate --force to lose it"
        return [
            Diagnostic(
                display_path(found.folder / path),
                line,
                1,
                rule,
                text + by_hand * (path in found.edited),
                edited if path in found.edited else hint,
            )
            for rule, path, line, text in rows
        ]


def check_clients(config: Config, clients: Sequence[ClientConfig]) -> list[Checked]:
    """Compares the clients with their outputs, and writes nothing."""
    done: dict[str, Done] = {}
    found: list[Checked] = []
    for each in _woven(config, clients):
        comparison = compare(each.client.out, each.files)
        found.append(Checked(each.client, each.loaded, comparison))
        if comparison.up_to_date:
            done |= _done(config, each, comparison)
    _remember(config, done)
    return found


def chosen(start: Path, wanted: Sequence[str]) -> tuple[Config, list[ClientConfig]]:
    """The configuration that holds for a folder, and those of its clients that are wanted; all, if none is named."""
    config = find(start)
    known = {client.name: client for client in config.clients}
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"there is no client {name} in {display_path(config.root / NAME)}; it has {', '.join(known)}"
            )
    return config, [known[name] for name in wanted] if wanted else list(config.clients)


def inputs(config: Config, client: ClientConfig) -> list[str]:
    """The files and folders that decide what a client is, besides specloom itself."""
    paths = (config.root / NAME, client.spec, *filter(None, (client.templates, client.mock)))
    return [os.path.abspath(path) for path in paths]


def _woven(config: Config, clients: Sequence[ClientConfig]) -> list[BuiltClient]:
    """All of the clients; raises `InvalidSpec` with what is wrong in any of them."""
    found: list[BuiltClient] = []
    wrong: list[InvalidSpec] = []
    for client in clients:
        before = fingerprints.content(inputs(config, client))
        known = (
            client.file.is_current
        )  # asked after `before`, so that this is what has the settings that hold here
        try:
            found.append(BuiltClient(client, *weave(client), before if known else None))
        except InvalidSpec as error:
            wrong.append(error)
    if wrong:
        raise InvalidSpec.of_all(wrong)
    return found


def _done(config: Config, woven: BuiltClient, comparison: Comparison) -> Mapping[str, Done]:
    """The client as one that has nothing to do; not if there are warnings, which every run repeats, or if other packages have a part in it."""
    if woven.loaded.warnings or needs_others(woven.client, woven.loaded.api):
        return {}
    out = Path(os.path.abspath(woven.client.out))
    return {
        woven.client.name: {
            "inputs": inputs(config, woven.client),
            "before": woven.before,
            "out": str(out),
            "work": [str(place) for place in places(out)],
            "told": woven.told,
            "manifest": hashlib.sha256(comparison.manifest).hexdigest(),
        }
    }


def _remember(config: Config, done: Mapping[str, Done]) -> None:
    fingerprints.remember(
        os.path.abspath(config.root / NAME), [client.name for client in config.clients], done
    )


def _difference(found: Comparison, path: PurePosixPath) -> Iterator[str]:
    from difflib import unified_diff

    old, new = _texts(found, path)
    by_hand = " (changed by hand)" if path in found.edited else ""
    place = display_path(found.folder / path)
    for line in unified_diff(old, new, f"{place}{by_hand}", f"{place} (generated)"):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _first(found: Comparison, path: PurePosixPath) -> int:
    """The first line of a file that differs."""
    old, new = _texts(found, path)
    pairs = enumerate(zip(old, new, strict=False), 1)
    return next(
        (number for number, (one, other) in pairs if one != other), min(len(old), len(new)) + 1
    )


def _texts(found: Comparison, path: PurePosixPath) -> tuple[list[str], list[str]]:
    """The lines on disk and those that are generated."""
    try:
        old = bounded.read(found.folder / path, bounded.STATE).decode("utf-8", "replace")
    except OSError:  # it went meanwhile, or nobody wants to read the difference
        old = ""
    return old.splitlines(keepends=True), found.wanted[path].decode("utf-8").splitlines(
        keepends=True
    )
