"""`client.py`: the two clients, which differ in colour only, and what all endpoints of the API share."""

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
from ..client_interface import argument_of, fixed, resources_of, schemes_of
from . import docstrings, events
from .endpoints import error_rows, error_shape
from .errors import by_class
from .imports import Layout, Module, export_order
from .resources import Child, child

_HOOKS = (
    (
        "on_request",
        "OnRequest",
        "before each attempt, with what is sent where; no value that it is given holds a secret.",
    ),
    (
        "on_response",
        "OnResponse",
        "after each attempt, with the status, or the error, and the seconds that it took.",
    ),
    ("on_retry", "OnRetry", "before a retry, with the error and the delay."),
)


class ClientClass(Struct, frozen=True):
    """What the template prints for one colour."""

    header: Python
    docstring: Python
    signature: Python
    initialised: Python
    children: tuple[Child, ...]


class Option(Struct, frozen=True):
    """An argument of the client's constructor that every API has."""

    name: str
    annotation: Python
    default: Python
    meaning: str


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """The clients' module, and `auth.py` for an API with several schemes."""
    hidden = {api.client, f"Async{api.client}", *(resource.name for resource in resources_of(api))}
    module = Module(layout, ("client",), frozenset(hidden))
    service = _service(api, module)
    clients = [_client(api, module, asynchronous=colour) for colour in (False, True)]
    title = f"Clients of {docstrings.both(api.title, api.languages) or api.name}."
    yield (
        layout.file(module.parts),
        render(
            Python,
            "python/client.py.j2",
            docstring=docstrings.of_module(title, docstrings.source_of(api, ())),
            imports=module.imports(),
            typing_only=module.typing_only(),
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
    if headers := fixed(api.header):
        options["headers"] = python.literal(headers)
    if api.auth:
        options["auth"] = python.literal(api.auth)
    if api.error_shape != ErrorShape():
        options["error_shape"] = error_shape(module, api.error_shape)
    if api.unprocessed:
        options["unprocessed"] = python.literal(api.unprocessed)
    if rows := error_rows(module, api.errors, api):
        options["errors"] = python.sequence(rows, explode=True)
    if classes := _classes(api, module):
        options["classes"] = python.mapping(classes, explode=True)
    made = module.use_ours(("_runtime", "api_definition"), "Service")
    arguments = [python.literal(api.package), *python.call_options(options)]
    return python.assignment(
        "SERVICE", python.call(made, arguments, explode=True), module.use("typing", "Final")
    )


def _classes(api: Api, module: Module) -> list[tuple[Python, Python]]:
    """The exception classes of the codes that not all endpoints share."""
    shared = {(row.status, row.code) for row in api.errors}
    rows = [row for group in by_class(api).values() for row in group if row.code is not None]
    found = {
        (row.status, row.code): row.class_name
        for row in rows
        if (row.status, row.code) not in shared
    }
    return [
        (python.literal(key), python.dotted(module.use_as(("errors",), "_errors"), name))
        for key, name in sorted(
            found.items(), key=lambda item: (item[1], item[0][0] or 0, item[0][1] or "")
        )
    ]


def _client(api: Api, module: Module, *, asynchronous: bool) -> ClientClass:
    base = module.use_ours(("_runtime", "client"), "AsyncClient" if asynchronous else "Client")
    name = f"Async{api.client}" if asynchronous else api.client
    own = _scheme_parameters(api, module)
    options = _options(module, asynchronous=asynchronous)
    parameters = [parameter for parameter, _, _ in own]
    parameters += [
        python.parameter(option.name, [python.member(option.annotation)], option.default)
        for option in options
    ]
    passed = [
        python.keyword_argument(option.name, python.identifier(option.name)) for option in options
    ]
    made = python.call(
        python.dotted("__init__"),
        [python.identifier("SERVICE"), _schemes(api, module), *passed],
        explode=True,
    )
    children = [
        child(api, module, resource, python.identifier("self"), asynchronous=asynchronous)
        for resource in resources_of(api)
    ]
    if any(api.all_events()):
        children.append(events.receiver(api, module, asynchronous=asynchronous))
    return ClientClass(
        python.class_header(python.identifier(name), [base]),
        _docstring(
            api, [(name, meaning) for _, name, meaning in own], options, asynchronous=asynchronous
        ),
        python.signature(
            "__init__",
            python.parameters([python.identifier("self"), python.star_alone(), *parameters]),
            python.literal(None),
        ),
        python.of_super(made),
        tuple(children),
    )


def _scheme_parameters(api: Api, module: Module) -> list[tuple[Python, str, str]]:
    """Parameter, name and meaning of what authenticates: a scheme's own arguments, or one object for each of several schemes."""
    language = api.languages[0]
    found: list[tuple[Python, str, str]] = []
    for scheme in schemes_of(api):
        kind = SCHEMES[scheme.kind]
        if (name := argument_of(api, scheme)) is not None:
            annotation = python.union([_scheme_class(module, scheme), python.literal(None)])
            found.append(
                (
                    python.parameter(name, [python.member(annotation)], python.literal(None)),
                    name,
                    kind.title.best(language),
                )
            )
            continue
        for argument in kind.arguments:
            found.append(
                (
                    _scheme_parameter(module, scheme, argument),
                    argument.name,
                    argument.meaning.best(language),
                )
            )
    return found


def _scheme_class(module: Module, scheme: Scheme) -> Python:
    kind = SCHEMES[scheme.kind]
    return module.use_ours(("_runtime", "auth", kind.module), kind.class_name)


def _scheme_parameter(module: Module, scheme: Scheme, argument: Argument) -> Python:
    if hasattr(builtins, argument.annotation):
        annotation = module.builtin(argument.annotation)
    else:
        home = module.relative(("_runtime", "auth", SCHEMES[scheme.kind].module))
        annotation = module.use_typing_only(home, argument.annotation)
    if argument.several:
        annotation = python.subscript(
            module.use_typing_only("collections.abc", "Sequence"), [annotation]
        )
    if argument.required:
        return python.parameter(argument.name, [python.member(annotation)])
    none = python.literal(None)
    return python.parameter(argument.name, [python.member(annotation), python.member(none)], none)


def _schemes(api: Api, module: Module) -> Python:
    """The dict of the client's schemes by name."""
    rows: list[tuple[Python, Python]] = []
    for scheme in schemes_of(api):
        if (name := argument_of(api, scheme)) is not None:
            rows.append((python.literal(scheme.name), python.identifier(name)))
            continue
        names = [argument.name for argument in SCHEMES[scheme.kind].arguments]
        passed = [python.keyword_argument(name, python.identifier(name)) for name in names]
        passed += [
            python.keyword_argument(name, python.literal(value))
            for name, value in scheme.options.items()
        ]
        rows.append(
            (
                python.literal(scheme.name),
                python.call(_scheme_class(module, scheme), passed, room=60),
            )
        )
    return python.mapping(rows, room=76)


def _options(module: Module, *, asynchronous: bool) -> list[Option]:
    """What every client takes besides its credentials."""
    http = module.use_typing_only(module.layout.http)
    ssl = module.use_typing_only("ssl")
    sequence = module.use_typing_only("collections.abc", "Sequence")
    none = python.literal(None)
    text = module.builtin("str")
    transport = python.dotted(http, "AsyncBaseTransport" if asynchronous else "BaseTransport")
    closed = "await client.close()" if asynchronous else "client.close()"
    # Nothing cuts off a transport of another kind that blocks.
    bound = (
        ""
        if asynchronous
        else " Of those that block, the deadline holds for `HTTPTransport` and its subclasses."
    )
    return [
        Option(
            "hosts",
            python.union([python.subscript(sequence, [text]), none]),
            none,
            "Base URLs instead of the documented ones, the primary first; https, plain http for loopback only.",
        ),
        Option(
            "transport",
            python.union([transport, none]),
            none,
            f"An {module.layout.http} transport to send through: a mock, or one of your own; `{closed}` closes it too.{bound}",
        ),
        Option(
            "proxy",
            python.union([text, none]),
            none,
            "URL of a proxy; the environment's proxies are not used.",
        ),
        Option(
            "ssl_context",
            python.union([python.dotted(ssl, "SSLContext"), none]),
            none,
            "For private certificate authorities; one that does not verify servers is refused. The system's trusted ones if omitted.",
        ),
        Option(
            "deadline",
            module.builtin("float"),
            python.literal(30.0),
            "Seconds that a call may take in all, a day at the most: every attempt, and the pauses between them.",
        ),
        Option(
            "max_attempts",
            module.builtin("int"),
            python.literal(3),
            "How often a call may be sent: again only where a repetition does no harm, and once more if its token was refused; 1 for never again.",
        ),
        Option(
            "user_agent",
            python.union([text, none]),
            none,
            "Your product's name, sent before the client's own.",
        ),
        Option(
            "strict",
            module.builtin("bool"),
            python.literal(False),
            "Raise `errors.ProtocolError` for an answer that does not fit its type, instead of reading it leniently.",
        ),
        Option(
            "max_response_bytes",
            python.union([module.builtin("int"), none]),
            none,
            "Bytes that a response may have, after decompression; 8388608 by default, or more where a larger file is documented.",
        ),
        *(
            Option(
                name,
                python.union(
                    [module.use_typing_only(module.relative(("_runtime", "hooks")), alias), none]
                ),
                none,
                f"A function that is called {when}{' It may be async.' if asynchronous else ''}",
            )
            for name, alias, when in _HOOKS
        ),
    ]


def _docstring(
    api: Api, own: Sequence[tuple[str, str]], options: Sequence[Option], *, asynchronous: bool
) -> Python:
    language = api.languages[0]
    title = docstrings.both(api.title, api.languages) or api.client
    rows = [f"    {name}: {meaning}" for name, meaning in own]
    rows += [f"    {option.name}: {option.meaning}" for option in options]
    blocks = [
        descriptions.ended(f"{'Asyncio client' if asynchronous else 'Client'} of {title}", language)
    ]
    if api.description:
        blocks.append(api.description.best(language))
    block, users = (
        ("an `async with` block", "tasks") if asynchronous else ("a `with` block", "threads")
    )
    blocks.append(f"Close it, or use it in {block}; one client serves many {users}.")
    blocks.append("\n".join(["Args:", *rows]))
    blocks.append(
        "Raises:\n    errors.ConfigError: something of the above is missing or wrong; nothing was sent."
    )
    return python.docstring("\n\n".join(blocks), 4)


def _auth(api: Api, layout: Layout) -> tuple[PurePosixPath, Code]:
    module = Module(layout, ("auth",))
    kinds = sorted({scheme.kind for scheme in schemes_of(api)})
    classes = [
        (("_runtime", "auth", SCHEMES[kind].module), name)
        for kind in kinds
        for name in (SCHEMES[kind].class_name, *SCHEMES[kind].exports)
    ]
    names = sorted((module.give_on(home, name) for home, name in classes), key=export_order)
    title = f"Ways to authenticate with {docstrings.both(api.title, api.languages) or api.name}."
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
