"""Build of one client in memory: load the spec and run the targets, as pyproject.toml configures them."""

from __future__ import annotations

from msgspec.structs import replace

from . import plugins
from .config import ClientConfig
from .diagnostics import InvalidSpec, display_path
from .model import Api
from .spec import LoadedSpec, load
from .targets import Files, check_mock, files


def build_client(client: ClientConfig) -> tuple[LoadedSpec, Files]:
    """Return the loaded spec, and all output files by their path in the output folder.

    Raises `InvalidSpec` with the problems of the spec, the settings or the templates.
    """
    _check_targets(client)
    loaded = load(client.spec, display_path(client.spec))
    _check_package(client, loaded.api)
    _check_mock(client, loaded.api)
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


def _check_package(client: ClientConfig, api: Api) -> None:
    """Require that an output which is the import package has the name of the package."""
    if client.layout == "package" and client.out.name != api.package:
        message = f"folder name `{client.out.name}` does not match the package `{api.package}`"
        raise client.error(("out",), "config-out", message, f"let the path end in {api.package}")


def _languages(client: ClientConfig, api: Api) -> tuple[str, ...]:
    """Return the languages of the documentation, in order."""
    for index, language in enumerate(client.languages):
        if language not in api.languages:
            raise client.error(
                ("languages", index),
                "config-languages",
                f"the spec has no language `{language}`",
                f"use one of {', '.join(api.languages)}",
            )
    return client.languages or api.languages


def _check_targets(client: ClientConfig) -> None:
    """Require that every configured target is installed."""
    installed = plugins.names(plugins.TARGETS) if client.targets else ()
    for index, name in enumerate(client.targets):
        if name not in installed:
            raise _unknown_target(client, index, name, installed)


def _check_mock(client: ClientConfig, api: Api) -> None:
    """Require that the module with the service's behaviour can be copied into the client."""
    if client.mock is None:
        return
    try:
        check_mock(client.mock, api)
    except (OSError, ValueError, SyntaxError) as error:
        hint = "define one class …Mock, derived from specloom.runtime.mock.server_core.Mock; of specloom, import specloom.runtime only"
        raise client.error(
            ("mock",),
            "config-mock",
            f"invalid mock module {display_path(client.mock)}: {error}",
            hint,
        ) from None


def _unknown_target(
    client: ClientConfig, index: int, name: str, installed: tuple[str, ...]
) -> InvalidSpec:
    from difflib import get_close_matches

    close = get_close_matches(name, installed, 1)
    available = (
        f"installed targets: {', '.join(installed)}" if installed else "no targets are installed"
    )
    hint = (
        f"did you mean {close[0]}?"
        if close
        else f"{available}; install the package that provides `{name}` where specloom is installed"
    )
    return client.error(("targets", index), "unknown-target", f"unknown target `{name}`", hint)
