"""`testing.py` and `examples.json`: the mock of the API, and pytest fixtures.

The mock is part of the runtime; this module selects the parts that the API needs. A spec never names code: the auth scheme decides how
the mock authenticates requests, and the settings name the module with the behaviour of the service.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ...auth_schemes import SCHEMES
from ...code import Code, Python, json, python
from ...model import Api, Endpoint, Scheme
from ...render import render
from ..client_interface import argument_of, schemes_of
from . import docstrings, service
from .imports import Layout, Module, Parts


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the module, and a JSON file with the documented response of each endpoint."""
    module = Module(layout, ("testing",))
    mock = f"{api.client}Mock"
    bases = [module.use_own(("_runtime", *home), name) for home, name in _bases(api, layout)]
    module.use("typing", "Any")
    module.use("typing", "Final")
    module.use("pathlib", "Path")
    module.use("collections.abc", "Iterator")
    module.use("collections.abc", "Sequence")
    module.import_module("sys")
    module.use_own(("_runtime", "mock", "command_line"), "run")
    for name in ("SERVICE", api.client, f"Async{api.client}"):
        module.use_own(("client",), name)
    server_auth = [
        (python.literal(scheme.name), _server_auth(module, api, scheme))
        for scheme in schemes_of(api)
    ]
    named_schemes = [
        (argument, scheme)
        for scheme in schemes_of(api)
        if SCHEMES[scheme.kind].mock and (argument := argument_of(api, scheme))
    ]
    credentials = [
        (python.literal(argument), _credentials(module, scheme))
        for argument, scheme in named_schemes
    ]
    title = docstrings.multilingual(api.title, api.languages) or api.name
    yield (
        layout.file(module.parts),
        render(
            Python,
            "python/testing.py.j2",
            docstring=docstrings.of_module(_summary(api, title), docstrings.source_of(api, ())),
            imports=module.imports(),
            mock_header=python.class_header(python.identifier(mock), bases),
            mock_docstring=python.docstring(
                f"Mock of {title}.\n\nIt checks credentials and arguments as the service does. `{mock}().client()` returns an in-process client.",
                4,
            ),
            server_auth=python.dict_of(server_auth, room=74),
            credentials=python.dict_of(credentials, explode=True) if credentials else None,
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


def _summary(api: Api, title: str) -> str:
    fixtures = f"`{api.package}_mock`, `{api.package}_client` and `async_{api.package}_client`"
    return (
        f"Mock of {title}, with pytest fixtures.\n\n"
        f'`pytest_plugins = ["{api.package}.testing"]` provides {fixtures}; `python -m {api.package}.testing --print-client` runs the mock as a server.'
    )


def _bases(api: Api, layout: Layout) -> list[tuple[Parts, str]]:
    """Return module and name of the mock's base classes: the service's behaviour, else those of the schemes, else `Mock`."""
    if layout.mock is not None:
        return [(("mock", service.MODULE), service.class_name(layout.mock))]
    bases: dict[tuple[Parts, str], None] = {}
    for scheme in api.schemes:
        kind = SCHEMES[scheme.kind]
        if kind.mock is not None and kind.mock.base is not None:
            module, name = kind.mock.base
            bases[kind.home(module), name] = None
    return [*bases] or [(("mock", "server_core"), "Mock")]


def _server_auth(module: Module, api: Api, scheme: Scheme) -> Python:
    kind = SCHEMES[scheme.kind]
    if kind.mock is None:
        required = [argument.name for argument in kind.arguments if argument.required]
        if argument := argument_of(api, scheme):
            required = [argument]
        return python.call(
            module.use_own(("_runtime", "mock", "unknown"), "UnknownServerAuth"),
            [python.literal(tuple(required))],
        )
    options = {option: python.literal(value) for option, value in scheme.options.items()}
    auth_class = module.use_own(("_runtime", *kind.home(kind.mock.module)), kind.mock.class_name)
    return python.call(auth_class, python.call_options(options))


def _credentials(module: Module, scheme: Scheme) -> Python:
    """Return the credentials object of one scheme, for a client with several schemes."""
    kind = SCHEMES[scheme.kind]
    auth_class = module.use_own(("_runtime", *kind.home()), kind.class_name)
    credentials = python.call(
        python.dotted("self", "credentials_of"), [python.literal(scheme.name)]
    )
    return python.call(auth_class, [python.unpack_mapping(credentials)], room=60)


def _example_response(endpoint: Endpoint) -> dict[str, json.Value]:
    """Return the response of the first example with a success status."""
    statuses = {response.status for response in endpoint.responses}
    for example in endpoint.examples:
        if example.status in statuses:
            body: dict[str, json.Value] = (
                {} if example.response is None else {"body": example.response.json}
            )
            return {"status": example.status, **body}
    return {}
