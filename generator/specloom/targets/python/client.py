"""`client.py`: the sync and the async client, and the settings that all endpoints share."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

from ...auth_schemes import SCHEMES, Argument
from ...code import Code, Python, python
from ...model import Api, ErrorShape, Scheme
from ...render import render
from .. import descriptions
from ..client_interface import argument_of, constant_parameters, resources_of, schemes_of
from . import docstrings, events
from .endpoints import error_rows, error_shape
from .errors import by_class
from .imports import Layout, Module, export_order
from .resources import PropertyView, property_of

_HOOKS = (
    (
        "on_request",
        "OnRequest",
        "Hook before each attempt; gets the endpoint, method, host and path.",
    ),
    (
        "on_response",
        "OnResponse",
        "Hook after each attempt; gets the status or the error, and the duration in seconds.",
    ),
    ("on_retry", "OnRetry", "Hook before each retry; gets the error and the delay in seconds."),
)


class ClientView(Struct, frozen=True):
    """Template values of the sync or the async client."""

    header: Python
    docstring: Python
    signature: Python
    super_call: Python
    properties: tuple[PropertyView, ...]


class ClientOption(Struct, frozen=True):
    """Argument of the constructor of every client."""

    name: str
    annotation: Python
    default: Python
    meaning: str


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the module of the clients, and `auth.py` for an API with several schemes."""
    hidden = {api.client, f"Async{api.client}", *(resource.name for resource in resources_of(api))}
    module = Module(layout, ("client",), frozenset(hidden))
    service = _service(api, module)
    clients = [_client(api, module, asynchronous=is_async) for is_async in (False, True)]
    title = f"Clients of {docstrings.multilingual(api.title, api.languages) or api.name}."
    yield (
        layout.file(module.parts),
        render(
            Python,
            "python/client.py.j2",
            docstring=docstrings.of_module(title, docstrings.source_of(api, ())),
            imports=module.imports(),
            type_checking_imports=module.type_checking_imports(),
            service=service,
            clients=clients,
        ),
    )
    if len(schemes_of(api)) > 1:
        yield _auth(api, layout)


def _service(api: Api, module: Module) -> Python:
    options: dict[str, Python] = {
        "version": python.literal(api.version),
        "hosts": python.literal(tuple(host.url for host in api.hosts)),
    }
    if headers := constant_parameters(api.header):
        options["headers"] = python.literal(headers)
    if api.auth:
        options["auth"] = python.literal(api.auth)
    if api.error_shape != ErrorShape():
        options["error_shape"] = error_shape(module, api.error_shape)
    if api.unprocessed:
        options["unprocessed"] = python.literal(api.unprocessed)
    if rows := error_rows(module, api.errors, api):
        options["errors"] = python.tuple_of(rows, explode=True)
    if classes := _classes(api, module):
        options["classes"] = python.dict_of(classes, explode=True)
    service_class = module.use_own(("_runtime", "api_definition"), "Service")
    arguments = [python.literal(api.package), *python.call_options(options)]
    return python.assignment(
        "SERVICE",
        python.call(service_class, arguments, explode=True),
        module.use("typing", "Final"),
    )


def _classes(api: Api, module: Module) -> list[tuple[Python, Python]]:
    """Return the exception classes of error codes that are not shared by all endpoints."""
    shared = {(row.status, row.code) for row in api.errors}
    rows = [row for group in by_class(api).values() for row in group if row.code is not None]
    by_code = {
        (row.status, row.code): row.class_name
        for row in rows
        if (row.status, row.code) not in shared
    }
    return [
        (python.literal(key), python.dotted(module.use_as(("errors",), "_errors"), name))
        for key, name in sorted(
            by_code.items(), key=lambda item: (item[1], item[0][0] or 0, item[0][1] or "")
        )
    ]


