"""One client from beginning to end, but for the disk: its spec is read, and the targets make its files, as pyproject.toml wants them."""

from __future__ import annotations

from msgspec.structs import replace

from . import plugins
from .auth_schemes import SCHEMES
from .config import ClientConfig
from .diagnostics import InvalidSpec, display_path
from .model import Api
from .spec import LoadedSpec, load
from .targets import Files, files, mock_class


def weave(client: ClientConfig) -> tuple[LoadedSpec, Files]:
    """The spec, and all files by their path in the output folder; raises `InvalidSpec` with what is wrong in spec, settings or templates."""
    _check_targets(client)
    _check_mock(client)
    loaded = load(client.spec, display_path(client.spec))
    _check_package(client, loaded.api)
    api = replace(loaded.api, source=client.source, languages=_languages(client, loaded.api))
    return loaded, files(
        api,
        client.layout,
        http=client.http,
        templates=client.templates,
        targets=client.targets,
        mock=client.mock,
        testing=client.testing,
    )


def needs_others(client: ClientConfig, api: Api) -> bool:
    """Whether other people's packages have a part in the client, so that it may change with them."""
    return bool(client.targets) or any(
        SCHEMES[scheme.kind].source is not None for scheme in api.schemes
    )


def _check_package(client: ClientConfig, api: Api) -> None:
    """An output that is the import package itself is called like it."""
    if client.layout == "package" and client.out.name != api.package:
        message = f"the folder {client.out.name} is to be the package `{api.package}`, and packages are called like their folders"
        raise client.error(("out",), "config-out", message, f"let the path end in {api.package}")


def _languages(client: ClientConfig, api: Api) -> tuple[str, ...]:
    """Those to document, in their order."""
    for index, language in enumerate(client.languages):
        if language not in api.languages:
            raise client.error(
                ("languages", index),
                "config-languages",
                f"the spec has no language `{language}`",
                f"it has {', '.join(api.languages)}",
            )
    return client.languages or api.languages


def _check_targets(client: ClientConfig) -> None:
    """Every target that is named must be there."""
    known = plugins.names(plugins.TARGETS) if client.targets else ()
    for index, name in enumerate(client.targets):
        if name not in known:
            raise _unknown(client, index, name, known)


def _check_mock(client: ClientConfig) -> None:
    """The module of the mock must be one that can be copied."""
    if client.mock is None:
        return
    try:
        mock_class(client.mock)
    except (OSError, ValueError, SyntaxError) as error:
        hint = "derive one class, called …Mock, from specloom.runtime.mock.server_core.Mock, and import from specloom.runtime only"
        raise client.error(
            ("mock",),
            "config-mock",
            f"{display_path(client.mock)} cannot be the behaviour of a mock: {error}",
            hint,
        ) from None


def _unknown(client: ClientConfig, index: int, name: str, known: tuple[str, ...]) -> InvalidSpec:
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1)
    there = (
        f"installed packages give {', '.join(known)}" if known else "no installed package gives any"
    )
    hint = (
        f"did you mean {close[0]}?"
        if close
        else f"{there}; install the package that gives it beside specloom"
    )
    return client.error(("targets", index), "unknown-target", f"there is no target `{name}`", hint)
