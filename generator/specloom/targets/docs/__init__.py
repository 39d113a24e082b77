"""Documentation target: Markdown pages for GitHub, in every language of the API.

    README.md                                      the project
    docs/<language>/index.md                       the API
    docs/<language>/client.md                      the client
    docs/<language>/<resource>/index.md            a resource with a description, notes or errors
    docs/<language>/<resource>/<endpoint>.md       an endpoint
    docs/<language>/<resource>/event-<event>.md    an event

- Pages: `client`, `endpoints`, `events`, `indexes`, `readme`; `page_paths` has their paths.
- Texts: `localizer` selects the texts of a page.
- Rows of tables: `tables`, `field_cells`, `types`, `errors`.
- Samples: `samples`, `request` and `expressions`; `sample_values` and `regex_samples` generate values that have no
  example, `parameter_styles` encodes values in queries and forms, `json_types` finds the type of a JSON value.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from ...code import Code
from ...model import Api
from .. import Files
from . import client, endpoints, events, indexes, page_paths, readme
from .field_cells import FieldCells


def docs(api: Api, *, testing: bool = True) -> Files:
    """Return all pages, by their path in the generated project. With `testing=False` the client has no mock."""
    pages: dict[PurePosixPath, Code] = {
        page_paths.of_api(language): indexes.index(api, language) for language in api.languages
    }
    pages |= {
        page_paths.of_client(language): client.page(api, language, testing=testing)
        for language in api.languages
    }
    for resource in api.all_resources():
        if page_paths.has_page(resource):
            for language in api.languages:
                pages[page_paths.of_resource(resource, language)] = indexes.resource_page(
                    api, resource, language
                )
    cells = {language: FieldCells(api, language) for language in api.languages}
    for endpoint in api.all_endpoints():
        samples = endpoints.EndpointSamples.of(api, endpoint)
        for language in api.languages:
            pages[page_paths.of_endpoint(endpoint, language)] = endpoints.page(
                cells[language], endpoint, samples
            )
    for event in api.all_events():
        for language in api.languages:
            pages[page_paths.of_event(event, language)] = events.page(cells[language], event)
    return {**pages, readme.PATH: readme.readme(api, testing=testing)}
