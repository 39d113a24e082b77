"""The index of the API, and the pages of resources that have more to say than a list."""

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
from .endpoints import Block, facts, hosts
from .errors import error_table
from .localizer import Localizer


def index(api: Api, language: str) -> Markdown:
    """What holds for the whole API, and the way to its pages."""
    reader = Localizer(language)
    here = page_paths.of_api(language)
    if not api.description:
        reader.lacks("a_description")
    values = {
        "label": labels.headings(language),
        "title": reader.inline(api.title) or markdown.text(api.package),
        "navigation": reader.navigation(page_paths.languages(api, language, here)),
        "description": markdown.paragraphs(reader.says(api.description)),
        "hosts": hosts(api, None, reader),
        "authentication": list(_authentication(api, reader)),
        "construction": markdown.fenced(samples.construction(api), "python"),
        "client": reader.words(
            "more_of_the_client",
            page_paths.link(here, page_paths.of_client(language), reader.words("use_the_client")),
        ),
        "units": markdown.bullets(reader.inline(unit) for unit in _units(api)),
        "facts": facts(_shared_facts(api), reader),
        "resources": [
            _whole(resource, here, reader)
            for resource in api.all_resources()
            if _is_listed(resource)
        ],
        "errors": error_table(api.errors, reader),
        "notes": markdown.notes(reader.says(api.notes)),
        "links": markdown.bullets(
            markdown.link(reader.inline(each.title), each.url) for each in api.links
        ),
    }
    return render(Markdown, "docs/index.md.j2", notice=reader.notice(), **values)


def resource_page(api: Api, resource: Resource, language: str) -> Markdown:
    """What holds for a resource, and the way to its endpoints."""
    reader = Localizer(language)
    here = page_paths.of_resource(resource, language)
    values = {
        "label": labels.headings(language),
        "title": _title(resource, reader),
        "navigation": reader.navigation(
            [
                page_paths.link(here, page_paths.of_api(language), reader.inline(api.title)),
                *page_paths.languages(api, language, here),
            ]
        ),
        "description": markdown.paragraphs(reader.says(resource.description)),
        "resources": list(_listed(resource, here, reader)),
        "errors": error_table(resource.errors, reader),
        "notes": markdown.notes(reader.says(resource.notes)),
    }
    return render(Markdown, "docs/resource.md.j2", notice=reader.notice(), **values)


def _listed(resource: Resource, here: PurePosixPath, reader: Localizer) -> Iterator[Block]:
    """The resource's own endpoints, then what lies below it."""
    if own := _resource(resource, here, reader).parts:
        yield Block(reader.words("endpoints"), own)
    if told := events.listed(resource, here, reader):
        yield Block(reader.words("events"), (told,))
    for below in list(resource.walk())[1:]:
        if _is_listed(below):
            yield _whole(below, here, reader)


def _resource(resource: Resource, here: PurePosixPath, reader: Localizer) -> Block:
    title = _title(resource, reader)
    there = page_paths.of_resource(resource, reader.language)
    if there != here and page_paths.has_page(resource):
        title = page_paths.link(here, there, title)
    endpoints = tables.table(
        ("endpoint", "request_line", "sync"),
        [_endpoint(each, here, reader) for each in resource.endpoints],
        reader,
    )
    return Block(title, (endpoints,) if endpoints else ())


def _whole(resource: Resource, here: PurePosixPath, reader: Localizer) -> Block:
    """The endpoints of a resource, and its events."""
    block, told = _resource(resource, here, reader), events.listed(resource, here, reader)
    return replace(block, parts=(*block.parts, told)) if told else block


def _endpoint(endpoint: Endpoint, here: PurePosixPath, reader: Localizer) -> list[Markdown]:
    title = reader.inline(endpoint.title) or markdown.text(endpoint.name)
    marks = [markdown.strong(reader.words("deprecated"))] if endpoint.deprecated else []
    return [
        markdown.inline(
            [
                page_paths.link(here, page_paths.of_endpoint(endpoint, reader.language), title),
                *marks,
            ]
        ),
        markdown.code(f"{endpoint.method} {endpoint.path}"),
        markdown.code(f"client.{endpoint.qualified}(…)"),
    ]


def _title(resource: Resource, reader: Localizer) -> Markdown:
    return reader.inline(resource.title) or markdown.text(".".join(resource.path))


def _is_listed(resource: Resource) -> bool:
    return bool(resource.endpoints or resource.events) or page_paths.has_page(resource)


def _authentication(api: Api, reader: Localizer) -> Iterator[Markdown]:
    """For each scheme what the client is given."""
    schemes = schemes_of(api)
    if not schemes:
        yield reader.words("none")
    if len(schemes) > 1:
        yield reader.words("several_schemes")
    for scheme in schemes:
        kind = SCHEMES[scheme.kind]
        yield reader.words("authenticated_by", reader.inline(kind.title))
        owner = argument_of(api, scheme)
        prefix = f"{owner}.{kind.class_name}." if owner else ""
        rows = [
            [
                markdown.code(f"{prefix}{argument.name}"),
                reader.words("yes" if argument.required else "depends"),
                reader.inline(argument.meaning),
            ]
            for argument in kind.arguments
        ]
        if found := tables.table(("argument", "required", "meaning"), rows, reader):
            yield found
        if kind.advice:
            yield markdown.bullets(reader.inline(text) for text in kind.advice)


def _units(api: Api) -> list[Text]:
    """The units that fields are in, each once."""
    found: dict[Text, None] = {}
    for type in api.types.values():
        if isinstance(type, Object):
            found |= dict.fromkeys(field.unit for field in type.fields if field.unit)
    for endpoint in api.all_endpoints():
        for fields in (endpoint.path_fields, endpoint.query, endpoint.header):
            found |= dict.fromkeys(field.unit for field in fields if field.unit)
    return list(found)


def _shared_facts(api: Api) -> tuple[Fact, ...]:
    """The facts that hold for every endpoint."""
    endpoints = list(api.all_endpoints())
    return (
        tuple(fact for fact in endpoints[0].facts if all(fact in each.facts for each in endpoints))
        if endpoints
        else ()
    )
