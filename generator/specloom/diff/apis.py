"""Comparison of the settings of an API (names, credentials, hosts, languages, texts) and of its resources."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..model import Api, Host, Resource, SourceLocation
from . import credentials, error_shapes
from .changes import BOTH, REQUEST, Changes
from .describing import comma_list, describe_both
from .fields import FieldComparison, Subject
from .matching import Matching
from .texts import TextComparison


class Spec(Struct, frozen=True):
    """An API, and the texts of its files by their paths in problems."""

    api: Api
    display_path: str
    """The spec folder as changes name it."""
    sources: Mapping[str, str]

    def location(self, *keys: str) -> SourceLocation:
        """Return the location of a top-level key in `_api.yaml`: of the first that exists, else the beginning of the file."""
        path = f"{self.display_path}/_api.yaml"
        lines = self.sources.get(path, "").split("\n")
        found = (
            number
            for key in keys
            for number, line in enumerate(lines, 1)
            if line.startswith(f"{key}:")
        )
        return SourceLocation(path, next(found, 1), 1)

    def location_of(self, resource: Resource) -> SourceLocation:
        return SourceLocation(
            f"{self.display_path}/{resource.source or '/'.join(resource.path)}", 1, 1
        )


class ApiComparison(Struct, frozen=True):
    """Compares the settings and resources of two APIs."""

    old: Spec
    new: Spec
    matching: Matching
    changes: Changes
    texts: TextComparison
    fields: FieldComparison

    def compare(self) -> None:
        self._names()
        self._settings()
        self._documentation()
        self._resources()

    def _names(self) -> None:
        old, new = self.old.api, self.new.api
        for rule, key, old_value, new_value in (
            ("package-renamed", "package", old.package, new.package),
            ("client-renamed", "client", old.client, new.client),
            ("version-changed", "version", old.version, new.version),
        ):
            if old_value != new_value:
                self.changes.add(
                    rule,
                    BOTH,
                    new.client if key == "client" else new.package,
                    "",
                    (old_value, new_value),
                    self.new.location(key),
                )

    def _settings(self) -> None:
        old, new, subject = self.old.api, self.new.api, self.new.api.client
        credentials.compare(self.matching, self.changes, self.new.location("schemes", "auth"))
        if old.auth != new.auth:
            credentials.compare_auth(
                self.matching, self.changes, subject, old.auth, new.auth, self.new.location("auth")
            )
        hosts = describe_both(lambda api: comma_list(host.url for host in api.hosts), old, new)
        if hosts[0] != hosts[1]:
            self.changes.add(
                "hosts-changed", REQUEST, subject, "", hosts, self.new.location("hosts")
            )
        error_shapes.compare(
            self.changes,
            subject,
            old.error_shape,
            new.error_shape,
            self.new.location("error_shape"),
        )
        error_shapes.compare_unprocessed(
            self.changes,
            subject,
            old.unprocessed,
            new.unprocessed,
            self.new.location("unprocessed"),
        )
        self.fields.compare_all(
            Subject("every request", "argument", REQUEST), old.header, new.header
        )

    def _documentation(self) -> None:
        old, new, subject = self.old.api, self.new.api, self.new.api.package
        location = self.new.location("languages")
        for language in new.languages:
            if language not in old.languages:
                self.changes.add("language-added", BOTH, subject, "", (None, language), location)
        for language in old.languages:
            if language not in new.languages:
                self.changes.add(
                    "language-removed",
                    BOTH,
                    subject,
                    "",
                    (language, None),
                    self.old.location("languages"),
                )
        kept_languages = [
            tuple(language for language in api.languages if language in self.texts.languages)
            for api in (old, new)
        ]
        if kept_languages[0] != kept_languages[1]:
            self.changes.add(
                "languages-reordered",
                BOTH,
                subject,
                "",
                (comma_list(old.languages), comma_list(new.languages)),
                location,
            )
        for key in ("title", "description"):
            self.texts.compare(
                BOTH, subject, key, getattr(old, key), getattr(new, key), self.new.location(key)
            )
        self.texts.compare(
            BOTH, subject, "", old.notes, new.notes, self.new.location(), "note-changed"
        )
        self._hosts(old.hosts, new.hosts)
        urls = describe_both(
            lambda api: comma_list(link.url for link in api.links) or None, old, new
        )
        if urls[0] != urls[1]:
            self.changes.add("links-changed", BOTH, subject, "", urls, self.new.location("links"))
        for before, after in zip(old.links, new.links, strict=False):
            self.texts.compare(
                BOTH,
                subject,
                f"title of {after.url}",
                before.title,
                after.title,
                self.new.location("links"),
            )

    def _hosts(self, old: tuple[Host, ...], new: tuple[Host, ...]) -> None:
        before = {host.url: host for host in old}
        for host in new:
            if host.url in before:
                known = before[host.url].description
                self.texts.compare(
                    BOTH,
                    self.new.api.client,
                    f"description of {host.url}",
                    known,
                    host.description,
                    self.new.location("hosts"),
                )

    def _resources(self) -> None:
        old = {resource.path: resource for resource in self.old.api.all_resources()}
        new = {resource.path: resource for resource in self.new.api.all_resources()}
        for path, resource in old.items():
            after = new.pop(self.matching.resources.get(path, path), None)
            if after is None:
                self.changes.add(
                    "resource-removed",
                    BOTH,
                    ".".join(path),
                    "",
                    (None, None),
                    self.old.location_of(resource),
                )
            else:
                self._resource(resource, after)
        for path, resource in new.items():
            self.changes.add(
                "resource-added",
                BOTH,
                ".".join(path),
                "",
                (None, None),
                self.new.location_of(resource),
            )

    def _resource(self, old: Resource, new: Resource) -> None:
        subject, old_value, location = (
            ".".join(new.path),
            ".".join(old.path),
            self.new.location_of(new),
        )
        if subject != old_value:
            self.changes.add("resource-renamed", BOTH, subject, "", (old_value, subject), location)
        self.texts.compare(BOTH, subject, "title", old.title, new.title, location)
        self.texts.compare(BOTH, subject, "description", old.description, new.description, location)
        self.texts.compare(BOTH, subject, "", old.notes, new.notes, location, "note-changed")
        before = {
            after.name: after
            for old_value, after in self.matching.endpoints
            if old_value.resource == old.path and after.resource == new.path
        }
        old_order = [
            after.name
            for endpoint in old.endpoints
            for old_value, after in self.matching.endpoints
            if old_value is endpoint and after.name in before
        ]
        new_order = [endpoint.name for endpoint in new.endpoints if endpoint.name in before]
        if old_order != new_order and sorted(old_order) == sorted(new_order):
            self.changes.add(
                "order-changed",
                BOTH,
                subject,
                "endpoints",
                (comma_list(old_order), comma_list(new_order)),
                location,
            )
