"""The generated project's README: how to install it, a first call, and the way to the pages."""

from __future__ import annotations

from pathlib import PurePosixPath

from ...code import Markdown, markdown
from ...model import Api
from ...render import render
from . import labels, page_paths
from .endpoints import Samples
from .localizer import Localizer

PATH = PurePosixPath("README.md")


def readme(api: Api, *, testing: bool = True) -> Markdown:
    """In the API's first language."""
    reader = Localizer(api.languages[0])
    first = next(api.all_endpoints(), None)
    pages = [
        page_paths.link(PATH, page_paths.of_api(language), markdown.text(labels.name_of(language)))
        for language in api.languages
    ]
    return render(
        Markdown,
        "docs/readme.md.j2",
        label=labels.headings(reader.language),
        title=reader.inline(api.title) or markdown.text(api.package),
        description=markdown.paragraphs(reader.says(api.description)),
        source=reader.words("generated_from", markdown.code(api.source)),
        pages=reader.words("pages", reader.listed(pages)),
        install=markdown.fenced("pip install .", "sh"),
        sample=Samples.of(api, first).sync if first is not None else None,
        errors=reader.words("errors_in_short"),
        client=reader.words(
            "more_of_the_client",
            page_paths.link(
                PATH, page_paths.of_client(reader.language), reader.words("use_the_client")
            ),
        ),
        testing=(
            reader.words(
                "testing_in_short",
                markdown.code(f'pytest_plugins = ["{api.package}.testing"]'),
                markdown.code(f"python -m {api.package}.testing --print-client"),
            )
            if testing
            else None
        ),
        asynchronous=reader.words("async_in_short", markdown.code(f"Async{api.client}")),
    )