def _client(api: Api, module: Module, *, asynchronous: bool) -> ClientView:
    base = module.use_own(("_runtime", "client"), "AsyncClient" if asynchronous else "Client")
    name = f"Async{api.client}" if asynchronous else api.client
    credentials = _scheme_parameters(api, module)
    options = _options(module, asynchronous=asynchronous)
    parameters = [parameter for parameter, _, _ in credentials]
    parameters += [
        python.parameter(option.name, [python.union_member(option.annotation)], option.default)
        for option in options
    ]
    option_arguments = [
        python.keyword_argument(option.name, python.identifier(option.name)) for option in options
    ]
    super_call = python.call(
        python.dotted("__init__"),
        [python.identifier("SERVICE"), _schemes(api, module), *option_arguments],
        explode=True,
    )
    children = [
        property_of(api, module, resource, python.identifier("self"), asynchronous=asynchronous)
        for resource in resources_of(api)
    ]
    if any(api.all_events()):
        children.append(events.receiver(api, module, asynchronous=asynchronous))
    return ClientView(
        python.class_header(python.identifier(name), [base]),
        _docstring(
            api,
            [(name, meaning) for _, name, meaning in credentials],
            options,
            asynchronous=asynchronous,
        ),
        python.signature(
            "__init__",
            python.parameters(
                [python.identifier("self"), python.keyword_only_marker(), *parameters]
            ),
            python.literal(None),
        ),
        python.super_attribute(super_call),
        tuple(children),
    )


def _scheme_parameters(api: Api, module: Module) -> list[tuple[Python, str, str]]:
    """Return parameter, name and meaning of each credential: the arguments of the scheme, or with several schemes an object for each."""
    language = api.languages[0]
    result: list[tuple[Python, str, str]] = []
    for scheme in schemes_of(api):
        kind = SCHEMES[scheme.kind]
        if (name := argument_of(api, scheme)) is not None:
            annotation = python.union([_scheme_class(module, scheme), python.literal(None)])
            result.append(
                (
                    python.parameter(name, [python.union_member(annotation)], python.literal(None)),
                    name,
                    kind.title.best(language),
                )
            )
            continue
        for argument in kind.arguments:
            result.append(
                (
                    _scheme_parameter(module, scheme, argument),
                    argument.name,
                    argument.meaning.best(language),
                )
            )
    return result


def _scheme_class(module: Module, scheme: Scheme) -> Python:
    kind = SCHEMES[scheme.kind]
    return module.use_own(("_runtime", *kind.home()), kind.class_name)


def _scheme_parameter(module: Module, scheme: Scheme, argument: Argument) -> Python:
    if hasattr(builtins, argument.annotation):
        annotation = module.builtin(argument.annotation)
    else:
        home = module.relative(("_runtime", *SCHEMES[scheme.kind].home()))
        annotation = module.use_for_typing(home, argument.annotation)
    if argument.several:
        annotation = python.subscript(
            module.use_for_typing("collections.abc", "Sequence"), [annotation]
        )
    if argument.required:
        return python.parameter(argument.name, [python.union_member(annotation)])
    none = python.literal(None)
    return python.parameter(
        argument.name, [python.union_member(annotation), python.union_member(none)], none
    )


def _schemes(api: Api, module: Module) -> Python:
    """Return the dict of the client's schemes by name."""
    rows: list[tuple[Python, Python]] = []
    for scheme in schemes_of(api):
        if (name := argument_of(api, scheme)) is not None:
            rows.append((python.literal(scheme.name), python.identifier(name)))
            continue
        names = [argument.name for argument in SCHEMES[scheme.kind].arguments]
        keywords = [python.keyword_argument(name, python.identifier(name)) for name in names]
        keywords += [
            python.keyword_argument(name, python.literal(value))
            for name, value in scheme.options.items()
        ]
        rows.append(
            (
                python.literal(scheme.name),
                python.call(_scheme_class(module, scheme), keywords, room=60),
            )
        )
    return python.dict_of(rows, room=76)


