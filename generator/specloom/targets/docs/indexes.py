"""Index page of the API, and pages of resources with a description, notes or errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec.structs import replace

from ...auth_schemes import SCHEMES
from ...code import Markdown, markdown
from ...model import Api, Endpoint, Fact, Object, Resource, Text
from ...render import render
from ..client_interface import argument_of, schemes_of
from . import events, labels, page_paths, samples, tables
from .endpoints import Section, facts, hosts
from .errors import error_table
from .localizer import Localizer


def index(api: Api, language: str) -> Markdown:
    """Return the index page of the API."""
    localizer = Localizer(language)
    here = page_paths.of_api(language)
    if not api.description:
        localizer.note_missing("a_description")
    values = {
        "label": labels.headings(language),
        "title": localizer.inline(api.title) or markdown.text(api.package),
        "navigation": localizer.navigation(page_paths.languages(api, language, here)),
        "description": markdown.paragraphs(localizer.text(api.description)),
        "hosts": hosts(api, None, localizer),
        "authentication": list(_authentication(api, localizer)),
        "create_client": markdown.fenced(samples.create_client(api), "python"),
        "client_link": localizer.label(
            "more_of_the_client",
            page_paths.link(
                here, page_paths.of_client(language), localizer.label("use_the_client")
            ),
        ),
        "units": markdown.bullets(localizer.inline(unit) for unit in _units(api)),
        "facts": facts(_shared_facts(api), localizer),
        "resources": [
            _with_events(resource, here, localizer)
            for resource in api.all_resources()
            if _is_listed(resource)
        ],
        "errors": error_table(api.errors, localizer),
        "notes": markdown.notes(localizer.text(api.notes)),
        "links": markdown.bullets(
            markdown.link(localizer.inline(each.title), each.url) for each in api.links
        ),
    }
    return render(Markdown, "docs/index.md.j2", notice=localizer.notice(), **values)


def resource_page(api: Api, resource: Resource, language: str) -> Markdown:
    """Return the page of a resource."""
    localizer = Localizer(language)
    here = page_paths.of_resource(resource, language)
    values = {
        "label": labels.headings(language),
        "title": _title(resource, localizer),
        "navigation": localizer.navigation(
            [
                page_paths.link(here, page_paths.of_api(language), localizer.inline(api.title)),
                *page_paths.languages(api, language, here),
            ]
        ),
        "description": markdown.paragraphs(localizer.text(resource.description)),
        "resources": list(_sections(resource, here, localizer)),
        "errors": error_table(resource.errors, localizer),
        "notes": markdown.notes(localizer.text(resource.notes)),
    }
    return render(Markdown, "docs/resource.md.j2", notice=localizer.notice(), **values)


def _sections(resource: Resource, here: PurePosixPath, localizer: Localizer) -> Iterator[Section]:
    """Yield the resource's own endpoints and events, then the resources below it."""
    if own := _resource(resource, here, localizer).parts:
        yield Section(localizer.label("endpoints"), own)
    if events_table := events.events_table(resource, here, localizer):
        yield Section(localizer.label("events"), (events_table,))
    for nested in list(resource.walk())[1:]:
        if _is_listed(nested):
            yield _with_events(nested, here, localizer)


def _resource(resource: Resource, here: PurePosixPath, localizer: Localizer) -> Section:
    title = _title(resource, localizer)
    there = page_paths.of_resource(resource, localizer.language)
    if there != here and page_paths.has_page(resource):
        title = page_paths.link(here, there, title)
    endpoints = tables.table(
        ("endpoint", "request_line", "sync"),
        [_endpoint(each, here, localizer) for each in resource.endpoints],
        localizer,
    )
    return Section(title, (endpoints,) if endpoints else ())


def _with_events(resource: Resource, here: PurePosixPath, localizer: Localizer) -> Section:
    """Return the endpoints of a resource, and its events."""
    section, events_table = _resource(resource, here, localizer), events.events_table(
        resource, here, localizer
    )
    return replace(section, parts=(*section.parts, events_table)) if events_table else section


def _endpoint(endpoint: Endpoint, here: PurePosixPath, localizer: Localizer) -> list[Markdown]:
    title = localizer.inline(endpoint.title) or markdown.text(endpoint.name)
    marks = [markdown.strong(localizer.label("deprecated"))] if endpoint.deprecated else []
    return [
        markdown.inline(
            [
                page_paths.link(here, page_paths.of_endpoint(endpoint, localizer.language), title),
                *marks,
            ]
        ),
        markdown.code(f"{endpoint.method} {endpoint.path}"),
        markdown.code(f"client.{endpoint.qualified}(…)"),
    ]


def _title(resource: Resource, localizer: Localizer) -> Markdown:
    return localizer.inline(resource.title) or markdown.text(".".join(resource.path))


def _is_listed(resource: Resource) -> bool:
    return bool(resource.endpoints or resource.events) or page_paths.has_page(resource)


def _authentication(api: Api, localizer: Localizer) -> Iterator[Markdown]:
    """Yield the client's arguments and advice for each scheme."""
    schemes = schemes_of(api)
    if not schemes:
        yield localizer.label("none")
    if len(schemes) > 1:
        yield localizer.label("several_schemes")
    for scheme in schemes:
        kind = SCHEMES[scheme.kind]
        yield localizer.label("authenticated_by", localizer.inline(kind.title))
        client_argument = argument_of(api, scheme)
        prefix = f"{client_argument}.{kind.class_name}." if client_argument else ""
        rows = [
            [
                markdown.code(f"{prefix}{argument.name}"),
                localizer.label("yes" if argument.required else "depends"),
                localizer.inline(argument.meaning),
            ]
            for argument in kind.arguments
        ]
        if table := tables.table(("argument", "required", "meaning"), rows, localizer):
            yield table
        if kind.advice:
            yield markdown.bullets(localizer.inline(advice) for advice in kind.advice)


def _units(api: Api) -> list[Text]:
    """Return the units of all fields, without duplicates."""
    units: dict[Text, None] = {}
    for type in api.types.values():
        if isinstance(type, Object):
            units |= dict.fromkeys(field.unit for field in type.fields if field.unit)
    for endpoint in api.all_endpoints():
        for fields in (endpoint.path_fields, endpoint.query, endpoint.header):
            units |= dict.fromkeys(field.unit for field in fields if field.unit)
    return list(units)


def _shared_facts(api: Api) -> tuple[Fact, ...]:
    """Return the facts that all endpoints share."""
    endpoints = list(api.all_endpoints())
    return (
        tuple(fact for fact in endpoints[0].facts if all(fact in each.facts for each in endpoints))
        if endpoints
        else ()
    )
