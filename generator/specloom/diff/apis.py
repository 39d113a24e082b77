"""What all endpoints share: names of package and client, credentials, hosts, languages; and the resources, as attributes of the client."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..model import Api, Host, Resource, SourceLocation
from . import credentials, error_shapes
from .changes import BOTH, REQUEST, Changes
from .describing import both, names
from .fields import Fields, Subject
from .matching import Pairs
from .texts import Texts


class Spec(Struct, frozen=True):
    """An API, and the files that it was read from: their texts by the paths that problems show."""

    api: Api
    shown: str
    """What changes call the spec folder."""
    sources: Mapping[str, str]

    def place(self, *keys: str) -> SourceLocation:
        """Where a key stands at the top of the API's own file; the first of several that is there, else the file's beginning."""
        path = f"{self.shown}/_api.yaml"
        lines = self.sources.get(path, "").split("\n")
        found = (
            number
            for key in keys
            for number, line in enumerate(lines, 1)
            if line.startswith(f"{key}:")
        )
        return SourceLocation(path, next(found, 1), 1)

    def place_of(self, resource: Resource) -> SourceLocation:
        return SourceLocation(f"{self.shown}/{resource.source or '/'.join(resource.path)}", 1, 1)


class Apis(Struct, frozen=True):
    """Compares two APIs as wholes, and says what it finds."""

    old: Spec
    new: Spec
    pairs: Pairs
    changes: Changes
    texts: Texts
    fields: Fields

    def compare(self) -> None:
        self._names()
        self._service()
        self._documentation()
        self._resources()

    def _names(self) -> None:
        old, new = self.old.api, self.new.api
        for rule, key, was, is_ in (
            ("package-renamed", "package", old.package, new.package),
            ("client-renamed", "client", old.client, new.client),
            ("version-changed", "version", old.version, new.version),
        ):
            if was != is_:
                self.changes.add(
                    rule,
                    BOTH,
                    new.client if key == "client" else new.package,
                    "",
                    (was, is_),
                    self.new.place(key),
                )

    def _service(self) -> None:
        old, new, subject = self.old.api, self.new.api, self.new.api.client
        credentials.compare(self.pairs, self.changes, self.new.place("schemes", "auth"))
        if old.auth != new.auth:
            credentials.auth(
                self.pairs, self.changes, subject, old.auth, new.auth, self.new.place("auth")
            )
        hosts = both(lambda api: names(host.url for host in api.hosts), old, new)
        if hosts[0] != hosts[1]:
            self.changes.add("hosts-changed", REQUEST, subject, "", hosts, self.new.place("hosts"))
        error_shapes.compare(
            self.changes, subject, old.error_shape, new.error_shape, self.new.place("error_shape")
        )
        error_shapes.unprocessed(
            self.changes, subject, old.unprocessed, new.unprocessed, self.new.place("unprocessed")
        )
        self.fields.of_structure(
            Subject("every request", "argument", REQUEST), old.header, new.header
        )

    def _documentation(self) -> None:
        old, new, subject = self.old.api, self.new.api, self.new.api.package
        place = self.new.place("languages")
        for language in new.languages:
            if language not in old.languages:
                self.changes.add("language-added", BOTH, subject, "", (None, language), place)
        for language in old.languages:
            if language not in new.languages:
                self.changes.add(
                    "language-removed",
                    BOTH,
                    subject,
                    "",
                    (language, None),
                    self.old.place("languages"),
                )
        kept = [
            tuple(one for one in api.languages if one in self.texts.languages) for api in (old, new)
        ]
        if kept[0] != kept[1]:
            self.changes.add(
                "languages-reordered",
                BOTH,
                subject,
                "",
                (names(old.languages), names(new.languages)),
                place,
            )
        for key in ("title", "description"):
            self.texts.text(
                BOTH, subject, key, getattr(old, key), getattr(new, key), self.new.place(key)
            )
        self.texts.text(BOTH, subject, "", old.notes, new.notes, self.new.place(), "note-changed")
        self._hosts(old.hosts, new.hosts)
        urls = both(lambda api: names(link.url for link in api.links) or None, old, new)
        if urls[0] != urls[1]:
            self.changes.add("links-changed", BOTH, subject, "", urls, self.new.place("links"))
        for before, now in zip(old.links, new.links, strict=False):
            self.texts.text(
                BOTH,
                subject,
                f"title of {now.url}",
                before.title,
                now.title,
                self.new.place("links"),
            )

    def _hosts(self, old: tuple[Host, ...], new: tuple[Host, ...]) -> None:
        before = {host.url: host for host in old}
        for host in new:
            if host.url in before:
                known = before[host.url].description
                self.texts.text(
                    BOTH,
                    self.new.api.client,
                    f"description of {host.url}",
                    known,
                    host.description,
                    self.new.place("hosts"),
                )

    def _resources(self) -> None:
        old = {resource.path: resource for resource in self.old.api.all_resources()}
        new = {resource.path: resource for resource in self.new.api.all_resources()}
        for path, resource in old.items():
            now = new.pop(self.pairs.resources.get(path, path), None)
            if now is None:
                self.changes.add(
                    "resource-removed",
                    BOTH,
                    ".".join(path),
                    "",
                    (None, None),
                    self.old.place_of(resource),
                )
            else:
                self._resource(resource, now)
        for path, resource in new.items():
            self.changes.add(
                "resource-added",
                BOTH,
                ".".join(path),
                "",
                (None, None),
                self.new.place_of(resource),
            )

    def _resource(self, old: Resource, new: Resource) -> None:
        subject, was, place = ".".join(new.path), ".".join(old.path), self.new.place_of(new)
        if subject != was:
            self.changes.add("resource-renamed", BOTH, subject, "", (was, subject), place)
        self.texts.text(BOTH, subject, "title", old.title, new.title, place)
        self.texts.text(BOTH, subject, "description", old.description, new.description, place)
        self.texts.text(BOTH, subject, "", old.notes, new.notes, place, "note-changed")
        before = {
            now.name: now
            for was, now in self.pairs.endpoints
            if was.resource == old.path and now.resource == new.path
        }
        ours = [
            now.name
            for endpoint in old.endpoints
            for was, now in self.pairs.endpoints
            if was is endpoint and now.name in before
        ]
        theirs = [endpoint.name for endpoint in new.endpoints if endpoint.name in before]
        if ours != theirs and sorted(ours) == sorted(theirs):
            self.changes.add(
                "order-changed", BOTH, subject, "endpoints", (names(ours), names(theirs)), place
            )