def _options(module: Module, *, asynchronous: bool) -> list[ClientOption]:
    """Return the options of every client, apart from credentials."""
    http = module.use_for_typing(module.layout.http)
    ssl = module.use_for_typing("ssl")
    sequence = module.use_for_typing("collections.abc", "Sequence")
    none = python.literal(None)
    text = module.builtin("str")
    transport = python.dotted(http, "AsyncBaseTransport" if asynchronous else "BaseTransport")
    close_call = "await client.close()" if asynchronous else "client.close()"
    # Any other transport may block in a system call, which cannot be interrupted.
    deadline_note = (
        ""
        if asynchronous
        else " The deadline is enforced for `HTTPTransport` and its subclasses only."
    )
    return [
        ClientOption(
            "hosts",
            python.union([python.subscript(sequence, [text]), none]),
            none,
            "Base URLs to use instead of the documented hosts, the primary first; https, or http for this machine only.",
        ),
        ClientOption(
            "transport",
            python.union([transport, none]),
            none,
            f"Transport of {module.layout.http}, for example the transport of a mock; `{close_call}` closes it too.{deadline_note}",
        ),
        ClientOption(
            "proxy",
            python.union([text, none]),
            none,
            "Proxy URL. Proxy settings in environment variables are ignored.",
        ),
        ClientOption(
            "ssl_context",
            python.union([python.dotted(ssl, "SSLContext"), none]),
            none,
            "TLS settings, for example with private CA certificates (default: the CA certificates of the system). A context that does not verify the server is rejected.",
        ),
        ClientOption(
            "deadline",
            module.builtin("float"),
            python.literal(30.0),
            "Total timeout of a call in seconds, retries and backoff included (at most 86,400).",
        ),
        ClientOption(
            "max_attempts",
            module.builtin("int"),
            python.literal(3),
            "Maximum number of attempts of a call; a rejected access token allows one more. 1 disables retries.",
        ),
        ClientOption(
            "user_agent",
            python.union([text, none]),
            none,
            "Name of your product; the `User-Agent` header starts with it.",
        ),
        ClientOption(
            "strict",
            module.builtin("bool"),
            python.literal(False),
            "Raise `errors.ProtocolError` for a response that does not match its documentation, instead of logging the mismatch.",
        ),
        ClientOption(
            "max_response_bytes",
            python.union([module.builtin("int"), none]),
            none,
            "Maximum size of a response in bytes, after decompression; 8 MiB by default, or the documented size of a larger file.",
        ),
        *(
            ClientOption(
                name,
                python.union(
                    [module.use_for_typing(module.relative(("_runtime", "hooks")), alias), none]
                ),
                none,
                f"{meaning}{' It may be async.' if asynchronous else ''}",
            )
            for name, alias, meaning in _HOOKS
        ),
    ]


def _docstring(
    api: Api,
    credentials: Sequence[tuple[str, str]],
    options: Sequence[ClientOption],
    *,
    asynchronous: bool,
) -> Python:
    language = api.languages[0]
    title = docstrings.multilingual(api.title, api.languages) or api.client
    rows = [f"    {name}: {meaning}" for name, meaning in credentials]
    rows += [f"    {option.name}: {option.meaning}" for option in options]
    blocks = [
        descriptions.with_full_stop(
            f"{'Async client' if asynchronous else 'Client'} of {title}", language
        )
    ]
    if api.description:
        blocks.append(api.description.best(language))
    block, sharers = (
        ("an `async with` block", "tasks") if asynchronous else ("a `with` block", "threads")
    )
    blocks.append(
        f"Create one client and share it between {sharers}. Close it, or use it in {block}."
    )
    blocks.append("\n".join(["Args:", *rows]))
    blocks.append(
        "Raises:\n    errors.ConfigError: An argument is missing or invalid; nothing was sent."
    )
    return python.docstring("\n\n".join(blocks), 4)


def _auth(api: Api, layout: Layout) -> tuple[PurePosixPath, Code]:
    module = Module(layout, ("auth",))
    kinds = sorted({scheme.kind for scheme in schemes_of(api)})
    classes = [
        (("_runtime", *SCHEMES[kind].home()), name)
        for kind in kinds
        for name in (SCHEMES[kind].class_name, *SCHEMES[kind].exports)
    ]
    names = sorted((module.re_export(home, name) for home, name in classes), key=export_order)
    title = f"Authentication classes of {docstrings.multilingual(api.title, api.languages) or api.name}."
    return (
        layout.file(module.parts),
        render(
            Python,
            "python/auth.py.j2",
            docstring=docstrings.of_module(title, docstrings.source_of(api, ())),
            imports=module.imports(),
            all=python.assignment(
                "__all__", python.list_of([python.literal(name) for name in names], room=78)
            ),
        ),
    )
