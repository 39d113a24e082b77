"""Invariants of all generated files, checked by independent judges: Python's compiler, tomllib, markdown-it, json, the rules of a shell."""

from __future__ import annotations

import ast
import json
import posixpath
import re
import shlex
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from unittest.mock import patch
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from specloom.code import Code
from specloom.model import Api

from .fragments import CANARY

_PROJECT = {
    "build-system": {"requires", "build-backend"},
    "project": {
        "name",
        "version",
        "description",
        "readme",
        "requires-python",
        "classifiers",
        "dependencies",
    },
    "tool": {"hatch"},
}
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def complaints(
    files: Mapping[PurePosixPath, Code], api: Api, before: Mapping[PurePosixPath, Code]
) -> list[str]:
    """Yield the violations in the files of a spec; `before` are the files before the attack."""
    problems: list[str] = []
    for path, code in files.items():
        text = str(code)
        if any(not _PATH.fullmatch(part) for part in path.parts) or path.is_absolute():
            problems.append(f"{path}: a path that leads elsewhere")
        if path.suffix == ".py" and "_runtime" not in path.parts:
            problems += (f"{path}: {problem}" for problem in of_python(text))
        elif path.suffix == ".toml":
            problems += (f"{path}: {problem}" for problem in of_toml(text, api))
        elif path.suffix == ".md":
            problems += (f"{path}: {problem}" for problem in of_markdown(text, path, files, api))
            problems += (f"{path}: {problem}" for problem in _headings(text, before.get(path), api))
    return problems


def of_python(text: str) -> Iterator[str]:
    """Check that it compiles without a warning, and that only constants contain the canary."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compile(text, "generated", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, Warning) as error:
        yield f"does not compile: {error!r}"
        return
    if CANARY.lower() not in text.lower():
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Constant) and any(
            _holds_canary(value) for _, value in ast.iter_fields(node)
        ):
            yield f"the canary is code: {ast.dump(node)[:200]}"


def of_toml(text: str, api: Api) -> Iterator[str]:
    """Check that it has exactly the keys of a project, with the values of the spec."""
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield f"is no TOML: {error}"
        return
    if {key: set(value) for key, value in parsed.items()} != _PROJECT or parsed["tool"] != {
        "hatch": {"build": {"targets": {"wheel": {"packages": [api.package]}}}}
    }:
        yield f"has other keys: {parsed}"
    project = parsed["project"]
    if project.get("version") != api.version or any(
        CANARY in each for each in project.get("dependencies", ())
    ):
        yield f"says something else: {project}"


def of_markdown(
    text: str, path: PurePosixPath, files: Mapping[PurePosixPath, Code], api: Api
) -> Iterator[str]:
    """Check that it has no HTML except our own line breaks, no broken or foreign link, and valid code blocks."""
    allowed = _urls(api)
    for token in tokens(text):
        if token.type == "html_block" or (token.type == "html_inline" and token.content != "<br>"):
            yield f"a tag: {token.content[:100]!r}"
        elif token.type in ("link_open", "image"):
            href = str(token.attrs.get("href", token.attrs.get("src", "")))
            if href.startswith("#") and href[1:] in _anchors(text):
                continue
            inside = posixpath.normpath(posixpath.join(str(path.parent), href))
            if PurePosixPath(inside) not in files and unquote(href) not in allowed:
                yield f"a link: {href!r}"
        elif token.type == "fence":
            yield from _of_block(token.info, token.content)


@lru_cache(64)
def _anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    found: set[str] = set()
    parsed = tokens(text)
    for index, token in enumerate(parsed):
        if token.type == "heading_open":
            anchor = re.sub(r"[^\w\- ]", "", parsed[index + 1].content.lower()).replace(" ", "-")
            number = next(n for n in range(len(parsed)) if _numbered(anchor, n) not in found)
            found.add(_numbered(anchor, number))
    return found


def _numbered(anchor: str, number: int) -> str:
    return f"{anchor}-{number}" if number else anchor


def _of_block(language: str, content: str) -> Iterator[str]:
    match language:
        case "python":
            yield from (f"a sample: {problem}" for problem in of_python(content))
        case "json":
            try:
                json.loads(content)
            except ValueError as error:
                yield f"an example that is no JSON: {error}"
        case "bash" | "sh" | "shell":
            try:
                words = list(
                    shlex.shlex(content.replace("\\\n", " "), posix=True, punctuation_chars=True)
                )
            except ValueError as error:
                yield f"a command that no shell reads: {error}"
                return
            if any(not set(word) - set("();<>|&") for word in words if word) or words[:1] not in (
                ["curl"],
                ["pip"],
            ):
                yield f"a command that is more than one: {content[:200]!r}"
        case _:
            pass


def _headings(text: str, before: str | None, api: Api) -> Iterator[str]:
    """Check that heading levels are those before the attack; notes may add their own."""
    if before is None:
        return
    levels, known = _levels(text), _levels(before)
    if levels != known and not any(
        notes
        for notes in _notes(api)
        if re.search(r"^ {0,3}#|^[=-]+|<h|[*+>-] ", notes, re.MULTILINE)
    ):
        yield f"headings {levels} instead of {known}"


@lru_cache(64)
def _levels(text: str) -> list[str]:
    return [token.tag for token in tokens(text) if token.type == "heading_open"]


@lru_cache(64)
def tokens(text: str) -> list[Token]:
    """Return all tokens, including raw HTML and dangerous links."""
    judge = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    with patch.object(judge, "validateLink", lambda url: True):
        return [inner for token in judge.parse(text) for inner in (token, *(token.children or ()))]


def _urls(api: Api) -> set[str]:
    """Return the URLs of the spec, and the web and mail addresses in its notes."""
    links = [
        *api.links,
        *(link for endpoint in api.all_endpoints() for link in endpoint.links),
        *(link for event in api.all_events() for link in event.links),
    ]
    written = [
        str(token.attrs.get("href", token.attrs.get("src", "")))
        for notes in _notes(api)
        for token in tokens(notes)
        if token.type in ("link_open", "image")
    ]
    return {unquote(link.url) for link in links} | {
        unquote(href) for href in written if re.match(r"(?i)(https?://|mailto:|[^:/]*(/|$))", href)
    }


def _notes(api: Api) -> list[str]:
    texts = [
        api.notes,
        *(each.notes for each in api.all_resources()),
        *(each.notes for each in api.all_endpoints()),
    ]
    return [text for each in texts for _, text in each.by_language]


def _holds_canary(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_holds_canary, value))
    return isinstance(value, str) and CANARY in value
