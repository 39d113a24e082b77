"""The files of the spec that a document was exported from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from ....diagnostics import Diagnostic, InvalidSpec
from ....spec import load
from ....spec_writer import write_spec
from ..documents import At
from .endpoints import EndpointReader
from .schemas import Place, SchemaReader, compact
from .texts import NotExact, Texts, extension, extensions, require_only

__all__ = ["NotExact", "files_of", "is_exported"]

_ROOT = frozenset(
    [
        *("openapi", "info", "externalDocs", "servers", "security", "tags", "paths"),
        *("webhooks", "components"),
    ]
)
_METHODS = frozenset(["get", "put", "post", "delete", "options", "head", "patch"])


def is_exported(root: At) -> bool:
    """Return whether `specloom export` wrote a document."""
    return isinstance(extension(root, "client"), str) and isinstance(
        extension(root, "languages"), list
    )


def files_of(root: At, package: str) -> dict[str, object]:
    """Return the files of the spec; raises `NotExact` for an edited document that needs more."""
    files = _DocumentReader(root, package).files()
    problem = _problem(files)
    if problem is not None:
        raise NotExact(root, f"what became invalid (`{problem.path}`: {problem.message})")
    return files


def _problem(files: Mapping[str, object]) -> Diagnostic | None:
    """Return the first problem of the spec, if it is invalid."""
    with tempfile.TemporaryDirectory(prefix="specloom-") as name:
        for file, text in write_spec(files).items():
            path = Path(name, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        try:
            load(Path(name), "spec")
        except InvalidSpec as error:
            return error.problems[0]
    return None


class _DocumentReader:
    def __init__(self, root: At, package: str) -> None:
        require_only(root, _ROOT)
        self.root = root
        self.package = package
        languages = cast("list[str]", extension(root, "languages"))
        language = extension(root, "language")
        self.texts = Texts(languages, language if isinstance(language, str) else languages[0])
        self.schemas = SchemaReader(root, self.texts)
        self.endpoints = EndpointReader(self.schemas, root)
        self.contents: dict[tuple[str, ...], dict[str, object]] = {}
        self.notes: dict[str, object] = {}

    def files(self) -> dict[str, object]:
        self._paths()
        self._webhooks()
        tags = self.root.get("tags")
        for tag in tags.items() if tags else ():
            self._tag(tag)
        declared = self.schemas.declared()
        api = self._api()
        if self.schemas.aliases:
            declared.setdefault(("_types",), {}).update(self.schemas.aliases)
        for module, types in declared.items():
            self.contents.setdefault(module, {})["types"] = types
        files: dict[str, object] = {"_api.yaml": api}
        for module, content in self.contents.items():
            if content:
                files["/".join(module) + ".yaml"] = {
                    key: content[key]
                    for key in ("title", "description", "errors", "endpoints", "types", "events")
                    if key in content
                }
        return files | self.notes

    def _paths(self) -> None:
        paths = self.root.get("paths")
        for path, item in paths.entries() if paths else ():
            for method, operation in item.entries():
                if method not in _METHODS:
                    raise NotExact(item, f"`{method[:40]}`")
                module, name, keys = self.endpoints.endpoint(method, path, operation)
                content = self.contents.setdefault(module, {})
                cast("dict[str, object]", content.setdefault("endpoints", {}))[name] = keys
                self._note(extension(operation, "notes"), (*module[:-1], f"{module[-1]}.{name}"))

    def _webhooks(self) -> None:
        listed = self.root.get("webhooks") or self.root.get("x-specloom-webhooks")
        for name, item in listed.entries() if listed else ():
            operation = item.get("post")
            if operation is None or not operation.raw("tags"):
                raise NotExact(item, "a webhook without a tag")
            module, keys = self.endpoints.event(operation)
            content = self.contents.setdefault(module, {})
            cast("dict[str, object]", content.setdefault("events", {}))[name] = keys

    def _tag(self, tag: At) -> None:
        module = tuple(tag.text("name").split("."))
        content = self.contents.setdefault(module, {})
        content |= self.texts.of(tag, title="title", description="description")
        content |= self.endpoints.errors(tag, module)
        order = cast("list[str] | None", extension(tag, "endpoints"))
        written = cast("dict[str, object]", content.get("endpoints") or {})
        if order and {*order} == {*written}:
            content["endpoints"] = {name: written[name] for name in order}
        self._note(extension(tag, "notes"), module)

    def _note(self, text: object, subject: tuple[str, ...]) -> None:
        if text is None:
            return
        first = self.texts.languages[0]
        rows = cast("dict[str, str]", text) if isinstance(text, dict) else {first: text}
        for language, value in rows.items():
            suffix = "" if language == first else f".{language}"
            self.notes[f"{'/'.join(subject)}{suffix}.md"] = f"{value}\n"

    def _api(self) -> dict[str, object]:
        root = self.root
        info = root.get("info") or root.replaced({})
        api: dict[str, object] = {
            "specloom": 1,
            "package": self.package,
            "version": info.raw("version"),
            "client": extension(root, "client"),
            **self.texts.of(info, title="title", description="description"),
            "languages": self.texts.languages,
            "hosts": self._hosts(),
        }
        auth = self.endpoints.auth(root.raw("security"))
        api |= {"auth": auth} if auth != "none" else {}
        if schemes := self._schemes():
            api["schemes"] = schemes
        header = self.endpoints.headers
        fields = {
            f"{name}{'' if at.flag('required') else '?'}": compact(
                self.endpoints.parameter(at, Place((), "Api"))
            )
            for name, at in (header.entries() if header else ())
        }
        if fields:
            api["header"] = fields
        api |= extensions(root, ("error-shape", "unprocessed"))
        api |= self.endpoints.errors(root, ())
        if (envelope := extension(root, "envelope")) is not None:
            api["events"] = envelope
        api |= self.endpoints.links(root)
        if self.schemas.units:
            api["units"] = self.schemas.units
        if self.endpoints.facts:
            api["facts"] = self.endpoints.facts
        self._note(extension(info, "notes"), ("_api",))
        return api

    def _schemes(self) -> dict[str, object]:
        components = self.root.get("components")
        listed = components.get("securitySchemes") if components else None
        schemes: dict[str, object] = {}
        for name, at in listed.entries() if listed else ():
            keys = extension(at, "scheme")
            if not isinstance(keys, dict):
                raise NotExact(at, "a security scheme of another document")
            if keys != {"scheme": name}:
                schemes[name] = keys
        return schemes

    def _hosts(self) -> list[object]:
        servers = self.root.get("servers")
        hosts: list[object] = []
        declared: set[str] = set()
        for at in servers.items() if servers else ():
            variables: dict[str, object] = {}
            listed = at.get("variables")
            for name, each in listed.entries() if listed else ():
                if name not in declared:
                    declared.add(name)
                    variables[name] = compact(self._variable(name, each))
            hosts.append(self.endpoints.host(at, variables))
        return hosts

    def _variable(self, name: str, at: At) -> dict[str, object]:
        values = cast("list[str]", at.raw("enum") or [])
        literals = " | ".join("'" + each.replace("'", "''") + "'" for each in values)
        keys: dict[str, object] = {
            "type": extension(at, "type") or (f"string({literals})" if values else "string")
        }
        keys |= self.texts.of(at, title="title", description="description")
        if extension(at, "required") is not True:
            keys["default"] = at.raw("default")
        return keys | extensions(at, ("example", "as", "since", "deprecated"))
