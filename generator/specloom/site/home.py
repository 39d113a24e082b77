"""Home page of each language, and the page at the root that selects a language."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence

from .. import locales
from .clients import INDEX, ClientDocs
from .commonmark import for_python_markdown
from .conversion import front_matter

_ROOT = """\
<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<script>
const languages = {languages};
const wanted = navigator.languages.map(each => each.toLowerCase());
const match = wanted.flatMap(each => languages.filter(own => own.toLowerCase() === each || own.split("-")[0] === each.split("-")[0]));
location.replace((match[0] || languages[0]) + "/");
</script>
<ul>
{links}
</ul>
</html>
"""


def home(clients: Sequence[ClientDocs], language: str) -> str:
    """Return the list of the clients that are documented in a language."""
    title = locales.text(language, "site", "home")
    lines = [f"# {title}", ""]
    for client in clients:
        if language not in client.languages:
            continue
        index = client.languages[language][INDEX]
        version = locales.text(language, "site", "version").format(client.version)
        lines += [f"## [{index.title}]({client.name}/{INDEX})", ""]
        if client.version:
            lines += [f'<p class="page-facts" data-search-exclude>{version}</p>', ""]
        lines += [_description(index.text), ""]
    return front_matter(title, hide=["toc", "navigation"]) + "\n".join(for_python_markdown(lines))


def root(languages: Sequence[str]) -> str:
    """Return the HTML page that leads to the language of the browser."""
    links = "\n".join(
        f'<li><a href="{html.escape(language)}/" hreflang="{html.escape(language)}">{html.escape(name)}</a></li>'
        for language, name in ((each, locales.language_name(each)) for each in languages)
    )
    return _ROOT.format(
        language=html.escape(languages[0]),
        title=html.escape(locales.text(languages[0], "site", "home")),
        languages=json.dumps(languages),
        links=links,
    )


def _description(text: str) -> str:
    """Return the first paragraph of a page, without the line of links."""
    blocks = re.split(r"\n\n+", text.partition("\n## ")[0])[1:]
    paragraphs = [block for block in blocks if not block.startswith(("[", ">", "|", "-", "`"))]
    return paragraphs[0] if paragraphs else ""
