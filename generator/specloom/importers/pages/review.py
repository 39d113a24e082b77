"""Review page of a draft: the text of each page on the left, the spec on the right, and lines that no part of the spec came from marked."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .drafting import DraftedSpec
from .page import Page
from .positions import lines_by_way

_STYLE = """
:root { color-scheme: light dark; --edge: #8884; --stated: #2a7; --inferred: #27c; --guessed: #b60; --unread: #c33; }
body { margin: 0; font: 14px/1.5 system-ui, sans-serif; }
header { padding: .6rem 1rem; border-bottom: 1px solid var(--edge); position: sticky; top: 0; background: Canvas; z-index: 1; }
h1 { font-size: 1rem; margin: 0; } h2 { font-size: .9rem; margin: .8rem 1rem .2rem; }
.key span { border-left-width: .3rem; border-left-style: solid; padding: 0 .6rem 0 .3rem; }
main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); height: calc(100vh - 4.5rem); }
section { overflow: auto; border-right: 1px solid var(--edge); }
ol { list-style: none; margin: 0; padding: 0; counter-reset: line; font: 12px/1.6 ui-monospace, monospace; }
li { counter-increment: line; display: flex; padding-right: .5rem; border-left: .3rem solid transparent; white-space: pre-wrap; overflow-wrap: anywhere; }
li::before { content: counter(line); flex: 0 0 3.2rem; text-align: right; margin-right: .8rem; opacity: .5; user-select: none; }
.stated { border-color: var(--stated); } .inferred { border-color: var(--inferred); } .guessed { border-color: var(--guessed); }
.unread { border-color: var(--unread); background: #c332; }
[data-to] { cursor: pointer; } .on { background: #fc08 !important; }
"""
_SCRIPT = """
for (const line of document.querySelectorAll('[data-to]')) line.addEventListener('click', () => {
  for (const each of document.querySelectorAll('.on')) each.classList.remove('on');
  line.classList.add('on');
  const targets = line.dataset.to.split(' ').map(id => document.getElementById(id)).filter(Boolean);
  for (const each of targets) each.classList.add('on');
  if (targets.length) targets[0].scrollIntoView({block: 'center'});
});
"""


_ORDER = ("stated", "inferred", "guessed")


def review(pages: Sequence[Page], drafted: DraftedSpec) -> str:
    """Return the HTML page. A click on a line shows its counterpart."""
    numbers = {page.name: at for at, page in enumerate(pages)}
    names = sorted(drafted.texts)
    files = {name: at for at, name in enumerate(names)}
    lines = {name: lines_by_way(drafted.texts[name]) for name in names if name.endswith(".yaml")}
    to_spec: dict[tuple[str, int], list[tuple[str, str]]] = {}
    to_page: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for origin in drafted.origins:
        if origin.page not in numbers or origin.file not in files:
            continue
        at = lines[origin.file].get(origin.way)
        if not at:
            continue
        spec_id = f"s{files[origin.file]}-{at}"
        if origin.line:
            to_spec.setdefault((origin.page, origin.line), []).append((spec_id, origin.basis))
        page_id = f"p{numbers[origin.page]}-{origin.line}"
        to_page.setdefault((origin.file, at), []).append((page_id, origin.basis))
    read = {(page, line) for page, lines in drafted.lines_read.items() for line in lines} | set(
        to_spec
    )
    parts = ["<section>"]
    for page in pages:
        parts.append(f"<h2>{escape(page.name)}</h2><ol>")
        for number, text in enumerate(page.lines, 1):
            links = to_spec.get((page.name, number), [])
            is_unread = bool(text.strip()) and (page.name, number) not in read
            parts.append(_line(f"p{numbers[page.name]}-{number}", text, links, unread=is_unread))
        parts.append("</ol>")
    parts.append("</section><section>")
    for name in names:
        parts.append(f"<h2>{escape(name)}</h2><ol>")
        for number, text in enumerate(drafted.texts[name].rstrip("\n").split("\n"), 1):
            parts.append(_line(f"s{files[name]}-{number}", text, to_page.get((name, number), [])))
        parts.append("</ol>")
    parts.append("</section>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
        f"<title>Draft for review</title><style>{_STYLE}</style></head><body>"
        '<header><h1>Draft for review</h1><div class="key"><span class="stated">stated</span>'
        '<span class="inferred">inferred from an example</span><span class="guessed">guessed</span>'
        '<span class="unread">not read</span></div></header>'
        f"<main>{''.join(parts)}</main><script>{_SCRIPT}</script></body></html>\n"
    )


def _line(at: str, text: str, links: Sequence[tuple[str, str]], *, unread: bool = False) -> str:
    kind = min((basis for _, basis in links), key=_ORDER.index, default="unread" if unread else "")
    attributes = f' class="{kind}"' if kind else ""
    if links:
        attributes += f' data-to="{" ".join(dict.fromkeys(each for each, _ in links))}"'
    return f'<li id="{at}"{attributes}><span>{escape(text) or "&nbsp;"}</span></li>'
