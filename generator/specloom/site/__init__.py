"""`specloom docs`: a static site of all clients of a project, made from their generated Markdown.

    generated pages ─▶ clients ─▶ conversion, error_index, navigation ─▶ site generator, once per language ─▶ exchange with the old site

- `clients` reads the generated pages; `dates` has the date of the last change of each.
- `conversion` rewrites a page for the site: `commonmark`, `anchors` and `sample_tabs` are its parts; `tables` splits rows.
- `error_index` and `home` write the pages that only the site has; `navigation` orders the pages.
- `settings` configures Material for MkDocs, and `generator` runs it; `theme/` and `assets/` adapt it.
- `output` replaces the old site atomically; `server` serves the site.

Each language is a site of its own below `<language>/`, with its own search. A page has the same path in every language.
"""

from __future__ import annotations

from .build import Site, build_site
from .server import serve

__all__ = ["Site", "build_site", "serve"]
