"""Error tree: in every environment each public call returns, or raises an `errors.Error` of its client.

The calls are enumerated: endpoints from the samples on their pages, arguments from signatures, exceptions from the libraries.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import json
import shutil
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache, partial, reduce
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from tests.generated import CASES, COMMITTED, imported
from tests.runtimes import copy_runtime
from tests.servers import closed_port

T = TypeVar("T")
StagingArea: TypeAlias = Callable[[Any], Any]
PROJECTS = {**COMMITTED, "corner_shop": CASES / "kitchen_sink" / "expected"}
TOKENS = {
    "weixin": {"access_token": "TOKEN", "appid": None, "secret": None}
}  # or one would be fetched first
UNWANTED = shutil.ignore_patterns("__pycache__")


def _delivery(mock: Any) -> tuple[Any, bytes]:
    deliveries: list[tuple[Any, bytes]] = []
    mock.webhook = lambda headers, body: deliveries.append((headers, body))
    mock.notify("any", {})
    mock.deliver()
    return deliveries[0]


@dataclass
class Package:
    """The package of a client, and the sample arguments of its endpoints."""

    module: ModuleType
    mock: Any
    samples: dict[str, tuple[list[Any], dict[str, Any]]]
    delivery: tuple[Any, bytes] | None = None
    """Headers and body of an event, if the API has events."""

    @contextmanager
    def client(self, mode: str, **options: Any) -> Iterator[Callable[[StagingArea], Any]]:
        """Call a function with a client and return its result, awaited if it is async."""
        options = TOKENS.get(self.module.__name__, {}) | options
        if mode == "sync":
            client = self.mock.client(**options)
            yield lambda work: work(client)
            return
        client = self.mock.async_client(**options)
        with asyncio.Runner() as runner:
            yield lambda work: runner.run(_awaited(work, client))

    def calls(self, host: str | None = None) -> Iterator[tuple[Any, StagingArea]]:
        """Yield a call of each endpoint, in each way to send it; a URL of a response is on `host`."""
        for name, (places, names) in self.samples.items():
            call = _dotted(self.module.calls, name)(*places, **names)
            if host is not None and call.endpoint.url is not None:
                argument = call.endpoint.url.argument
                names = names | {argument: host + urlsplit(names[argument]).path}
                call = _dotted(self.module.calls, name)(*places, **names)
            yield call.endpoint, lambda client, name=name, places=places, names=names: _result(
                _dotted(client, name)(*places, **names)
            )
            yield call.endpoint, lambda client, call=call: client.send(call)


def _result(value: Any) -> Any:
    """Return a value, or the content of a download."""
    return value.read() if hasattr(value, "save") else value


async def _awaited(work: StagingArea, client: Any) -> Any:
    return await work(client)


def _dotted(start: Any, path: str) -> Any:
    return reduce(getattr, path.split("."), start)


def _sample(page: Path, endpoint: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments in the first sample on the page of an endpoint."""
    tree = ast.parse(page.read_text("utf-8").partition("```python\n")[2].partition("```")[0])
    space: dict[str, Any] = {}
    exec(
        compile(
            ast.Module([node for node in tree.body if isinstance(node, ast.ImportFrom)], []),
            page,
            "exec",
        ),
        space,
    )
    [call] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"client.{endpoint}"
    ]

    def value(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), page, "eval"), space)

    return [value(one) for one in call.args], {
        str(one.arg): value(one.value) for one in call.keywords
    }


pytestmark = pytest.mark.filterwarnings("ignore:use `orders.update`:DeprecationWarning")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Package]]:
    home = tmp_path_factory.mktemp("clients")
    (home / "file").write_bytes(b"content")  # which samples upload
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        packages_by_name: dict[str, Package] = {}
        for name, project in PROJECTS.items():
            shutil.copytree(project / name, home / name, ignore=UNWANTED)
            if not (home / name / "_runtime").exists():  # expected trees are without
                copy_runtime(home / name / "_runtime")
            module = stack.enter_context(imported(home, name))
            testing = vars(import_module(f"{name}.testing")).items()
            [mock] = [
                value
                for key, value in testing
                if key.endswith("Mock") and value.__module__ == f"{name}.testing"
            ]
            endpoints = json.loads((project / name / "examples.json").read_text("utf-8"))
            samples = {
                one: _sample(project / "docs" / "en" / f"{one.replace('.', '/')}.md", one)
                for one in endpoints
            }
            packages_by_name[name] = Package(
                module,
                mock(),
                samples,
                _delivery(mock()) if (project / name / "events.py").exists() else None,
            )
        yield packages_by_name


