"""`client.py`: the sync and the async client, and the settings that all endpoints share."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...auth_schemes import SCHEMES, Argument, arguments_of
from ...code import Code, Python, python
from ...model import Api, ErrorShape, Field, Scheme, String
from ..client_interface import (
    argument_of,
    auth_names,
    combinations,
    constant_parameters,
    host_template,
    resources_of,
    schemes_of,
)
from ..descriptions import about
from . import docstrings, events
from .endpoints import ErrorCodeView, ErrorShapeView, Options, error_codes, error_shape
from .errors import by_class
from .functions import ArgumentView
from .imports import Layout, Module, Parts, public_names
from .resources import PropertyView, property_of
from .type_hints import TypeHints


class HostVariableView(Struct, frozen=True):
    """Template values of a variable in the URLs of hosts: the client's argument, and the limits of its value."""

    name: Python
    values: Python | None
    minimum: Python | None
    maximum: Python | None


class ServiceView(Struct, frozen=True):
    """Template values of the settings that all endpoints share. What has its default is absent."""

    class_name: Python
    name: Python
    version: Python
    hosts: Python
    headers: Python | None
    auth: Python | None
    error_shape: ErrorShapeView | None
    unprocessed: Python | None
    errors: tuple[ErrorCodeView, ...]
    """Errors that all endpoints share."""
    error_classes: tuple[ErrorCodeView, ...]
    """Exception classes of the other error codes, without options."""
    host_variables: tuple[HostVariableView, ...]


class SchemeView(Struct, frozen=True):
    """Template values of an auth scheme: the client's argument with an object of its class, the arguments and options of a new one, or the
    client's arguments with the `parts` that are needed together."""

    name: Python
    argument: Python | None
    class_name: Python
    arguments: tuple[Python, ...]
    options: Options
    parts: tuple[Python, ...] = ()


class ClientView(Struct, frozen=True):
    """Template values of the sync or the async client."""

    name: Python
    bases: tuple[Python, ...]
    is_async: bool
    docstring: Python
    credentials: tuple[ArgumentView, ...]
    host_arguments: tuple[Python, ...]
    """Names of the arguments, among the credentials, for variables in the URLs of hosts."""
    schemes: tuple[SchemeView, ...]
    resources: tuple[PropertyView, ...]
    webhooks: events.WebhooksView | None


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the module of the clients, and `auth.py` for an API with several schemes."""
    hidden = {api.client, f"Async{api.client}", *(resource.name for resource in resources_of(api))}
    module = Module(layout, ("client",), frozenset(hidden))
    service = _service(api, module)
    _use_for_options(module)
    clients = [_client(api, module, is_async=is_async) for is_async in (False, True)]
    yield (
        layout.file(module.parts),
        module.render(
            "python/client.py.j2",
            docstring=docstrings.of_module(api, "client"),
            service=service,
            clients=clients,
            http=module.used[layout.http],
        ),
    )
    if len(schemes_of(api)) > 1:
        yield _auth(api, layout)


def _use_for_options(module: Module) -> None:
    """Import the types of the client's options."""
    module.use_for_typing(module.layout.http)
    module.use_for_typing("ssl")
    for name in ("Mapping", "Sequence"):
        module.use_for_typing("collections.abc", name)
    module.builtin("bool", "float", "int", "str")
    for name in ("OnRequest", "OnResponse", "OnRetry"):
        module.use_for_typing(module.relative(("_runtime", "hooks")), name)


def _service(api: Api, module: Module) -> ServiceView:
    module.use("typing", "Final")
    class_name = (
        module.use_own(("_runtime", "host_variables"), "HostVariable", "TemplateService")
        if api.host_variables
        else module.use_own(("_runtime", "api_definition"), "Service")
    )
    headers = constant_parameters(api.header)
    return ServiceView(
        class_name,
        python.literal(api.package),
        python.literal(api.version),
        python.literal(tuple(host_template(api, host.url) for host in api.hosts)),
        python.literal(headers) if headers else None,
        python.literal(auth_names(api.auth)) if api.auth else None,
        error_shape(module, api.error_shape) if api.error_shape != ErrorShape() else None,
        python.literal(api.unprocessed) if api.unprocessed else None,
        error_codes(api, module, api.errors),
        _error_classes(api, module),
        tuple(_host_variable(each) for each in api.host_variables),
    )


def _host_variable(variable: Field) -> HostVariableView:
    type = variable.type
    assert isinstance(type, String)
    minimum, maximum = type.length.minimum, type.length.maximum
    return HostVariableView(
        name=python.literal(variable.name),
        values=python.literal(type.literals) if type.literals else None,
        minimum=python.literal(minimum) if minimum else None,
        maximum=python.literal(maximum) if maximum else None,
    )


def _error_classes(api: Api, module: Module) -> tuple[ErrorCodeView, ...]:
    """Return the exception classes of error codes that are not shared by all endpoints."""
    shared = {(row.status, row.code) for row in api.errors}
    by_code = {
        (row.status, row.code): row.class_name
        for group in by_class(api).values()
        for row in group
        if row.code is not None and (row.status, row.code) not in shared
    }
    rows = sorted(
        by_code.items(), key=lambda item: (item[1], str(item[0][0] or ""), item[0][1] or "")
    )
    return tuple(
        ErrorCodeView(
            python.literal(status),
            python.literal(code),
            python.dotted(module.use_as(("errors",), "_errors"), name),
        )
        for (status, code), name in rows
    )


