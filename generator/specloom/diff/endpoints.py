"""Endpoints: one old and one new, from the HTTP line to the example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from ..model import (
    Api,
    BinaryBody,
    Endpoint,
    Example,
    Fact,
    Idempotency,
    JsonBody,
    Link,
    MultipartBody,
    Response,
    SourceLocation,
    Text,
)
from ..targets.client_interface import EndpointArgument, Where, arguments, body_fields, constant
from . import credentials, error_shapes
from .changes import ANSWER, BOTH, REQUEST, Changes
from .describing import both, expression, line, names
from .fields import Fields, Subject, headers
from .matching import Pairs
from .texts import Texts
from .types import Types, bare

Pairings: TypeAlias = Sequence[tuple[EndpointArgument, EndpointArgument]]


class Endpoints(Struct, frozen=True):
    """Compares endpoints, and says what it finds."""

    pairs: Pairs
    changes: Changes
    texts: Texts
    fields: Fields

    def compare(self, old: Endpoint, new: Endpoint) -> None:
        self._name(old, new)
        self._arguments(old, new)
        self._body(old, new)
        self._answers(old, new)
        self._behaviour(old, new)
        self._documentation(old, new)

    def _name(self, old: Endpoint, new: Endpoint) -> None:
        moved = self.pairs.resources.get(old.resource, old.resource) != new.resource
        if moved:
            self.changes.add(
                "endpoint-moved",
                BOTH,
                new.qualified,
                "",
                (old.qualified, new.qualified),
                new.location,
            )
        elif old.name != new.name:
            self.changes.add(
                "endpoint-renamed",
                BOTH,
                new.qualified,
                "",
                (old.qualified, new.qualified),
                new.location,
            )
        if line(old) != line(new):
            rule = "line-taken" if self.pairs.is_taken(old, new) else "line-changed"
            self.changes.add(rule, BOTH, new.qualified, "", (line(old), line(new)), new.location)

    def _arguments(self, old: Endpoint, new: Endpoint) -> None:
        """All that is sent by name, constants included; what the whole API sends with every request is compared once, elsewhere."""
        subject = Subject(new.qualified, "argument", REQUEST)
        before, now = _all_sent(self.pairs.old, old), _all_sent(self.pairs.new, new)
        pairs = _paired(before, now)
        for was, is_ in pairs:
            self._place(subject, was, is_)
            self.fields.of_pair(subject, was.field, is_.field)
        gone, here = [was for was, _ in pairs], [is_ for _, is_ in pairs]
        for argument in before:
            if argument not in gone:
                self.fields.removed(subject, argument.field)
        for argument in now:
            if argument not in here:
                self.fields.added(subject, argument.field)
        self._positions(subject, pairs, before, now)
        for where in ("query", "header", "field"):
            same = [(was.field, is_.field) for was, is_ in pairs if was.where == is_.where == where]
            self.fields.order(
                subject,
                same,
                [argument.field for argument in before],
                [argument.field for argument in now],
            )

    def _place(self, subject: Subject, old: EndpointArgument, new: EndpointArgument) -> None:
        if old.where != new.where:
            rule = (
                "argument-left-path"
                if old.where == "path" and constant(old.field) is None
                else "argument-moved"
            )
            self.changes.add(
                rule,
                REQUEST,
                subject.name,
                f"argument `{new.name}`",
                (_PLACES[old.where], _PLACES[new.where]),
                new.field.location,
            )

    def _positions(
        self,
        subject: Subject,
        pairs: Pairings,
        old: Sequence[EndpointArgument],
        new: Sequence[EndpointArgument],
    ) -> None:
        """Arguments of the path are passed by position."""
        ours, theirs = _by_position(old), _by_position(new)
        for was, is_ in pairs:
            if was in ours and is_ in theirs and ours.index(was) != theirs.index(is_):
                values = both(lambda place: str(place + 1), ours.index(was), theirs.index(is_))
                self.changes.add(
                    "path-order-changed",
                    REQUEST,
                    subject.name,
                    f"argument `{is_.name}`",
                    values,
                    is_.field.location,
                )

    def _body(self, old: Endpoint, new: Endpoint) -> None:
        was, is_ = _encoding(old), _encoding(new)
        if was != is_:
            self.changes.add(
                "encoding-changed", REQUEST, new.qualified, "the request", (was, is_), new.location
            )
        parts = both(
            lambda each: each.body.signed_part if isinstance(each.body, MultipartBody) else None,
            old,
            new,
        )
        if parts[0] != parts[1]:
            self.changes.add("signed-part-changed", REQUEST, new.qualified, "", parts, new.location)

    def _answers(self, old: Endpoint, new: Endpoint) -> None:
        before, now = {answer.status: answer for answer in old.responses}, {
            answer.status: answer for answer in new.responses
        }
        seen = {
            None if answer.type is None else bare(answer.type, self.pairs)
            for answer in old.responses
        }
        for status, answer in before.items():
            if status not in now:
                self.changes.add(
                    "answer-removed",
                    ANSWER,
                    new.qualified,
                    f"answer {status}",
                    (_content(answer), None),
                    old.location,
                )
            else:
                self._answer(answer, now[status], old, new)
        for status, answer in now.items():
            if status not in before:
                known = (None if answer.type is None else bare(answer.type)) in seen
                rule = "status-added" if known else "answer-added"
                self.changes.add(
                    rule,
                    ANSWER,
                    new.qualified,
                    f"answer {status}",
                    (None, _content(answer)),
                    new.location,
                )
        ours, theirs = [one for one in before if one in now], [one for one in now if one in before]
        if ours != theirs:
            self.changes.add(
                "order-changed",
                ANSWER,
                new.qualified,
                "answers",
                (names(map(str, ours)), names(map(str, theirs))),
                new.location,
            )

    def _answer(self, old: Response, new: Response, was: Endpoint, endpoint: Endpoint) -> None:
        subject, what, place = endpoint.qualified, f"answer {new.status}", endpoint.location
        if old.type is None or new.type is None:
            if old.type is not new.type:
                rule = (
                    "content-removed"
                    if new.type is None
                    else "content-added" if len(was.responses) == 1 else "type-changed"
                )
                self.changes.add(rule, ANSWER, subject, what, (_content(old), _content(new)), place)
        else:
            for found in Types(self.pairs, "answer", lists=True).differences(old.type, new.type):
                self.changes.add(
                    found.rule, ANSWER, subject, found.of(what), (found.old, found.new), place
                )
        headers(self.changes, subject, old.headers, new.headers, place)
        for part in ("title", "description"):
            self.texts.text(
                ANSWER, subject, f"{part} of {what}", getattr(old, part), getattr(new, part), place
            )

    def _behaviour(self, old: Endpoint, new: Endpoint) -> None:
        subject, place = new.qualified, new.location
        if _repeated(old.idempotency) != _repeated(new.idempotency):
            self.changes.add(
                "idempotency-changed",
                REQUEST,
                subject,
                "",
                (_repeated(old.idempotency), _repeated(new.idempotency)),
                place,
            )
        hosts = both(lambda each: names(host.url for host in each.hosts) or "the API's", old, new)
        if hosts[0] != hosts[1]:
            self.changes.add("hosts-changed", BOTH, subject, "", hosts, place)
        inherited = old.auth == self.pairs.old.auth and new.auth == self.pairs.new.auth
        if old.auth != new.auth and not inherited:
            credentials.auth(self.pairs, self.changes, subject, old.auth, new.auth, place)
        if (old.error_shape, new.error_shape) != (
            self.pairs.old.error_shape,
            self.pairs.new.error_shape,
        ):
            error_shapes.compare(self.changes, subject, old.error_shape, new.error_shape, place)
        if (old.unprocessed, new.unprocessed) != (
            self.pairs.old.unprocessed,
            self.pairs.new.unprocessed,
        ):
            error_shapes.unprocessed(self.changes, subject, old.unprocessed, new.unprocessed, place)
        if old.verified != new.verified:
            words = both(lambda each: "verified" if each.verified else "not verified", old, new)
            self.changes.add("verification-changed", ANSWER, subject, "", words, place)

    def _documentation(self, old: Endpoint, new: Endpoint) -> None:
        subject, place = new.qualified, new.location
        self.texts.deprecation(BOTH, subject, "", old.deprecated, new.deprecated, place)
        self.texts.text(BOTH, subject, "title", old.title, new.title, place)
        self.texts.text(BOTH, subject, "description", old.description, new.description, place)
        self.texts.text(BOTH, subject, "", old.notes, new.notes, place, "note-changed")
        for before, now in zip(old.hosts, new.hosts, strict=False):
            self.texts.text(
                BOTH,
                subject,
                f"description of {now.url}",
                before.description,
                now.description,
                place,
            )
        facts = both(self._facts, old.facts, new.facts)
        if facts[0] != facts[1]:
            self.changes.add("facts-changed", BOTH, subject, "", facts, place)
        links(self.changes, self.texts, subject, old.links, new.links, place)
        pages = both(
            lambda each: names(part for part in (each.name_on_site, each.updated) if part) or None,
            old,
            new,
        )
        if pages[0] != pages[1]:
            self.changes.add("page-changed", BOTH, subject, "", pages, place)
        self._examples(old, new)

    def _facts(self, facts: Iterable[Fact]) -> str | None:
        """The facts in the languages of both versions."""
        shown = (
            f"{fact.title.get(language) or ''}: {names(value.get(language) or '' for value in fact.values)}"
            for language in self.texts.languages
            for fact in facts
        )
        return "; ".join(shown) or None

    def _examples(self, old: Endpoint, new: Endpoint) -> None:
        for number in range(max(len(old.examples), len(new.examples))):
            before, now = [
                each.examples[number] if number < len(each.examples) else None
                for each in (old, new)
            ]
            what = f"example {number + 1}"
            if before is not None and now is not None:
                self.texts.text(
                    BOTH, new.qualified, f"title of {what}", before.title, now.title, now.location
                )
            if _shown(before) != _shown(now):
                at = now or before
                place = at.location if at is not None else new.location
                told = both(lambda each: None if each is None else "there", before, now)
                values = told if before is None or now is None else (None, None)
                self.changes.add("example-changed", BOTH, new.qualified, what, values, place)


_PLACES: Mapping[Where, str] = {
    "path": "the path",
    "query": "the query",
    "header": "a header",
    "field": "the body",
    "body": "the body",
}


def links(
    changes: Changes,
    texts: Texts,
    subject: str,
    old: tuple[Link, ...],
    new: tuple[Link, ...],
    place: SourceLocation,
) -> None:
    """Links under an endpoint or an event."""
    if [link.url for link in old] != [link.url for link in new]:
        values = both(lambda each: names(link.url for link in each) or None, old, new)
        changes.add("links-changed", BOTH, subject, "", values, place)
        return
    for before, now in zip(old, new, strict=True):
        texts.text(BOTH, subject, f"title of {now.url}", before.title, now.title, place)


def _all_sent(api: Api, endpoint: Endpoint) -> list[EndpointArgument]:
    """All that a request says by name, constants included; what the API sends with every request aside."""
    everywhere = {field.wire for field in api.header}
    found = [EndpointArgument(field, "path") for field in endpoint.path_fields]
    found += [EndpointArgument(field, "query") for field in endpoint.query]
    found += [
        EndpointArgument(field, "header")
        for field in endpoint.header
        if field.wire not in everywhere
    ]
    found += [EndpointArgument(field, "field") for field in body_fields(api, endpoint)]
    return found + [argument for argument in arguments(api, endpoint) if argument.where == "body"]


def _paired(
    old: Sequence[EndpointArgument], new: Sequence[EndpointArgument]
) -> list[tuple[EndpointArgument, EndpointArgument]]:
    """Arguments that are one: of one place and name on the wire, else of one name in Python, which they all share."""
    by_wire = {(argument.where, argument.field.wire): argument for argument in old}
    here = {(argument.where, argument.field.wire) for argument in new}
    by_name = {
        argument.name: argument
        for argument in old
        if (argument.where, argument.field.wire) not in here
    }
    found: list[tuple[EndpointArgument, EndpointArgument]] = []
    for argument in new:
        before = by_wire.get((argument.where, argument.field.wire)) or by_name.get(argument.name)
        if before is not None:
            found.append((before, argument))
    return found


def _by_position(given: Iterable[EndpointArgument]) -> list[EndpointArgument]:
    return [
        argument
        for argument in given
        if argument.where == "path" and constant(argument.field) is None
    ]


def _encoding(endpoint: Endpoint) -> str:
    match endpoint.body:
        case None:
            return "no body"
        case JsonBody(media="application/json"):
            return "JSON"
        case JsonBody(media=media):
            return f"JSON as {media}"
        case BinaryBody(media=media):
            return media
        case MultipartBody():
            return "multipart"
        case _:
            return "form"


def _content(answer: Response) -> str:
    return "no content" if answer.type is None else expression(answer.type)


def _repeated(idempotency: Idempotency) -> str:
    key = f"recognised by {names(idempotency.key)}" if idempotency.key else idempotency.kind
    return f"{key}, ask {idempotency.ask}" if idempotency.ask else key


def _shown(example: Example | None) -> object:
    return (
        None
        if example is None
        else replace(example, title=Text(), location=SourceLocation("", 1, 1))
    )
