"""Index page of the API, and pages of resources with a description, notes or errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

from ...auth_schemes import SCHEMES, Argument, arguments_of
from ...code import Markdown, markdown
from ...model import Api, Endpoint, Event, Fact, Field, Object, Resource, Scheme, Text
from ...render import render
from ..client_interface import argument_of, schemes_of
from ..descriptions import about
from . import page_paths, samples
from .endpoints import facts, hosts, links
from .errors import error_rows
from .localizer import Localizer


class EndpointRow(Struct, frozen=True):
    """Row of a table of endpoints; all are table cells."""

    title: Markdown
    http: Markdown
    call: Markdown


class EventRow(Struct, frozen=True):
    """Row of a table of events; all are table cells."""

    title: Markdown
    name: Markdown
    class_name: Markdown


class ResourceView(Struct, frozen=True):
    """Resource with its endpoints."""

    title: Markdown
    endpoints: Sequence[EndpointRow]


class ArgumentRow(Struct, frozen=True):
    """Row of a table of arguments; all are table cells."""

    name: Markdown
    required: Markdown
    description: Markdown


class SchemeView(Struct, frozen=True):
    """Auth scheme: a sentence, the client's arguments, and advice on them."""

    sentence: Markdown
    arguments: Sequence[ArgumentRow]
    advice: Sequence[Markdown]


def index(api: Api, language: str) -> Markdown:
    """Return the index page of the API."""
    localizer = Localizer(language)
    here = page_paths.of_api(language)
    if not api.description:
        localizer.note_missing("a_description")
    schemes = schemes_of(api)
    values = {
        "label": localizer.labels,
        "title": localizer.inline(api.title) or markdown.text(api.package),
        "navigation": page_paths.navigation(api, language, here),
        "description": markdown.paragraphs(localizer.text(api.description)),
        "hosts": hosts(api.hosts, localizer),
        "host_variables": [_host_variable(each, localizer) for each in api.host_variables],
        "authentication": _authentication(len(schemes), localizer),
        "schemes": [_scheme(api, scheme, localizer) for scheme in schemes],
        "create_client": markdown.code_lines(samples.create_client(api)),
        "client_link": page_paths.client_link(here, localizer),
        "units": [localizer.inline(unit) for unit in _units(api)],
        "facts": facts(_shared_facts(api), localizer),
        "resources": _resources(api.all_resources(), here, localizer),
        "events": [_event(each, here, localizer) for each in api.all_events()],
        "errors": error_rows(api.errors, api.unprocessed, localizer),
        "notes": markdown.notes(localizer.text(api.notes)),
        "links": links(api.links, localizer),
    }
    return render(Markdown, "docs/index.md.j2", notice=localizer.notice(), **values)


def resource_page(api: Api, resource: Resource, language: str) -> Markdown:
    """Return the page of a resource."""
    localizer = Localizer(language)
    here = page_paths.of_resource(resource, language)
    own, *nested = resource.walk()
    values = {
        "label": localizer.labels,
        "title": _title(resource, localizer),
        "navigation": page_paths.navigation(api, language, here),
        "description": markdown.paragraphs(localizer.text(resource.description)),
        "endpoints": [_endpoint(each, here, localizer) for each in own.endpoints],
        "resources": _resources(nested, here, localizer),
        "events": [
            _event(event, here, localizer) for each in resource.walk() for event in each.events
        ],
        "errors": error_rows(resource.errors, api.unprocessed, localizer),
        "notes": markdown.notes(localizer.text(resource.notes)),
    }
    return render(Markdown, "docs/resource.md.j2", notice=localizer.notice(), **values)


def _resources(
    resources: Iterable[Resource], here: PurePosixPath, localizer: Localizer
) -> list[ResourceView]:
    """Return the resources that have endpoints or a page."""
    return [
        _resource(each, here, localizer)
        for each in resources
        if each.endpoints or page_paths.has_page(each)
    ]


def _resource(resource: Resource, here: PurePosixPath, localizer: Localizer) -> ResourceView:
    title = _title(resource, localizer)
    there = page_paths.of_resource(resource, localizer.language)
    if there != here and page_paths.has_page(resource):
        title = page_paths.link(here, there, title)
    return ResourceView(title, [_endpoint(each, here, localizer) for each in resource.endpoints])


def _endpoint(endpoint: Endpoint, here: PurePosixPath, localizer: Localizer) -> EndpointRow:
    title = localizer.inline(endpoint.title) or markdown.text(endpoint.name)
    link = page_paths.link(here, page_paths.of_endpoint(endpoint, localizer.language), title)
    marks = [markdown.strong(localizer.label("deprecated"))] if endpoint.deprecated else []
    return EndpointRow(
        markdown.cell(markdown.inline([link, *marks])),
        markdown.cell(markdown.code(f"{endpoint.method} {endpoint.path}")),
        markdown.code(f"client.{endpoint.qualified}(…)"),
    )


def _event(event: Event, here: PurePosixPath, localizer: Localizer) -> EventRow:
    title = localizer.inline(event.title) or markdown.text(event.name)
    link = page_paths.link(here, page_paths.of_event(event, localizer.language), title)
    return EventRow(
        markdown.cell(link),
        markdown.cell(markdown.code(event.name)),
        markdown.code(f"events.{event.class_name}"),
    )


def _title(resource: Resource, localizer: Localizer) -> Markdown:
    return localizer.inline(resource.title) or markdown.text(".".join(resource.path))


def _authentication(schemes: int, localizer: Localizer) -> Markdown | None:
    """Return a sentence for an API with no scheme or several."""
    if not schemes:
        return localizer.label("none")
    return localizer.label("several_schemes") if schemes > 1 else None


def _scheme(api: Api, scheme: Scheme, localizer: Localizer) -> SchemeView:
    kind = SCHEMES[scheme.kind]
    client_argument = argument_of(api, scheme)
    prefix = f"{client_argument}.{kind.class_name}." if client_argument else ""
    return SchemeView(
        localizer.label("authenticated_by", localizer.inline(kind.title)),
        [
            ArgumentRow(
                markdown.code(f"{prefix}{argument.name}"),
                localizer.label(
                    "yes" if argument.required else "depends" if argument.conditional else "no"
                ),
                markdown.cell(_meaning(scheme, argument, localizer)),
            )
            for argument in arguments_of(scheme)
        ],
        [localizer.inline(advice) for advice in kind.advice],
    )


def _meaning(scheme: Scheme, argument: Argument, localizer: Localizer) -> Markdown:
    """Return the meaning of an argument, with the default that the spec gives it."""
    meaning = localizer.inline(argument.meaning)
    default = scheme.options.get(argument.name)
    if default is None:
        return meaning
    return markdown.inline([meaning, localizer.label("default", markdown.code(default))])


def _host_variable(variable: Field, localizer: Localizer) -> ArgumentRow:
    return ArgumentRow(
        markdown.code(variable.name),
        localizer.label("yes" if variable.required else "no"),
        markdown.cell(markdown.text(about(variable, localizer.language))),
    )


def _units(api: Api) -> list[Text]:
    """Return the units of all fields, without duplicates."""
    units: dict[Text, None] = {}
    for type in api.types.values():
        if isinstance(type, Object):
            units |= dict.fromkeys(field.unit for field in type.fields if field.unit)
    for endpoint in api.all_endpoints():
        for fields in (endpoint.path_fields, endpoint.query, endpoint.header, endpoint.cookie):
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
