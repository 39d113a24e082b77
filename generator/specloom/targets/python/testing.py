"""`testing.py` and `examples.json`: the mock of the API, and pytest fixtures.

The mock is part of the runtime; this module selects the parts that the API needs. A spec never names code: the auth scheme decides how
the mock authenticates requests, and the settings name the module with the behaviour of the service.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...auth_schemes import SCHEMES, arguments_of
from ...code import Code, Python, json, python
from ...model import Api, Endpoint, Scheme
from ..client_interface import argument_of, auth_names, combinations, host_value, schemes_of
from . import docstrings, service
from .endpoints import Options
from .imports import Layout, Module, Parts


class ServerSchemeView(Struct, frozen=True):
    """Template values of an auth scheme on the mock's side: a class with options; `required` are the arguments of a client if it is unknown
    how to verify, `parts` the names of the schemes that are needed together."""

    name: Python
    class_name: Python
    options: Options = ()
    required: Python | None = None
    parts: tuple[Python, ...] = ()


class CredentialsView(Struct, frozen=True):
    """Template values of the credentials for one of several schemes: the client's argument, the scheme's class, and its name."""

    argument: Python
    class_name: Python
    scheme: Python


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the module, and a JSON file with the documented response of each endpoint."""
    module = Module(layout, ("testing",))
    mock = f"{api.client}Mock"
    bases = [module.use_class(("_runtime", *home), name) for home, name in _bases(api, layout)]
    module.use("typing", "Any", "Final")
    module.use("pathlib", "Path")
    module.use("collections.abc", "Iterator", "Sequence")
    module.import_module("sys")
    module.use_own(("_runtime", "mock", "command_line"), "run")
    module.use_own(("client",), "SERVICE")
    for name in (api.client, f"Async{api.client}"):
        module.use_class(("client",), name)
    schemes = [_scheme(module, api, scheme) for scheme in schemes_of(api)]
    schemes += [_combination(module, names) for names in combinations(api)]
    credentials = [
        CredentialsView(
            python.literal(argument),
            module.use_class(
                ("_runtime", *SCHEMES[scheme.kind].home()), SCHEMES[scheme.kind].class_name
            ),
            python.literal(scheme.name),
        )
        for scheme in schemes_of(api)
        if SCHEMES[scheme.kind].mock and (argument := argument_of(api, scheme))
    ]
    yield (
        layout.file(module.parts),
        module.render(
            "python/testing.py.j2",
            docstring=docstrings.of_module(api, "testing"),
            mock_docstring=docstrings.of_mock(api, mock),
            bases=bases,
            schemes=schemes,
            credentials=credentials,
            host_values=[
                (python.identifier(each.name), python.literal(host_value(each)))
                for each in api.host_variables
            ],
            mock=python.identifier(mock),
            client=python.identifier(api.client),
            async_client=python.identifier(f"Async{api.client}"),
            mock_fixture=python.identifier(f"{api.package}_mock"),
            client_fixture=python.identifier(f"{api.package}_client"),
            async_fixture=python.identifier(f"async_{api.package}_client"),
            name=python.literal(f"{api.package}.{api.client}"),
        ),
    )
    responses = {
        endpoint.qualified: _example_response(endpoint) for endpoint in api.all_endpoints()
    }
    yield PurePosixPath(api.package, "examples.json"), json.rows(responses)


def _bases(api: Api, layout: Layout) -> list[tuple[Parts, str]]:
    """Return module and name of the mock's base classes: the service's behaviour, else those of the schemes, and those that page and finish jobs; else `Mock`."""
    added: list[tuple[Parts, str]] = []
    if any(endpoint.paging for endpoint in api.all_endpoints()):
        added.append((("mock", "pages"), "PagingMock"))
    if any(endpoint.poll for endpoint in api.all_endpoints()):
        added.append((("mock", "jobs"), "PollingMock"))
    if layout.mock is not None:
        return [(("mock", service.MODULE), service.class_name(layout.mock)), *added]
    bases: dict[tuple[Parts, str], None] = {}
    for scheme in api.schemes:
        kind = SCHEMES[scheme.kind]
        if kind.mock is not None and kind.mock.base is not None:
            module, name = kind.mock.base
            bases[kind.home(module), name] = None
    return [*bases, *added] or [(("mock", "server_core"), "Mock")]


def _scheme(module: Module, api: Api, scheme: Scheme) -> ServerSchemeView:
    kind = SCHEMES[scheme.kind]
    name = python.literal(scheme.name)
    if kind.mock is None:
        required = [argument.name for argument in arguments_of(scheme) if argument.required]
        if argument := argument_of(api, scheme):
            required = [argument]
        unknown = module.use_own(("_runtime", "mock", "unknown"), "UnknownServerAuth")
        return ServerSchemeView(name, unknown, required=python.literal(tuple(required)))
    home = ("_runtime", *kind.home(kind.mock.module))
    return ServerSchemeView(name, module.use_class(home, kind.mock.class_name), _options(scheme))


def _combination(module: Module, names: tuple[str, ...]) -> ServerSchemeView:
    return ServerSchemeView(
        python.literal(auth_names([names])[0]),
        module.use_class(("_runtime", "mock", "all_of"), "AllServerAuth"),
        parts=tuple(python.literal(name) for name in names),
    )


def _options(scheme: Scheme) -> Options:
    return tuple(
        (python.identifier(option), python.literal(value))
        for option, value in scheme.options.items()
    )


def _example_response(endpoint: Endpoint) -> dict[str, json.Value]:
    """Return the response of the first example with a success status."""
    for example in endpoint.examples:
        if example.status is not None and endpoint.response_with(example.status):
            body: dict[str, json.Value] = (
                {} if example.response is None else {"body": example.response.json}
            )
            return {"status": example.status, **body}
    return {}
