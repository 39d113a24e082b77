"""`testing.py` and `examples.json`: a mock of the API, and fixtures for pytest.

What the mock does is in the runtime; this module selects the parts that the API needs. A spec never names code: a side is chosen by its
auth scheme, and the settings name the module with the behaviour of the service.
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
from .imports import Layout, Module


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """The module, and beside it the documented answers of every endpoint."""
    module = Module(layout, ("testing",))
    mock = f"{api.client}Mock"
    bases = [
        module.use_ours(("_runtime", "mock", home), name) for home, name in _bases(api, layout)
    ]
    module.use("typing", "Any")
    module.use("typing", "Final")
    module.use("pathlib", "Path")
    module.use("collections.abc", "Iterator")
    module.use("collections.abc", "Sequence")
    module.use_plain("sys")
    module.use_ours(("_runtime", "mock", "command"), "run")
    for name in ("SERVICE", api.client, f"Async{api.client}"):
        module.use_ours(("client",), name)
    sides = [
        (python.literal(scheme.name), _side(module, api, scheme)) for scheme in schemes_of(api)
    ]
    several = [
        (argument, scheme)
        for scheme in schemes_of(api)
        if SCHEMES[scheme.kind].mock and (argument := argument_of(api, scheme))
    ]
    given = [(python.literal(argument), _given(module, scheme)) for argument, scheme in several]
    title = docstrings.both(api.title, api.languages) or api.name
    yield (
        layout.file(module.parts),
        render(
            Python,
            "python/testing.py.j2",
            docstring=docstrings.of_module(_summary(api, title), docstrings.source_of(api, ())),
            imports=module.imports(),
            header=python.class_header(python.identifier(mock), bases),
            about=python.docstring(
                f"The server's side of {title}.\n\nIt checks what the real one checks; `{mock}().client()` gives a client of it, in process.",
                4,
            ),
            sides=python.mapping(sides, room=74),
            given=python.mapping(given, explode=True) if given else None,
            mock=python.identifier(mock),
            client=python.identifier(api.client),
            async_client=python.identifier(f"Async{api.client}"),
            mock_fixture=python.identifier(f"{api.package}_mock"),
            client_fixture=python.identifier(f"{api.package}_client"),
            async_fixture=python.identifier(f"async_{api.package}_client"),
            name=python.literal(f"{api.package}.{api.client}"),
        ),
    )
    responses = {endpoint.qualified: _documented(endpoint) for endpoint in api.all_endpoints()}
    yield PurePosixPath(api.package, "examples.json"), json.rows(responses)


def _summary(api: Api, title: str) -> str:
    fixtures = f"`{api.package}_mock`, `{api.package}_client` and `async_{api.package}_client`"
    return (
        f"A mock of {title}, and fixtures for pytest.\n\n"
        f'`pytest_plugins = ["{api.package}.testing"]` gives {fixtures}; `python -m {api.package}.testing --print-client` serves it.'
    )


def _bases(api: Api, layout: Layout) -> list[tuple[str, str]]:
    """Module and class of what the mock derives from: the behaviour of the service, else that of each scheme, else that of any API."""
    if layout.mock is not None:
        return [(service.MODULE, service.class_name(layout.mock))]
    sides = [SCHEMES[scheme.kind].mock for scheme in api.schemes]
    return list(
        dict.fromkeys(side.base for side in sides if side is not None and side.base is not None)
    ) or [("server_core", "Mock")]


def _side(module: Module, api: Api, scheme: Scheme) -> Python:
    kind = SCHEMES[scheme.kind]
    if kind.mock is None:
        asked = [argument.name for argument in kind.arguments if argument.required]
        if argument := argument_of(api, scheme):
            asked = [argument]
        return python.call(
            module.use_ours(("_runtime", "mock", "unknown"), "UnknownServerAuth"),
            [python.literal(tuple(asked))],
        )
    options = {option: python.literal(value) for option, value in scheme.options.items()}
    made = module.use_ours(("_runtime", "mock", kind.mock.module), kind.mock.class_name)
    return python.call(made, python.call_options(options))


def _given(module: Module, scheme: Scheme) -> Python:
    """The object that a client with several schemes is given for one."""
    kind = SCHEMES[scheme.kind]
    make = module.use_ours(("_runtime", "auth", kind.module), kind.class_name)
    held = python.call(python.dotted("self", "credentials_of"), [python.literal(scheme.name)])
    return python.call(make, [python.star_star(held)], room=60)


def _documented(endpoint: Endpoint) -> dict[str, json.Value]:
    """The first example's answer that is one of success."""
    statuses = {answer.status for answer in endpoint.responses}
    for example in endpoint.examples:
        if example.status in statuses:
            body: dict[str, json.Value] = (
                {} if example.response is None else {"body": example.response.json}
            )
            return {"status": example.status, **body}
    return {}