@pytest.fixture(params=PROJECTS)
def package(request: pytest.FixtureRequest, packages: dict[str, Package]) -> Package:
    return packages[request.param]


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- the environment ------------------------------------------------------------------

VARIABLES = [
    ("SSL_CERT_FILE", "file/none"),
    ("SSL_CERT_FILE", "file"),
    ("SSL_CERT_DIR", "file/none"),
    ("SSLKEYLOGFILE", "file/none"),
    ("SSLKEYLOGFILE", "."),
]


@cache
def default_context() -> ssl.SSLContext:
    """Return a context made without the variables; it reads many certificates."""
    with pytest.MonkeyPatch.context() as patch:
        for name, _ in VARIABLES:
            patch.delenv(name, raising=False)
        return ssl.create_default_context()


@pytest.mark.parametrize(("name", "value"), VARIABLES)
def test_unusable_environment_variables(
    name: str, value: str, package: Package, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_module(
        f"{package.module.__name__}._runtime.httpx_adapter"
    )._default_ssl_context.cache_clear()
    context = default_context()
    for one, _ in VARIABLES:
        monkeypatch.delenv(one, raising=False)
    monkeypatch.setenv(name, value)
    errors = package.module.errors
    with package.client(mode, transport=None) as do:
        for _, call in package.calls():
            with pytest.raises(
                errors.ConfigError, match=f"unusable environment variable {name}='{value}'"
            ) as caught:
                do(call)
            assert caught.value.outcome == "not_sent"
    # Who brings a context does not need them.
    url = f"https://127.0.0.1:{closed_port()}"
    with (
        package.client(
            mode, transport=None, ssl_context=context, hosts=[url], max_attempts=1
        ) as do,
        pytest.raises(errors.ConnectionFailed),
    ):
        do(call)


def test_ignored_environment_variables(
    package: Package, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.setenv(name, "::nonsense::")
        monkeypatch.setenv(name.lower(), "::nonsense::")
    url = f"http://127.0.0.1:{closed_port()}"
    with package.client(mode, transport=None, hosts=[url], max_attempts=1) as do:
        for _, call in package.calls(url):
            with pytest.raises(
                package.module.errors.ConnectionFailed, match=f"no connection to {url}"
            ):
                do(call)


# --- transports -----------------------------------------------------------------------


def exceptions(*modules: ModuleType) -> Iterator[Exception]:
    """Return an exception of each class in these modules."""
    classes = [
        one
        for module in modules
        for one in vars(module).values()
        if inspect.isclass(one) and issubclass(one, Exception) and not issubclass(one, Warning)
    ]
    for kind in sorted(set(classes), key=str):
        for arguments in (
            ("CANNOT",),
            ("utf-8", b"\\xff", 0, 1, "CANNOT"),
            ("CANNOT", [ValueError()]),
        ):
            try:
                yield kind(*arguments)
            except TypeError:
                continue
            break


def some(works: list[T], trials: list[Any]) -> Iterator[tuple[T, Any]]:
    """Return all trials for the last one of the works, and a sixth of them for the others."""
    for number, work in enumerate(works, 1):
        yield from (
            (work, trial) for trial in (trials if number == len(works) else trials[number % 6 :: 6])
        )


class Hostile(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Transport with a given behavior, before or after it reads the request."""

    def __init__(self, *, reads: bool = True) -> None:
        self.does: Callable[[], Any] = lambda: None
        self.reads = reads
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.reads:
            request.read()
        return self.does()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.reads:
            await request.aread()
        return self.does()

    def close(self) -> None:
        throw(ValueError("cannot be closed"))

    async def aclose(self) -> None:
        self.close()


def throw(error: Exception) -> Any:
    raise error


NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@pytest.mark.parametrize("reads", [False, True])
def test_transports_that_raise(reads: bool, package: Package, mode: str) -> None:
    transport = Hostile(reads=reads)
    with package.client(mode, transport=transport, max_attempts=1) as do:
        for (endpoint, call), error in some(
            list(package.calls()), list(exceptions(builtins, httpx))
        ):
            transport.does, transport.requests = partial(throw, error), 0
            with pytest.raises(package.module.errors.Error) as caught:
                do(call)
            assert caught.value.cause is not None, error
            # A request that may have left is never said to be unsent.
            expected = "not_sent" if isinstance(error, NOT_CONNECTED) and not reads else "unknown"
            assert (caught.value.outcome, transport.requests) == (expected, 1), (endpoint, error)


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that raises an exception."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"{"
        throw(KeyError("CANNOT"))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for one in self:
            yield one


RESPONSES: list[Callable[[], Any]] = [
    lambda: None,
    lambda: 5,
    lambda: httpx.Response,
    lambda: httpx.Response(200, stream=Broken()),
    lambda: httpx.Response(200, content=iter([b"{", 5])),  # type: ignore[list-item]
    lambda: httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"{"),
    *[partial(httpx.Response, status) for status in (-1, 0, 99, 100, 199, 304, 600, 10**20)],
    *[
        partial(httpx.Response, 200, content=body)
        for body in (b"", b"\xff", b"null", b"5", b"[" * 100_000, b"1" * 5_000, b'"\\ud800"', b"{}")
    ],
    *[
        partial(
            httpx.Response,
            status,
            content=b'{"code":"x","detail":%b1%b}' % (b"[" * deep, b"]" * deep),
        )
        for status in (200, 400)
        for deep in (300, 900)
    ],
]


@pytest.mark.parametrize("strict", [False, True])
def test_transports_that_return_anything(strict: bool, package: Package, mode: str) -> None:
    transport = Hostile()
    with package.client(mode, transport=transport, strict=strict, max_attempts=1) as do:
        for (_, call), transport.does in some(list(package.calls()), RESPONSES):
            outcome = "done"
            try:
                do(call)
            except package.module.errors.Error as error:
                outcome = error.outcome
            assert outcome != "not_sent"


# --- event loops and threads ----------------------------------------------------------


def test_other_event_loops_than_asyncio(package: Package) -> None:
    client = package.mock.async_client()
    for _, call in [*package.calls(), ("close", lambda client: client.close())]:
        with pytest.raises(
            package.module.errors.ConfigError,
            match="async clients need a running asyncio event loop",
        ):
            call(client).send(None)  # as trio would


def test_a_transport_of_another_event_loop(package: Package) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    client = package.mock.async_client(
        transport=httpx.AsyncHTTPTransport(), hosts=[url], max_attempts=1
    )
    errors = [package.module.errors.ConnectionFailed, package.module.errors.ConfigError]
    for _, call in package.calls(url):
        with pytest.raises(errors[0]) as caught:
            asyncio.run(_awaited(call, client))
        del errors[:-1]  # from the second event loop on
    assert "transport: it belongs to another event loop" in str(caught.value)


def test_closed_clients(package: Package, mode: str) -> None:
    with package.client(mode, transport=Hostile()) as do:
        do(lambda client: client.close())
        for _, call in package.calls():
            with pytest.raises(package.module.errors.ConfigError, match="the client is closed"):
                do(call)


def test_processes_that_cannot_start_threads(
    packages: dict[str, Package], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        threading.Thread, "start", lambda thread: throw(RuntimeError("can't start new thread"))
    )
    package = packages["weixin"]
    client = package.mock.client()  # it fetches a token
    for _, call in package.calls():
        call(client)


# --- the user's own functions ---------------------------------------------------------


class Failing:
    """A function, and an object with the methods of a token and a replay store; all raise the same."""

    error: Exception

    def __call__(self, *arguments: object) -> Any:
        raise self.error

    load = save = lock = unlock = add = __call__


def test_exceptions_of_hooks_are_ignored(package: Package, mode: str) -> None:
    """Exceptions of hooks are logged and ignored."""
    fail = Failing()
    options: dict[str, Any] = {"on_request": fail, "on_response": fail, "on_retry": fail}
    if package.module.__name__ == "weixin":
        options |= {"access_token": None, **package.mock.credentials, "token_store": fail}
    endpoint, call = next(package.calls())
    with package.client(mode, **options) as do:
        for fail.error in exceptions(builtins):
            before = len(package.mock.calls)
            with suppress(package.module.errors.ApiError):
                do(call)
            assert package.mock.calls[before:][-1].endpoint == endpoint.name


def test_exceptions_of_token_functions_are_causes(package: Package, mode: str) -> None:
    """Their exceptions are the cause of an error with the name of the argument."""
    name, module, fail = package.module.__name__, package.module, Failing()
    options: dict[str, Any] = {"weixin": {"access_token": fail}}.get(name, {})
    hostile: dict[str, Any] = {"replays": fail}
    if name == "corner_shop":
        options, hostile = {"merchant": module.auth.Bearer(fail)}, {"verify": fail}
    works = [call for endpoint, call in package.calls() if options and endpoint.auth != ()]
    if package.delivery:
        works.append(
            lambda client: client.webhooks.with_options(**hostile).receive(*package.delivery)
        )
    with package.client(mode, **options) as do:
        for work, fail.error in some(works, list(exceptions(builtins))):
            with pytest.raises(
                module.errors.ConfigError, match=r"(token|verify|replays): the function raised"
            ) as caught:
                do(work)
            # A generator makes a RuntimeError of StopIteration.
            assert fail.error in (caught.value.cause, caught.value.cause.__cause__)
            assert caught.value.outcome == "not_sent"


# --- arguments ------------------------------------------------------------------------


def _deep(levels: int) -> Any:
    deep: Any = None
    for _ in range(levels):
        deep = [deep]
    return deep


EDGES = [
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8))),
    datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-8))),
]
"""Datetimes that have no equivalent in other time zones."""
CIRCLE: list[Any] = []
CIRCLE.append({"x": CIRCLE})
VALUES: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        1.5,
        10**5_000,
        -(10**5_000),
        10**30,
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("1e400"),
        Decimal(10**5_000),
        1j,
    ),
    *(
        "",
        "x",
        "\ud800",
        "a\r\nb",
        "发",
        "\0",
        "x" * 100_000,
        b"",
        b"\xff",
        bytearray(b"x"),
        memoryview(b"x"),
    ),
    *(
        [],
        [None],
        ["x"],
        ["\ud800"],
        [10**5_000],
        [float("nan")],
        CIRCLE,
        _deep(200),
        _deep(900),
        _deep(5_000),
        (),
        ("x",),
        set(),
        range(3),
    ),
    *({}, {"x": 1}, {5: 5}, {"\ud800": 1}, {"": ""}, {"x": CIRCLE}, {"x": _deep(5_000)}),
    *(
        datetime(1, 1, 1),
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        date.max,
        time.max,
        timedelta.max,
        timedelta.min,
        *EDGES,
    ),
    *(
        Path("file/none"),
        Path("\0"),
        Path(),
        object(),
        object,
        int,
        len,
        print,
        ValueError("x"),
        msgspec.UNSET,
        Ellipsis,
    ),
]
"""Wrong values of arguments; no path in them can be created."""


def fuzzed(
    function: Callable[..., Any], *places: Any, **names: Any
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield calls of a function with one wrong argument each."""
    signature = inspect.signature(function)
    for name, parameter in signature.parameters.items():
        for number, value in enumerate(VALUES):
            if parameter.kind is parameter.KEYWORD_ONLY:
                work = partial(function, *places, **names | {name: value})
            else:
                at = list(signature.parameters).index(name)
                work = partial(function, *places[:at], value, *places[at + 1 :], **names)
            yield f"{function.__qualname__}({name}=value {number}, {type(value).__name__})", work


def escapes(package: Package, works: Iterable[tuple[str, Callable[[], Any]]]) -> list[str]:
    """Return the exceptions of calls that are outside the tree."""
    problems: list[str] = []
    for name, work in works:
        try:
            result = work()
            if inspect.iscoroutine(result):
                asyncio.run(result)
        except package.module.errors.Error:
            continue
        except Exception as error:
            problems.append(f"{name}: {type(error).__name__}: {error}"[:200])
    return problems


def _called(make: Callable[[], Any], call: StagingArea) -> Any:
    return call(make())


def test_arguments_of_clients(package: Package) -> None:
    arguments = {**package.mock.credentials, **TOKENS.get(package.module.__name__, {})}
    for name, load in {
        "private_key": load_pem_private_key,
        "public_key": load_pem_public_key,
    }.items():
        if name in arguments:  # as objects, which are loaded once
            arguments[name] = load(arguments[name].encode(), *[None] * (name == "private_key"))
    _, call = next(package.calls())
    for make in (package.mock.client, package.mock.async_client):
        assert escapes(package, fuzzed(type(make()), **arguments)) == []
        assert escapes(package, fuzzed(make().with_options)) == []
    # What the constructor takes serves a call, too.
    constructions = fuzzed(
        type(package.mock.client()), **arguments, transport=package.mock.transport
    )
    works = [
        (name, partial(_called, work, call))
        for name, work in constructions
        if "(transport=value 0," not in name
    ]
    assert escapes(package, works) == []


def test_arguments_of_webhooks(package: Package) -> None:
    for make in (package.mock.client, package.mock.async_client):
        if package.delivery:
            webhooks = make().webhooks
            assert escapes(package, fuzzed(webhooks.with_options)) == []
            assert escapes(package, fuzzed(webhooks.failure, "x")) == []
            for options in (
                ({}, {"verify": lambda *arguments: True})
                if package.module.__name__ == "corner_shop"
                else ({},)
            ):
                assert (
                    escapes(
                        package, fuzzed(webhooks.with_options(**options).receive, *package.delivery)
                    )
                    == []
                )


def test_arguments_of_credentials(package: Package) -> None:
    public = [
        getattr(home, name)
        for home in (package.module, getattr(package.module, "auth", None))
        if home
        for name in home.__all__
    ]
    kinds = [
        one
        for one in public
        if inspect.isclass(one)
        and "auth" in one.__module__.split(".")
        and "__init__" in vars(one)
        and not getattr(one, "_is_protocol", False)
    ]
    for kind in kinds:
        assert escapes(package, fuzzed(kind, "x")) == []


# --- what is sent ---------------------------------------------------------------------


def places(
    value: Any, path: str, rebuild: Callable[[Any], Any]
) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield each path in a value, and the value with something else there."""
    yield path, rebuild
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from places(
                getattr(value, name),
                f"{path}.{name}",
                lambda new, name=name: rebuild(msgspec.structs.replace(value, **{name: new})),
            )
    elif isinstance(value, list | dict):
        for key in range(len(value)) if isinstance(value, list) else value:
            yield from places(
                value[key],
                f"{path}[{key!r}]",
                lambda new, key=key: rebuild(_exchanged(value, key, new)),
            )


def _exchanged(held: Any, key: Any, new: Any) -> Any:
    changed = held.copy()
    changed[key] = new
    return changed


def test_arguments_of_endpoints(package: Package) -> None:
    """An invalid argument is an `InvalidRequest` with its field; accepted ones can be sent."""
    transport = Hostile()
    transport.does = partial(httpx.Response, 400, content=b"{}")
    problems: list[str] = []
    with package.client("sync", transport=transport) as do:
        for name, argument, path, call in _changed_calls(package):
            try:
                changed_call = call()
            except package.module.errors.InvalidRequest as error:
                if not error.field.startswith(argument.rstrip("_")):
                    problems.append(f"{name}: {path} is called {error.field}")
                continue
            except Exception as error:
                problems.append(f"{name}: {path}: {type(error).__name__}")
                continue
            try:
                do(lambda client, changed_call=changed_call: client.send(changed_call))
            except (package.module.errors.ApiError, package.module.errors.ConfigError):
                continue  # refused, or a field cannot be encrypted here
            except Exception as error:
                if path.startswith("file.progress"):
                    continue  # any function is valid, until it is called
                problems.append(f"{name}: {path} was taken: {type(error).__name__}: {error}"[:200])
    assert problems == []


def _changed_calls(package: Package) -> Iterator[tuple[str, str, str, Callable[[], Any]]]:
    """Yield calls with one wrong value: endpoint, argument, path, and function that makes it."""
    for name, (positional, names) in package.samples.items():
        function = _dotted(package.module.calls, name)
        arguments = list(inspect.signature(function).parameters)
        sample = dict(zip(arguments, positional, strict=False)) | names
        for argument in arguments:
            for path, rebuild in places(sample.get(argument), argument, lambda new: new):
                for number, value in enumerate(VALUES):
                    changed = sample | {argument: rebuild(value)}
                    first = [changed.pop(one) for one in arguments[: len(positional)]]
                    yield name, argument, f"{path} of value {number}, {type(value).__name__}", partial(
                        function, *first, **changed
                    )