def _client(api: Api, module: Module, *, is_async: bool) -> ClientView:
    credentials = [*_host_arguments(api, module), *_credentials(api, module)]
    return ClientView(
        python.identifier(f"Async{api.client}" if is_async else api.client),
        _bases(api, module, is_async=is_async),
        is_async,
        docstrings.of_client(
            api,
            ((view.name, meaning) for view, meaning in credentials),
            module.layout.http,
            is_async=is_async,
        ),
        tuple(view for view, _ in credentials),
        tuple(python.identifier(variable.name) for variable in api.host_variables),
        (
            *(_scheme(api, module, scheme) for scheme in schemes_of(api)),
            *(_combination(api, module, names) for names in combinations(api)),
        ),
        tuple(
            property_of(api, module, resource, is_async=is_async) for resource in resources_of(api)
        ),
        events.webhooks(api, module, is_async=is_async) if any(api.all_events()) else None,
    )


def _bases(api: Api, module: Module, *, is_async: bool) -> tuple[Python, ...]:
    """Return the base classes of a client: with `iter` if an endpoint is paged, with `wait` if one is polled, with `stream` if one streams its response,
    and with the methods of its schemes."""
    bases: list[tuple[Parts, str]] = []
    if any(endpoint.paging is not None for endpoint in api.all_endpoints()):
        bases.append((("paginators",), "PagingClient"))
    if any(endpoint.poll is not None for endpoint in api.all_endpoints()):
        bases.append((("waiters",), "PollingClient"))
    if api.has_streams:
        bases.append((("streaming", "client"), "StreamingClient"))
    prefix = "Async" if is_async else ""
    of_kinds = {
        SCHEMES[scheme.kind].home(client[0]): client[1]
        for scheme in schemes_of(api)
        if (client := SCHEMES[scheme.kind].client) is not None
    }
    return (
        *(
            module.use_own(("_runtime", *home), f"{prefix}{name}")
            for home, name in bases or [(("client",), "Client")]
        ),
        *(module.use_own(("_runtime", *home), name) for home, name in of_kinds.items()),
    )


def _host_arguments(api: Api, module: Module) -> Iterator[tuple[ArgumentView, str]]:
    """Yield an argument with its meaning for each variable in the URLs of hosts."""
    for variable in api.host_variables:
        type = TypeHints(api, module, "argument").of(variable.type)
        default = None if variable.default is None else python.literal(str(variable.default.json))
        meaning = about(variable, api.languages[0])
        yield ArgumentView(python.identifier(variable.name), type, default), meaning


def _credentials(api: Api, module: Module) -> Iterator[tuple[ArgumentView, str]]:
    """Yield each credential with its meaning: the arguments of the scheme, or with several schemes an object for each."""
    language = api.languages[0]
    for scheme in schemes_of(api):
        kind = SCHEMES[scheme.kind]
        if (name := argument_of(api, scheme)) is not None:
            none = python.literal(None)
            type = python.union([_scheme_class(module, scheme), none])
            yield ArgumentView(python.identifier(name), type, none), kind.title.best(language)
            continue
        for argument in arguments_of(scheme):
            yield _credential(module, scheme, argument), argument.meaning.best(language)


def _credential(module: Module, scheme: Scheme, argument: Argument) -> ArgumentView:
    name, type = python.identifier(argument.name), _type(module, scheme, argument)
    if argument.required:
        return ArgumentView(name, type)
    if argument.name in scheme.options:
        return ArgumentView(name, type, python.literal(scheme.options[argument.name]))
    none = python.literal(None)
    return ArgumentView(name, python.union([type, none]), none)


def _scheme_class(module: Module, scheme: Scheme) -> Python:
    kind = SCHEMES[scheme.kind]
    return module.use_class(("_runtime", *kind.home()), kind.class_name)


def _type(module: Module, scheme: Scheme, argument: Argument) -> Python:
    if hasattr(builtins, argument.annotation):
        type = module.builtin(argument.annotation)
    else:
        home = ("_runtime", *SCHEMES[scheme.kind].home())
        type = module.use_class(home, argument.annotation, for_typing=True)
    if argument.several:
        return python.subscript(module.use_for_typing("collections.abc", "Sequence"), [type])
    return type


def _scheme(api: Api, module: Module, scheme: Scheme) -> SchemeView:
    argument = argument_of(api, scheme)
    names = [each.name for each in arguments_of(scheme)]
    return SchemeView(
        python.literal(scheme.name),
        None if argument is None else python.identifier(argument),
        _scheme_class(module, scheme),
        tuple(python.identifier(name) for name in names),
        tuple(
            (python.identifier(name), python.literal(value))
            for name, value in scheme.options.items()
            if name not in names
        ),
    )


def _combination(api: Api, module: Module, names: tuple[str, ...]) -> SchemeView:
    by_name = {scheme.name: argument_of(api, scheme) for scheme in schemes_of(api)}
    return SchemeView(
        python.literal(auth_names([names])[0]),
        None,
        module.use_own(("_runtime", "auth", "all_of"), "all_of"),
        (),
        (),
        tuple(python.identifier(by_name[name] or name) for name in names),
    )


def _auth(api: Api, layout: Layout) -> tuple[PurePosixPath, Code]:
    module = Module(layout, ("auth",))
    classes = {
        name: ("_runtime", *SCHEMES[kind].home())
        for kind in sorted({scheme.kind for scheme in schemes_of(api)})
        for name in (SCHEMES[kind].class_name, *SCHEMES[kind].exports)
    }
    for name, home in classes.items():
        module.re_export(home, name)
    return (
        layout.file(module.parts),
        module.render(
            "python/auth.py.j2",
            docstring=docstrings.of_module(api, "auth"),
            public_names=public_names(classes),
        ),
    )
