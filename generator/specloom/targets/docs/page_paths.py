"""Where the pages of the documentation lie, and how one leads to another."""

from __future__ import annotations

from pathlib import PurePosixPath
from posixpath import relpath

from ...code import Markdown, markdown
from ...model import Api, Endpoint, Event, Resource
from ...naming import snake
from .labels import name_of

_INDEX = "index.md"


def of_api(language: str) -> PurePosixPath:
    return PurePosixPath("docs", language, _INDEX)


def of_client(language: str) -> PurePosixPath:
    return PurePosixPath("docs", language, "client.md")


def of_resource(resource: Resource, language: str) -> PurePosixPath:
    return PurePosixPath("docs", language, *resource.path, _INDEX)


def of_endpoint(endpoint: Endpoint, language: str) -> PurePosixPath:
    """An endpoint called `index` gives way to the page of its resource: no endpoint's name has a hyphen."""
    name = "index-endpoint" if endpoint.name == "index" else endpoint.name
    return PurePosixPath("docs", language, *endpoint.resource, f"{name}.md")


def of_event(event: Event, language: str) -> PurePosixPath:
    """Its name has a hyphen, so it is no endpoint's."""
    name = (snake(event.class_name) or event.class_name).replace("_", "-")
    return PurePosixPath("docs", language, *event.resource, f"event-{name}.md")


def has_page(resource: Resource) -> bool:
    """Whether there is more to say of a resource than which endpoints it has, which the index says."""
    return bool(resource.description or resource.notes or resource.errors)


def link(here: PurePosixPath, there: PurePosixPath, label: Markdown) -> Markdown:
    return markdown.link(label, relpath(there, here.parent))


def languages(api: Api, language: str, here: PurePosixPath) -> list[Markdown]:
    """Links to the same page in the other languages."""
    other = [each for each in api.languages if each != language]
    pages = [PurePosixPath("docs", each, *here.parts[2:]) for each in other]
    return [
        link(here, page, markdown.text(name_of(each)))
        for each, page in zip(other, pages, strict=True)
    ]
