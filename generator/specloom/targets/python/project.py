"""`pyproject.toml` of the generated project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ...auth_schemes import SCHEMES
from ...code import Code, Toml, toml
from ...model import Api
from ...render import render

REQUIREMENTS = {"httpx": "httpx>=0.28,<0.29", "httpx2": "httpx2>=2.16,<3"}
"""Requirement by HTTP library. httpx is pinned to a minor version, because the runtime uses a private attribute of it, which httpx2 keeps."""


def files(api: Api, http: str) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the files of the project beside the package."""
    language = api.languages[0]
    extra = sorted(
        {requirement for scheme in api.schemes for requirement in SCHEMES[scheme.kind].requires}
    )
    summary = " ".join(api.title.best(language).split()) or api.package
    yield (
        PurePosixPath("pyproject.toml"),
        render(
            Toml,
            "python/pyproject.toml.j2",
            name=toml.string(api.package.replace("_", "-")),
            package=toml.string(api.package),
            version=toml.string(api.version),
            summary=toml.string(summary),
            requirements=[
                toml.string(requirement)
                for requirement in sorted([REQUIREMENTS[http], "msgspec>=0.20", *extra])
            ],
        ),
    )
