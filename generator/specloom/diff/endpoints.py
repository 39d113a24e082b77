"""Comparison of two endpoints: HTTP method and path, arguments, bodies, responses, behaviour, documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from ..model import (
    FORM_MEDIA,
    MULTIPART_MEDIA,
    Api,
    BinaryBody,
    Endpoint,
    Example,
    Fact,
    File,
    FileHash,
    Idempotency,
    JsonBody,
    Link,
    MultipartBody,
    Response,
    SourceLocation,
    Text,
    TextBody,
    wire_text,
)
from ..targets.client_interface import EndpointArgument, Where, arguments, body_fields, constant
from . import credentials, error_shapes
from .changes import BOTH, REQUEST, RESPONSE, Changes
from .describing import comma_list, describe_both, expression, route
from .fields import FieldComparison, Subject, headers
from .matching import Matching
from .texts import TextComparison
from .types import TypeComparison, bare

Pairings: TypeAlias = Sequence[tuple[EndpointArgument, EndpointArgument]]


class EndpointComparison(Struct, frozen=True):
    """Compares matched endpoints."""

    matching: Matching
    changes: Changes
    texts: TextComparison
    fields: FieldComparison

    def compare(self, old: Endpoint, new: Endpoint) -> None:
        self._name(old, new)
        self._arguments(old, new)
        self._body(old, new)
        self._responses(old, new)
        self._behaviour(old, new)
        self._documentation(old, new)

    def _name(self, old: Endpoint, new: Endpoint) -> None:
        moved = self.matching.resources.get(old.resource, old.resource) != new.resource
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
        if route(old) != route(new):
            rule = "route-reused" if self.matching.reuses_route(old, new) else "route-changed"
            self.changes.add(rule, BOTH, new.qualified, "", (route(old), route(new)), new.location)

    def _arguments(self, old: Endpoint, new: Endpoint) -> None:
        """Compare arguments and constants; headers of the whole API are compared once, by `ApiComparison`."""
        subject = Subject(new.qualified, "argument", REQUEST)
        before, after = _sent_arguments(self.matching.old, old), _sent_arguments(
            self.matching.new, new
        )
        pairs = _pair_arguments(before, after)
        for old_argument, new_argument in pairs:
            self._request_part(subject, old_argument, new_argument)
            self.fields.compare(subject, old_argument.field, new_argument.field)
        paired_old, paired_new = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        for argument in before:
            if argument not in paired_old:
                self.fields.report_removed(subject, argument.field)
        for argument in after:
            if argument not in paired_new:
                self.fields.report_added(subject, argument.field)
        self._positions(subject, pairs, before, after)
        for where in ("query", "header", "cookie", "field"):
            same = [
                (old_argument.field, new_argument.field)
                for old_argument, new_argument in pairs
                if old_argument.where == new_argument.where == where
            ]
            self.fields.compare_order(
                subject,
                same,
                [argument.field for argument in before],
                [argument.field for argument in after],
            )

    def _request_part(self, subject: Subject, old: EndpointArgument, new: EndpointArgument) -> None:
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
                (_REQUEST_PARTS[old.where], _REQUEST_PARTS[new.where]),
                new.field.location,
            )

    def _positions(
        self,
        subject: Subject,
        pairs: Pairings,
        old: Sequence[EndpointArgument],
        new: Sequence[EndpointArgument],
    ) -> None:
        """Compare the order of arguments of the path, which are positional."""
        old_order, new_order = _positional(old), _positional(new)
        for old_argument, new_argument in pairs:
            if old_argument not in old_order or new_argument not in new_order:
                continue
            positions = old_order.index(old_argument), new_order.index(new_argument)
            if positions[0] != positions[1]:
                values = describe_both(lambda position: str(position + 1), *positions)
                self.changes.add(
                    "path-order-changed",
                    REQUEST,
                    subject.name,
                    f"argument `{new_argument.name}`",
                    values,
                    new_argument.field.location,
                )

    def _body(self, old: Endpoint, new: Endpoint) -> None:
        encodings = describe_both(_encoding, old, new)
        if encodings[0] != encodings[1]:
            self.changes.add(
                "encoding-changed", REQUEST, new.qualified, "the request", encodings, new.location
            )
        parts = describe_both(
            lambda each: each.body.signed_part if isinstance(each.body, MultipartBody) else None,
            old,
            new,
        )
        if parts[0] != parts[1]:
            self.changes.add("signed-part-changed", REQUEST, new.qualified, "", parts, new.location)

    def _responses(self, old: Endpoint, new: Endpoint) -> None:
        before, after = {response.status: response for response in old.responses}, {
            response.status: response for response in new.responses
        }
        seen = {
            None if response.type is None else bare(response.type, self.matching)
            for response in old.responses
        }
        for status, response in before.items():
            same = after.get(status, after.get("2XX") if response.is_success else None)
            if same is None:
                self.changes.add(
                    "response-removed",
                    RESPONSE,
                    new.qualified,
                    f"response {status}",
                    (_content(response), None),
                    old.location,
                )
            else:
                self._response(response, same, old, new)
        for status, response in after.items():
            if status not in before:
                known = (None if response.type is None else bare(response.type)) in seen
                rule = "status-added" if known else "response-added"
                self.changes.add(
                    rule,
                    RESPONSE,
                    new.qualified,
                    f"response {status}",
                    (None, _content(response)),
                    new.location,
                )
        if old.is_download != new.is_download and all(map(_has_file, (old, new))):
            values = describe_both(
                lambda each: "download" if each.is_download else "bytes", old, new
            )
            self.changes.add("download-changed", RESPONSE, new.qualified, "", values, new.location)
        old_order, new_order = [status for status in before if status in after], [
            status for status in after if status in before
        ]
        if old_order != new_order:
            self.changes.add(
                "order-changed",
                RESPONSE,
                new.qualified,
                "responses",
                (comma_list(map(str, old_order)), comma_list(map(str, new_order))),
                new.location,
            )

    def _response(
        self, old: Response, new: Response, old_endpoint: Endpoint, new_endpoint: Endpoint
    ) -> None:
        subject, location = new_endpoint.qualified, new_endpoint.location
        part = f"response {new.status}"
        if old.type is None or new.type is None:
            if old.type is not new.type:
                rule = (
                    "response-body-removed"
                    if new.type is None
                    else (
                        "response-body-added"
                        if len(old_endpoint.responses) == 1
                        else "type-changed"
                    )
                )
                self.changes.add(
                    rule, RESPONSE, subject, part, (_content(old), _content(new)), location
                )
        else:
            for difference in TypeComparison(self.matching, "response", in_list=True).differences(
                old.type, new.type
            ):
                self.changes.add(
                    difference.rule,
                    RESPONSE,
                    subject,
                    difference.within(part),
                    (difference.old, difference.new),
                    location,
                )
        streams = describe_both(_describe_stream, old, new)
        if streams[0] != streams[1]:
            rule = "stream-changed" if old.stream and new.stream else "streaming-changed"
            self.changes.add(rule, RESPONSE, subject, part, streams, location)
        hashes = describe_both(lambda each: _hash(each.hash), old, new)
        if hashes[0] != hashes[1]:
            self.changes.add("hash-changed", RESPONSE, subject, part, hashes, location)
        before = {each.name: each.type for each in old.accept[1:]}
        for media in new.accept:
            if media.name not in before or media.name == new.accept[0].name:
                continue
            for difference in TypeComparison(self.matching, "response", in_list=True).differences(
                before[media.name], media.type
            ):
                self.changes.add(
                    difference.rule,
                    RESPONSE,
                    subject,
                    difference.within(f"{part} {media.name}"),
                    (difference.old, difference.new),
                    location,
                )
        headers(self.changes, subject, old.headers, new.headers, location)
        for attribute in ("title", "description"):
            self.texts.compare(
                RESPONSE,
                subject,
                f"{attribute} of {part}",
                getattr(old, attribute),
                getattr(new, attribute),
                location,
            )

    def _behaviour(self, old: Endpoint, new: Endpoint) -> None:
        subject, location = new.qualified, new.location
        if _describe_idempotency(old.idempotency) != _describe_idempotency(new.idempotency):
            self.changes.add(
                "idempotency-changed",
                REQUEST,
                subject,
                "",
                (_describe_idempotency(old.idempotency), _describe_idempotency(new.idempotency)),
                location,
            )
        self._paging(old, new)
        self._poll(old, new)
        hosts = describe_both(
            lambda each: comma_list(host.url for host in each.hosts) or "the API's", old, new
        )
        if hosts[0] != hosts[1]:
            self.changes.add("hosts-changed", BOTH, subject, "", hosts, location)
        inherited = old.auth == self.matching.old.auth and new.auth == self.matching.new.auth
        if old.auth != new.auth and not inherited:
            credentials.compare_auth(
                self.matching, self.changes, subject, old.auth, new.auth, location
            )
        if (old.error_shape, new.error_shape) != (
            self.matching.old.error_shape,
            self.matching.new.error_shape,
        ):
            error_shapes.compare(self.changes, subject, old.error_shape, new.error_shape, location)
        if (old.unprocessed, new.unprocessed) != (
            self.matching.old.unprocessed,
            self.matching.new.unprocessed,
        ):
            error_shapes.compare_unprocessed(
                self.changes, subject, old.unprocessed, new.unprocessed, location
            )
        if old.verified != new.verified:
            values = describe_both(
                lambda each: "verified" if each.verified else "not verified", old, new
            )
            self.changes.add("verification-changed", RESPONSE, subject, "", values, location)

    def _paging(self, old: Endpoint, new: Endpoint) -> None:
        subject, location = new.qualified, new.location
        values = describe_both(_describe_paging, old, new)
        if values[0] != values[1]:
            rule = (
                "paging-removed"
                if new.paging is None
                else "paging-added" if old.paging is None else "paging-changed"
            )
            self.changes.add(rule, REQUEST, subject, "", values, location)
        if old.paging is None or new.paging is None or old.paging.items == new.paging.items:
            return  # a change of the type at the same path is one of the response
        items = expression(old.paging.item), expression(new.paging.item)
        if items[0] != items[1]:
            self.changes.add("page-items-changed", RESPONSE, subject, "", items, location)

    def _poll(self, old: Endpoint, new: Endpoint) -> None:
        values = describe_both(_describe_poll, old, new)
        if values[0] != values[1]:
            rule = (
                "poll-removed"
                if new.poll is None
                else "poll-added" if old.poll is None else "poll-changed"
            )
            self.changes.add(rule, REQUEST, new.qualified, "", values, new.location)

    def _documentation(self, old: Endpoint, new: Endpoint) -> None:
        subject, location = new.qualified, new.location
        self.texts.compare_deprecation(BOTH, subject, "", old.deprecated, new.deprecated, location)
        self.texts.compare(BOTH, subject, "title", old.title, new.title, location)
        self.texts.compare(BOTH, subject, "description", old.description, new.description, location)
        self.texts.compare(BOTH, subject, "", old.notes, new.notes, location, "note-changed")
        for before, after in zip(old.hosts, new.hosts, strict=False):
            self.texts.compare(
                BOTH,
                subject,
                f"description of {after.url}",
                before.description,
                after.description,
                location,
            )
        facts = describe_both(self._facts, old.facts, new.facts)
        if facts[0] != facts[1]:
            self.changes.add("facts-changed", BOTH, subject, "", facts, location)
        links(self.changes, self.texts, subject, old.links, new.links, location)
        pages = describe_both(
            lambda each: comma_list(
                attribute for attribute in (each.name_on_site, each.updated) if attribute
            )
            or None,
            old,
            new,
        )
        if pages[0] != pages[1]:
            self.changes.add("page-changed", BOTH, subject, "", pages, location)
        self._examples(old, new)

    def _facts(self, facts: Iterable[Fact]) -> str | None:
        """Return the facts in the languages of both versions."""
        descriptions = (
            f"{fact.title.get(language) or ''}: {comma_list(value.get(language) or '' for value in fact.values)}"
            for language in self.texts.languages
            for fact in facts
        )
        return "; ".join(descriptions) or None

    def _examples(self, old: Endpoint, new: Endpoint) -> None:
        for number in range(max(len(old.examples), len(new.examples))):
            before, after = [
                each.examples[number] if number < len(each.examples) else None
                for each in (old, new)
            ]
            part = f"example {number + 1}"
            if before is not None and after is not None:
                self.texts.compare(
                    BOTH,
                    new.qualified,
                    f"title of {part}",
                    before.title,
                    after.title,
                    after.location,
                )
            if _without_location(before) != _without_location(after):
                example = after or before
                location = example.location if example is not None else new.location
                presence = describe_both(
                    lambda each: None if each is None else "present", before, after
                )
                values = presence if before is None or after is None else (None, None)
                self.changes.add("example-changed", BOTH, new.qualified, part, values, location)


_REQUEST_PARTS: Mapping[Where, str] = {
    "path": "the path",
    "query": "the query",
    "header": "a header",
    "cookie": "a cookie",
    "field": "the body",
    "body": "the body",
}


def links(
    changes: Changes,
    texts: TextComparison,
    subject: str,
    old: tuple[Link, ...],
    new: tuple[Link, ...],
    location: SourceLocation,
) -> None:
    """Compare the links of an endpoint or an event."""
    if [link.url for link in old] != [link.url for link in new]:
        values = describe_both(lambda each: comma_list(link.url for link in each) or None, old, new)
        changes.add("links-changed", BOTH, subject, "", values, location)
        return
    for before, after in zip(old, new, strict=True):
        texts.compare(BOTH, subject, f"title of {after.url}", before.title, after.title, location)


def _sent_arguments(api: Api, endpoint: Endpoint) -> list[EndpointArgument]:
    """Return the arguments and constants of an endpoint, without the headers of the whole API."""
    everywhere = {field.wire for field in api.header}
    difference = [EndpointArgument(field, "path") for field in endpoint.path_fields]
    difference += [EndpointArgument(field, "query") for field in endpoint.query]
    difference += [
        EndpointArgument(field, "header")
        for field in endpoint.header
        if field.wire not in everywhere or (endpoint.accept and field.wire == "Accept")
    ]
    difference += [EndpointArgument(field, "cookie") for field in endpoint.cookie]
    difference += [EndpointArgument(field, "field") for field in body_fields(api, endpoint)]
    return difference + [
        argument for argument in arguments(api, endpoint) if argument.where == "body"
    ]


def _pair_arguments(
    old: Sequence[EndpointArgument], new: Sequence[EndpointArgument]
) -> list[tuple[EndpointArgument, EndpointArgument]]:
    """Pair arguments by part of the request and wire name, else by Python name."""
    by_wire = {(argument.where, argument.field.wire): argument for argument in old}
    paired_new = {(argument.where, argument.field.wire) for argument in new}
    by_name = {
        argument.name: argument
        for argument in old
        if (argument.where, argument.field.wire) not in paired_new
    }
    difference: list[tuple[EndpointArgument, EndpointArgument]] = []
    for argument in new:
        before = by_wire.get((argument.where, argument.field.wire)) or by_name.get(argument.name)
        if before is not None:
            difference.append((before, argument))
    return difference


def _positional(given: Iterable[EndpointArgument]) -> list[EndpointArgument]:
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
        case JsonBody(media=media) if media == FORM_MEDIA:
            return "form"
        case JsonBody(media=media) if media == MULTIPART_MEDIA:
            return "multipart"
        case JsonBody(media=media):
            return f"JSON as {media}"
        case BinaryBody(media=media):
            return media
        case TextBody(media=media):
            return f"text as {media}"
        case MultipartBody():
            return "multipart"
        case _:
            return "form"


def _has_file(endpoint: Endpoint) -> bool:
    return any(isinstance(response.type, File) for response in endpoint.responses)


def _hash(hash: FileHash | None) -> str:
    """Describe a hash; arguments are compared as such."""
    if hash is None:
        return "none"
    source = "an argument" if hash.field is not None else f"header {hash.header}"
    return f"{hash.algorithm} in {source}"


def _content(response: Response) -> str:
    return "no body" if response.type is None else expression(response.type)


def _describe_paging(endpoint: Endpoint) -> str | None:
    paging = endpoint.paging
    if paging is None:
        return None
    parts = {
        paging.form: paging.by,
        "from": paging.next,
        "items": paging.items,
        "limit": paging.limit,
        "more": paging.more,
        "total": paging.total,
    }
    return comma_list(f"{key}: {value}" for key, value in parts.items() if value is not None)


def _describe_stream(response: Response) -> str:
    stream = response.stream
    if stream is None:
        return "as a whole"
    details = [
        {"events": "server-sent events", "lines": "JSON lines"}[stream.format],
        *([f"until {stream.end}"] if stream.end is not None else []),
        *([f"with their names in `{stream.name}`"] if stream.name is not None else []),
    ]
    return comma_list(details)


def _describe_poll(endpoint: Endpoint) -> str | None:
    poll = endpoint.poll
    if poll is None:
        return None
    states = comma_list(wire_text(state) for state in poll.states)
    return f"until {poll.until} is {states}, every {poll.every:g} s, at most {poll.deadline:g} s"


def _describe_idempotency(idempotency: Idempotency) -> str:
    key = f"recognised by {comma_list(idempotency.key)}" if idempotency.key else idempotency.kind
    return f"{key}, ask {idempotency.ask}" if idempotency.ask else key


def _without_location(example: Example | None) -> object:
    return (
        None
        if example is None
        else replace(example, title=Text(), location=SourceLocation("", 1, 1))
    )
