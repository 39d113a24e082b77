"""`specloom export`: writes a spec as an OpenAPI document."""

from __future__ import annotations

from pathlib import Path

from .diagnostics import UsageError, display_path
from .exporters import openapi
from .spec import load


def export(spec: Path, version: openapi.Version, language: str | None, *, as_json: bool) -> str:
    """Return the text of the OpenAPI document of a spec.

    Raises `UsageError` if the spec does not have the language.
    """
    api = load(spec, display_path(spec)).api
    if language is not None and language not in api.languages:
        raise UsageError(
            f"{display_path(spec)} has no language {language!r}; its languages are {', '.join(api.languages)}"
        )
    document = openapi.document(api, version, language or api.languages[0])
    return openapi.json_document(document) if as_json else openapi.yaml_document(document)
