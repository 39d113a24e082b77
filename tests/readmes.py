"""Code blocks of the repository's Markdown, by the names in the comments above them."""

from __future__ import annotations

import re
from functools import lru_cache

from tests.generated import ROOT

README = "README.md"
BUILDS = "generator/specloom/build_backends/README.md"
DIFF = "generator/specloom/diff/README.md"
TEMPLATES = "templates/README.md"
CONTRIBUTING = ".github/CONTRIBUTING.md"
WECHATPAY = "generated/wechatpay/docs/en/index.md"
WEIXIN = "generated/weixin/docs/en/index.md"

_FENCE = re.compile(r"(?:^<!-- ([^\n]+) -->\n)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@lru_cache
def blocks(page: str) -> tuple[tuple[str, str, str], ...]:
    """Name, language and text of each code block of a page; no name is an empty one."""
    return tuple(_FENCE.findall((ROOT / page).read_text("utf-8")))


def block(name: str, page: str = README) -> str:
    """The block of this name."""
    [text] = [text for each, _, text in blocks(page) if each == name]
    return text


def blocks_below(heading: str, page: str) -> list[str]:
    """The blocks of the section with this heading, on a generated page, where blocks have no names."""
    text = (ROOT / page).read_text("utf-8")
    [section] = re.findall(
        rf"^##+ {re.escape(heading)}\n(.*?)(?=^##+ |\Z)", text, re.DOTALL | re.MULTILINE
    )
    return [text for _, _, text in _FENCE.findall(section)]
