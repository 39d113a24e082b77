"""README of the generated project: installation, a first call, and links to the pages."""

from __future__ import annotations

from pathlib import PurePosixPath

from ...code import Markdown, markdown
from ...model import Api
from ...render import render
from . import page_paths
from .endpoints import EndpointSamples
from .localizer import Localizer

PATH = PurePosixPath("README.md")


def readme(api: Api, *, testing: bool = True) -> Markdown:
    """Return the README in the API's first language."""
    localizer = Localizer(api.languages[0])
    first = next(api.all_endpoints(), None)
    pages = [
        page_paths.link(PATH, page_paths.of_api(language), page_paths.name_of(language))
        for language in api.languages
    ]
    return render(
        Markdown,
        "docs/readme.md.j2",
        label=localizer.labels,
        title=localizer.inline(api.title) or markdown.text(api.package),
        description=markdown.paragraphs(localizer.text(api.description)),
        source=localizer.label("generated_from", markdown.code(api.source)),
        pages=localizer.label("pages", localizer.join(pages)),
        sample=EndpointSamples.of(api, first).sync if first is not None else None,
        errors_note=localizer.label("errors_in_short"),
        client_link=page_paths.client_link(PATH, localizer),
        testing_note=(
            localizer.label(
                "testing_in_short",
                markdown.code(f'pytest_plugins = ["{api.package}.testing"]'),
                markdown.code(f"python -m {api.package}.testing --print-client"),
            )
            if testing
            else None
        ),
        async_note=localizer.label("async_in_short", markdown.code(f"Async{api.client}")),
    )
