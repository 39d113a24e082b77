"""Generate clients, or check that they are up to date.

clients ─▶ build ─▶ publish or compare ─▶ record as up to date
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from . import bounded, plugins
from .build import build_client
from .config import NAME, ClientConfig, Config, find
from .diagnostics import Diagnostic, InvalidSpec, UsageError, display_path
from .publish import MANIFEST, Comparison, compare, publish, staging_paths
from .spec import LoadedSpec
from .targets import Files
from .up_to_date import fingerprints

if TYPE_CHECKING:
    from .up_to_date.fingerprints import FinishedClient

Report: TypeAlias = Callable[[Sequence[Diagnostic], Mapping[str, str]], None]
"""Prints problems, given the texts of their files."""


class BuiltClient(Struct, frozen=True):
    """A client with a valid spec, and its files."""

    client: ClientConfig
    loaded: LoadedSpec
    files: Files
    content_before: str | None
    """Fingerprint of the inputs before they were read; None if pyproject.toml has changed since it was read."""

    @property
    def summary(self) -> str:
        """The spec in a few words: `2 endpoints, 14 types`."""
        endpoints = sum(1 for _ in self.loaded.api.all_endpoints())
        types = len(self.loaded.api.types)
        return f"{endpoints} endpoint{'' if endpoints == 1 else 's'}, {types} type{'' if types == 1 else 's'}"


def generate_clients(
    config: Config, clients: Sequence[ClientConfig], report: Report, *, force: bool = False
) -> Iterator[str]:
    """Write the clients one after the other, and yield a line for each. Nothing is written unless all specs are valid."""
    finished: dict[str, FinishedClient] = {}
    built_clients = _build_all(config, clients)
    warnings = [problem for built in built_clients for problem in built.loaded.warnings]
    sources = {path: text for built in built_clients for path, text in built.loaded.sources.items()}
    report(warnings, sources)
    try:
        for built in built_clients:
            comparison = publish(built.client.out, built.files, force=force)
            finished |= _finished(config, built, comparison)
            counts = {
                "changed": len(comparison.changed) + len(comparison.missing),
                "removed": len(comparison.extra),
                "unchanged": comparison.unchanged,
            }
            files = ", ".join(
                f"{count} {change}"
                for change, count in counts.items()
                if count or change == "unchanged"
            )
            yield f"{built.client.name}: {built.summary} -> {display_path(built.client.out)} ({files})"
    finally:
        _remember(config, finished)


class CheckedClient(Struct, frozen=True):
    """A client compared with its output."""

    client: ClientConfig
    loaded: LoadedSpec
    comparison: Comparison

    def lines(self) -> Iterator[str]:
        """Yield the differences for people: a unified diff of each changed file, and the names of missing and extra files."""
        name, comparison = self.client.name, self.comparison
        if comparison.up_to_date:
            yield f"{name}: up to date\n"
            return
        yield f"{name}: {display_path(comparison.folder)} is out of date with {display_path(self.client.spec)}; run specloom generate\n"
        for path in comparison.changed:
            yield from _unified_diff(comparison, path)
        for problem in self.problems():
            if problem.rule != "changed":
                yield f"{problem.rule}: {problem.path}\n"

    def problems(self) -> Sequence[Diagnostic]:
        """Return the differences for programs: one problem for each file."""
        comparison, source = self.comparison, self.client.source
        rows: list[tuple[str, PurePosixPath, int, str]]
        rows = [
            ("missing", path, 1, f"file generated from {source} is missing")
            for path in comparison.missing
        ]
        rows += [
            ("extra", path, 1, f"file is no longer generated from {source}")
            for path in comparison.extra
        ]
        rows += [
            (
                "changed",
                path,
                _first_difference(comparison, path),
                f"file is out of date with {source}",
            )
            for path in comparison.changed
        ]
        if not rows and not comparison.manifest_current:
            rows = [
                (
                    "manifest",
                    PurePosixPath(MANIFEST),
                    1,
                    "manifest does not match the generated files",
                )
            ]
        return [
            Diagnostic(
                display_path(comparison.folder / path),
                line,
                1,
                rule,
                f"{message}; it was edited by hand" if path in comparison.edited else message,
                (
                    "move the edits to the spec, or run specloom generate --force to discard them"
                    if path in comparison.edited
                    else "run specloom generate"
                ),
            )
            for rule, path, line, message in rows
        ]


def check_clients(config: Config, clients: Sequence[ClientConfig]) -> list[CheckedClient]:
    """Compare the clients with their outputs; nothing is written."""
    finished: dict[str, FinishedClient] = {}
    checked: list[CheckedClient] = []
    for built in _build_all(config, clients):
        comparison = compare(built.client.out, built.files)
        checked.append(CheckedClient(built.client, built.loaded, comparison))
        if comparison.up_to_date:
            finished |= _finished(config, built, comparison)
    _remember(config, finished)
    return checked


def select_clients(start: Path, names: Sequence[str]) -> tuple[Config, list[ClientConfig]]:
    """Return the configuration for a folder, and its clients with these names, or all if there are none.

    Raises `UsageError` for an unknown name.
    """
    config = find(start)
    clients = {client.name: client for client in config.clients}
    for name in names:
        if name not in clients:
            raise UsageError(
                f"unknown client {name} in {display_path(config.root / NAME)}; known clients: {', '.join(clients)}"
            )
    return config, [clients[name] for name in names] if names else list(config.clients)


def input_paths(config: Config, client: ClientConfig) -> list[str]:
    """Return the files and folders that decide the output of a client, besides specloom itself."""
    paths = (config.root / NAME, client.spec, *filter(None, (client.templates, client.mock)))
    return [os.path.abspath(path) for path in paths]


def _build_all(config: Config, clients: Sequence[ClientConfig]) -> list[BuiltClient]:
    """Build the clients; raises `InvalidSpec` with the problems of all of them."""
    built: list[BuiltClient] = []
    errors: list[InvalidSpec] = []
    for client in clients:
        before = fingerprints.content(input_paths(config, client))
        # Checked after `before`, so that `before` belongs to the settings in use.
        is_current = client.file.is_current
        try:
            built.append(BuiltClient(client, *build_client(client), before if is_current else None))
        except InvalidSpec as error:
            errors.append(error)
    if errors:
        raise InvalidSpec.of_all(errors)
    return built


def _finished(
    config: Config, built: BuiltClient, comparison: Comparison
) -> Mapping[str, FinishedClient]:
    """Return what to record of an up-to-date client."""
    out = Path(os.path.abspath(built.client.out))
    return {
        built.client.name: {
            "inputs": input_paths(config, built.client),
            "content_before": built.content_before,
            "out": str(out),
            "staging": [str(path) for path in staging_paths(out)],
            "summary": built.summary,
            "manifest": hashlib.sha256(comparison.manifest).hexdigest(),
            "warnings": [
                [w.path, w.line, w.column, w.rule, w.message, w.hint, w.length]
                for w in built.loaded.warnings
            ],
            "folder": os.getcwd(),
        }
    }


def _remember(config: Config, finished: Mapping[str, FinishedClient]) -> None:
    fingerprints.remember(
        os.path.abspath(config.root / NAME),
        [client.name for client in config.clients],
        finished,
        plugins.loaded_folders(),
    )


def _unified_diff(comparison: Comparison, path: PurePosixPath) -> Iterator[str]:
    from difflib import unified_diff

    old, new = _old_and_new_lines(comparison, path)
    edited = " (edited by hand)" if path in comparison.edited else ""
    file = display_path(comparison.folder / path)
    for line in unified_diff(old, new, f"{file}{edited}", f"{file} (generated)"):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _first_difference(comparison: Comparison, path: PurePosixPath) -> int:
    """Return the number of the first line that differs."""
    old, new = _old_and_new_lines(comparison, path)
    pairs = enumerate(zip(old, new, strict=False), 1)
    return next(
        (number for number, (before, after) in pairs if before != after),
        min(len(old), len(new)) + 1,
    )


def _old_and_new_lines(comparison: Comparison, path: PurePosixPath) -> tuple[list[str], list[str]]:
    """Return the lines on disk and the generated lines."""
    try:
        old = bounded.read(comparison.folder / path, bounded.STATE).decode("utf-8", "replace")
    except OSError:  # removed in the meantime, or too large for a diff
        old = ""
    new = comparison.files[path].decode("utf-8")
    return old.splitlines(keepends=True), new.splitlines(keepends=True)
