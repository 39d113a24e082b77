"""Paths of the pages, and links between them."""

from __future__ import annotations

from pathlib import PurePosixPath
from posixpath import relpath

from ... import locales
from ...code import Markdown, markdown
from ...model import Api, Endpoint, Event, Resource
from ...naming import snake
from .localizer import Localizer

_INDEX = "index.md"


def name_of(language: str) -> Markdown:
    """Return the name of a language in that language."""
    return markdown.text(locales.language_name(language))


def of_api(language: str) -> PurePosixPath:
    return PurePosixPath("docs", language, _INDEX)


def of_client(language: str) -> PurePosixPath:
    return PurePosixPath("docs", language, "client.md")


def of_resource(resource: Resource, language: str) -> PurePosixPath:
    return PurePosixPath("docs", language, *resource.path, _INDEX)


def of_endpoint(endpoint: Endpoint, language: str) -> PurePosixPath:
    """Return the path of an endpoint's page. `index` is renamed because the resource has this path; no other name has a hyphen."""
    name = "index-endpoint" if endpoint.name == "index" else endpoint.name
    return PurePosixPath("docs", language, *endpoint.resource, f"{name}.md")


def of_event(event: Event, language: str) -> PurePosixPath:
    """Return the path of an event's page; the hyphen keeps it apart from endpoints."""
    name = (snake(event.class_name) or event.class_name).replace("_", "-")
    return PurePosixPath("docs", language, *event.resource, f"event-{name}.md")


def has_page(resource: Resource) -> bool:
    """Return whether a resource has a page of its own; the index lists the endpoints of all others."""
    return bool(resource.description or resource.notes or resource.errors)


def link(here: PurePosixPath, there: PurePosixPath, label: Markdown) -> Markdown:
    return markdown.link(label, relpath(there, here.parent))


def navigation(api: Api, language: str, here: PurePosixPath) -> list[Markdown]:
    """Return links from a page to the page of the API, and to the same page in the other languages."""
    index = of_api(language)
    title = markdown.text(api.title.best(language) or api.package)
    own = [link(here, index, title)] if here != index else []
    others = (each for each in api.languages if each != language)
    return own + [
        link(here, PurePosixPath("docs", each, *here.parts[2:]), name_of(each)) for each in others
    ]


def client_link(here: PurePosixPath, localizer: Localizer) -> Markdown:
    """Return a sentence with a link to the page on using the client."""
    page = link(here, of_client(localizer.language), localizer.label("use_the_client"))
    return localizer.label("more_of_the_client", page)
