"""The documentation target: Markdown pages in every language of the API, made to be read on GitHub.

    README.md                                      the project
    docs/<language>/index.md                       the API
    docs/<language>/client.md                      the client
    docs/<language>/<resource>/index.md            a resource that has more to say than a list
    docs/<language>/<resource>/<endpoint>.md       an endpoint
    docs/<language>/<resource>/event-<event>.md    an event

`reader` chooses the texts of a page and notes what is missing, `labels` has the fixed texts, `tables` and `errors` lay out what
the spec lists, `values` and `patterns` make up what the spec gives no example of, `styles` puts values into queries and forms, `request`,
`samples`, `receiving` and `expressions` write the samples, and `client`, `endpoints`,
`events`, `indexes` and `readme` put pages together.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from ...code import Code
from ...model import Api
from .. import Files
from . import client, endpoints, events, indexes, page_paths, readme


def docs(api: Api, *, testing: bool = True) -> Files:
    """All pages, by their path in the generated project; `testing` says whether the client has a mock."""
    found: dict[PurePosixPath, Code] = {
        page_paths.of_api(language): indexes.index(api, language) for language in api.languages
    }
    found |= {
        page_paths.of_client(language): client.page(api, language, testing=testing)
        for language in api.languages
    }
    for resource in api.all_resources():
        if page_paths.has_page(resource):
            for language in api.languages:
                found[page_paths.of_resource(resource, language)] = indexes.resource_page(
                    api, resource, language
                )
    for endpoint in api.all_endpoints():
        shown = endpoints.Samples.of(api, endpoint)
        for language in api.languages:
            found[page_paths.of_endpoint(endpoint, language)] = endpoints.page(
                api, endpoint, language, shown
            )
    for event in api.all_events():
        for language in api.languages:
            found[page_paths.of_event(event, language)] = events.page(api, event, language)
    return {**found, readme.PATH: readme.readme(api, testing=testing)}
