"""Names with a meaning in Python, in a library or in specloom: valid and unique in the output, or a problem with both locations (A8, A9)."""

from __future__ import annotations

import ast
import asyncio
import builtins
import importlib
import inspect
import json
import keyword
import random
import re
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import yaml
from tests.generated import ROOT, imported
from tests.type_checkers import Mypy, pyright

from specloom import naming
from specloom.diagnostics import InvalidSpec
from specloom.model import Api
from specloom.spec import load
from specloom.targets import files

from .runs import KITCHEN_SINK, SMALL
from .specs import Spec, write

API = {
    "_api.yaml": "specloom: 1\npackage: shop\nversion: 0.1.0\nclient: Shop\ntitle: Shop\nlanguages: [en]\nhosts: [https://api.shop.example]\n"
    "errors:\n- {status: 404, code: PROBLEM, body: order.Problem}\n"
}
OURS = [
    "self",
    "client",
    "call",
    "calls",
    "models",
    "errors",
    "auth",
    "unset",
    "msgspec",
    "httpx",
    "annotations",
    "struct",
    "model",
    "field",
    "meta",
    "cls",
    "name",
    "value",
    "values",
    "endpoint",
    "resource",
    "exports",
    "tagged",
    "constant",
    "between",
    "formatted",
    "unknown",
    "json_text",
    "typing",
    "builtins",
    "datetime",
    "date",
    "timedelta",
    "decimal",
    "answer",
    "response",
    "request",
    "args",
    "kwargs",
    "rename",
    "tag",
    "copy",
    "keys",
    "items",
    "frozen",
    "default",
    "status",
    "code",
    "message",
    "outcome",
    "reasons",
    "remedies",
    "body",
    "content",
    "final",
    "literal",
    "annotated",
    "any",
    "sequence",
    "mapping",
    "__init__",
    "__class__",
    "__dict__",
    "__slots__",
    "__doc__",
    "__module__",
    "__post_init__",
    "__struct_fields__",
    "_x",
    "_calls",
    "_client",
    "_errors",
    "_send",
    "2fa",
    "0",
    "TYPE_CHECKING",
    "UNSET",
    "Any",
    "Annotated",
    "service",
    "upload",
    "mro",
]
LOWER = [*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *OURS]
METHODS = [
    "list",
    "date",
    "datetime",
    "str",
    "int",
    "float",
    "bool",
    "bytes",
    "dict",
    "set",
    "tuple",
    "type",
    "object",
    "models",
    "calls",
    "errors",
    "call",
    "self",
    "client",
    "print",
    "len",
    "sorted",
    "super",
    "property",
    "match",
    "case",
    "unset",
    "any",
    "all",
    "sequence",
    "mapping",
    "literal",
    "timedelta",
    "decimal",
    "field",
    "index",
    "get",
    "json",
    "id",
    "hash",
    "repr",
    "next",
    "range",
    "iter",
    "format",
    "callable",
    "msgspec",
    "typing",
    "builtins",
    "runtime",
    "final",
    "endpoint",
    "exports",
    "upload_like",
    "deprecated",
    "raw",
    "query",
    "send",
    "request",
    "close",
    "aclose",
    "with_options",
    "webhooks",
    "cached_property",
    "hide_arguments",
    "constant",
]
RESOURCES = [
    "builtins",
    "typing",
    "models",
    "calls",
    "errors",
    "auth",
    "client",
    "list",
    "str",
    "msgspec",
    "httpx",
    "testing",
    "index",
    "lazy",
    "init",
    "datetime",
    "decimal",
    "functools",
    "enum",
    "resources",
    "runtime",
    "shop",
    "match",
    "case",
    "type",
    "call",
    "response",
    "unset",
    "upload",
    "exports",
    "print",
    "super",
    "property",
    "object",
    "ssl",
    "any",
    "webhooks_",
    "date",
    "cached_property",
    "problem",
    "service",
    "sequence",
    "error_code",
    "error_shape",
    "on_request",
    "final",
    "async_client",
]


def distinct(names: Iterable[str], derived: Any) -> list[str]:
    """Return the names whose derived names are unique."""
    return list({derived(name): name for name in reversed(list(names)) if derived(name)}.values())


def class_names() -> list[str]:
    """Return every capitalized name of Python, typing and the runtime of clients."""
    contents = {
        *typing.__all__,
        *dir(builtins),
        "Enum",
        "StrEnum",
        "IntEnum",
        "Struct",
        "Meta",
        "Shop",
        "AsyncShop",
        "QueryArguments",
        "Everything",
    }
    for file in (ROOT / "generator" / "specloom" / "runtime").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            contents |= (
                {node.name}
                if isinstance(node, ast.ClassDef)
                else {node.id} if isinstance(node, ast.Name) else set()
            )
    folded = {
        name.lower(): name
        for name in sorted(contents)
        if naming.is_pascal(name) and name not in ("True", "False", "None")
    }
    return sorted(folded.values())


KINDS = ["string(1..5)", "integer(0..9)", "decimal(0..)", "datetime", "date('%Y%m%d')", "duration(s)", "list<string>(..3)", "map<integer>", "text<Inner>", "string('a' | 'b')", "Inner?", "boolean", "number(0..)", "bytes(..9)", "list<map<date>>", "json"]  # fmt: skip


def spec_of_names(every: int = 1) -> dict[str, str]:
    """Return a spec with all names, or with every second, third, … name of a class."""
    fields = distinct(LOWER, naming.snake)
    typed = "".join(
        f"      {json.dumps(name + '?')}: {{type: {json.dumps(KINDS[number % len(KINDS)])}}}\n"
        for number, name in enumerate(fields)
    )
    texts = "".join(f"      {json.dumps(name)}: string\n" for name in fields)
    inner = "  Inner: {fields: {list?: list<string>, str?: string}}\n"
    methods = "".join(
        f"  {name}: {{http: 'POST /{name}/{{id}}', path: {{id: string}}, query: {{at?: datetime, day?: date, limit?: integer(1..9)}}, body: {{a: string(..3), c?: decimal?, d?: map<json>}},"
        " responses: {200: {body: {a: string, y?: date, z?: map<datetime>, w?: json, v?: decimal, u?: bytes, t?: duration}}}}\n"
        for name in METHODS
    )
    classes = class_names()[::every]
    # What a class hides, it hides from all classes of its module: some of them have all kinds of fields.
    types = "".join(
        (
            f"  {name}: {{fields: {{a?: string(..3), j?: list<{name}>(..4), k?: string?}}}}\n"
            if number % 5
            else f"  {name}: {{fields: {{a?: string(..3), c?: datetime(unix), e?: {{type: string, secret: true}}, f?: {{type: string, encrypted: true}}, g?: text<{name}>,"
            f" i?: decimal(1..2), j?: list<{name}>(..4), k?: string?, l?: string('x'), user-id?: string}}}}\n"
        )
        for number, name in enumerate(classes)
    )
    uses = "".join(
        f"  e{n}: {{http: 'POST /e{n}', body: {{x?: {name}, u?: string?}}, responses: {{200: {name}}}}}\n"
        for n, name in enumerate(classes)
    )
    members = "{enum: [name, value, mro, self, 'None', 'True', class, _missing_, __init__, title, count, unlisted, '1', '-']}".replace(
        ", '-'", ""
    )
    small = "endpoints:\n  get: {http: GET /x, query: {n?: integer(..3)}, responses: {200: Thing}}\n  put: {http: PUT /x, body: {a: string, b?: Thing}, responses: {200: {body: {x: list<Thing>}}}}\n"  # fmt: skip
    small += "types:\n  Thing: {fields: {a: string}}\n"
    return {
        **API,
        "all_fields.yaml": f"endpoints:\n  echo:\n    http: POST /echo\n    body:\n{texts}    responses:\n      200:\n        body:\n"
        + "".join(f"    {line}\n" for line in texts.rstrip("\n").split("\n"))
        + f"  typed:\n    http: POST /typed\n    body:\n{typed}    responses: {{200: Everything}}\n  ask:\n    http: GET /ask\n    query:\n"
        + "".join(f"      {json.dumps(name + '?')}: string(..9)\n" for name in fields)
        + f"    responses: {{200: null}}\ntypes:\n{inner}  Everything:\n    fields:\n{typed}",
        "methods.yaml": f"errors: [{{status: 409, code: TAKEN}}]\nendpoints:\n{methods}",
        "classes.yaml": f"endpoints:\n{uses}types:\n{types}  Members: {members}\n  Closed: {members[:-1]}, closed: true}}\n",
        **{f"{name}.yaml": small for name in RESOURCES if name != "problem"},
        **{f"nest/{name}.yaml": small for name in RESOURCES},
        "order.yaml": "errors: [{status: 409, code: ORDER}]\nendpoints:\n  get: {http: GET /o, responses: {200: Order}}\n"
        "types:\n  Problem: {fields: {order?: Order}}\n  Order: {fields: {order?: string, date?: date}}\n",
        "a/b.yaml": "endpoints:\n  get: {http: GET /ab, responses: {200: {body: {t: T, u: a_b.T}}}}\ntypes:\n  T: {fields: {o?: order.Order, x?: a_b.T}}\n",
        "a_b.yaml": "endpoints:\n  get: {http: GET /a_b, responses: {200: {body: {t: T, u: a.b.T}}}}\ntypes:\n  T: {fields: {o?: order.Order, x?: a.b.T}}\n",
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_in(tmp_path_factory.mktemp("names"))


def project_in(folder: Path, every: int = 1) -> Path:
    """Generate the project of `spec_of_names` in an empty folder."""
    spec, out = folder / "spec", folder / "project"
    write(spec_of_names(every), spec)
    for path, code in files(load(spec, "spec").api, "project").items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(code, "utf-8")
    return out


def test_mypy_finds_nothing(project: Path, mypy: Mypy) -> None:
    process = mypy("shop", cwd=project)
    assert process.returncode == 0, process.stdout[-4000:]


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_pyright_finds_nothing(every: int, tmp_path: Path) -> None:
    project = project_in(tmp_path, every)
    assert pyright(project, exclude=["shop/_runtime"]) == []


class Echo(httpx.BaseTransport):
    """Returns the request body."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return httpx.Response(
            200, headers={"Content-Type": "application/json"}, content=request.read() or b"{}"
        )


class AsyncEcho(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200,
            headers={"Content-Type": "application/json"},
            content=await request.aread() or b"{}",
        )


def test_every_field_and_every_method_works(project: Path) -> None:
    fields = {str(naming.snake(name)): name for name in distinct(LOWER, naming.snake)}
    with imported(project, "shop") as shop:
        echo = Echo()
        client = shop.Shop(transport=echo)
        response = client.all_fields.echo(**{name: f"of {wire}" for name, wire in fields.items()})
        assert json.loads(echo.sent[0].content) == {wire: f"of {wire}" for wire in fields.values()}
        assert {name: getattr(response, name) for name in fields} == {
            name: f"of {wire}" for name, wire in fields.items()
        }
        client.all_fields.ask(**dict.fromkeys(fields, "x"))
        assert dict(echo.sent[1].url.params) == dict.fromkeys(fields.values(), "x")
        for method in METHODS:
            assert getattr(client.methods, method)("1", a="x").a == "x"
            assert getattr(shop.calls.methods, method)("1", a="x").endpoint
        for resource in RESOURCES:
            for parent in (client, client.nest):
                if resource != "problem" or parent is client.nest:
                    assert (
                        getattr(parent, resource).put(
                            a="x",
                            b=(
                                getattr(shop.models, resource).Thing(a="y")
                                if parent is client and resource != "problem"
                                else None
                            ),
                        )
                        is not None
                    )
        asynchronous = shop.AsyncShop(transport=AsyncEcho())
        assert asyncio.run(asynchronous.methods.list("1", a="x")).a == "x"


def test_annotations_resolve_to_their_types(project: Path) -> None:
    """Including in a class with a field `list` or `date`, and in a module with a function `str`, for typing and msgspec."""
    with imported(project, "shop"):
        models, calls = (
            importlib.import_module(f"shop.{home}")
            for home in ("models.all_fields", "calls.methods")
        )
        kinds = [
            re.sub(" at 0x[0-9a-f]+", "", str(field.type))
            for field in msgspec.structs.fields(models.Everything)
        ]
        hints = typing.get_type_hints(models.Everything, include_extras=True)
        assert [
            re.sub(" at 0x[0-9a-f]+", "", str(hints[field]))
            for field in models.Everything.__struct_fields__
        ] == kinds
        assert len(set(kinds)) == len(KINDS) == len(set(kinds[: len(KINDS)]))
        assert kinds == [kinds[number % len(KINDS)] for number in range(len(kinds))]
        arguments = {
            method: {**typing.get_type_hints(getattr(calls, method)), "return": None}
            for method in METHODS
        }
        assert all(hints == arguments["query"] for hints in arguments.values())


def test_every_class_can_be_sent_and_received(project: Path) -> None:
    with imported(project, "shop") as shop:
        client = shop.Shop(transport=Echo())
        module = importlib.import_module("shop.models.classes")
        for number, name in enumerate(class_names()):
            class_ = getattr(module, naming.class_name(name))
            response = getattr(client.classes, f"e{number}")(
                x=class_(a="1", j=[class_(a="2")], k=None)
            )
            assert isinstance(response, class_), name


def problems_of(spec: Mapping[str, str], folder: Path) -> list[str]:
    write({**API, "order.yaml": "types: {Problem: {fields: {a: string}}}\n", **spec}, folder)
    try:
        load(folder, "spec")
    except InvalidSpec as error:
        return [
            f"{problem.path}:{problem.line}: {problem.message} {problem.hint}"
            for problem in error.problems
        ]
    return []


TWINS = {
    "fields": ("x.yaml", "types:\n  T:\n    fields:\n      {0}: string\n      {1}: string\n", ["userId", "user_id"], ["a-b", "a_b"], ["a.b", "a[b]"], ["list", "list_"], ["USER", "user"]),
    "types": ("x.yaml", "types:\n  {0}: {{fields: {{a: string}}}}\n  {1}: {{fields: {{a: string}}}}\n", ["Order", "ORDER"], ["Ab", "AB"]),
    "values": ("x.yaml", "types:\n  T:\n    enum:\n      {0}: one\n      {1}: two\n", ["a-b", "a_b"], ["NEW", "new"], ["+1", "1"]),
    "endpoints": ("x.yaml", "endpoints:\n  {0}: {{http: GET /a, responses: {{200: null}}}}\n  {1}: {{http: GET /b, responses: {{200: null}}}}\n", ["get1", "get_1"], ["a_b", "a__b"]),
    "errors": ("x.yaml", "errors:\n- {{status: 400, code: {0}}}\n- {{status: 400, code: {1}}}\n", ["NO_AUTH", "NoAuth"], ["NO_AUTH", "NO_aUTH"]),
    "headers": ("x.yaml", "endpoints:\n  get:\n    http: GET /\n    header:\n      {0}: string\n      {1}: string\n    responses: {{200: null}}\n", ["X-Id", "X_Id"], ["X-Id", "x-id"]),
    "places": ("x.yaml", "endpoints:\n  get:\n    http: GET /\n    header:\n      {0}: string\n    query:\n      {1}: string\n    responses: {{200: null}}\n", ["X-Id", "x_id"]),
    "schemes": ("_api.yaml", API["_api.yaml"].replace("{", "{{").replace("}", "}}") + "schemes:\n  {0}: {{scheme: bearer}}\n  {1}: {{scheme: basic}}\n", ["a-b", "a_b"], ["x", "hosts"], ["deadline", "y"]),
    "inner objects": ("x.yaml", "types:\n  OrderItem: {{fields: {{a: string}}}}\n  Order:\n    fields: {{{0}: {{fields: {{a: string}}}}, {1}: string}}\n", ["item", "x"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "pair"),
    [(kind, pair) for kind, (_, _, *pairs) in TWINS.items() for pair in pairs],
    ids=lambda value: str(value),
)
def test_a_duplicate_name_is_a_problem_that_names_both(
    kind: str, pair: list[str], tmp_path: Path
) -> None:
    file, text, *_ = TWINS[kind]
    problems = problems_of(
        {file: str(text).format(*map(json.dumps, pair) if kind != "endpoints" else pair)}, tmp_path
    )
    assert problems, pair
    assert f"spec/{file}:" in problems[0].partition(" ")[2] or any(
        word in problems[0] for word in pair
    ), problems


@pytest.mark.parametrize(
    "name", ["名称", "ｘ", "𝒙", "сlass", "ﬁeld", "é", "--", "+", "_", "__", "²", "İd", "a" * 300]
)
def test_a_name_that_python_normalizes_is_a_problem(name: str, tmp_path: Path) -> None:
    """Python normalizes identifiers (NFKC), and readers confuse look-alikes; `as:` sets an ASCII name."""
    for text in (
        "types:\n  T:\n    fields:\n      {0}: string\n",
        "endpoints:\n  get:\n    http: GET /\n    query:\n      {0}: string\n    responses: {{200: null}}\n",
    ):
        assert (
            len(
                problems_of({"x.yaml": text.format(json.dumps(name, ensure_ascii=False))}, tmp_path)
            )
            == 1
        )


@pytest.mark.parametrize(
    "name",
    [
        "send",
        "request",
        "close",
        "aclose",
        "with_options",
        "self",
        "annotations",
        "class",
        "webhooks",
    ],
)
def test_names_that_cannot_be_resources_are_problems(name: str, tmp_path: Path) -> None:
    problems = problems_of({f"{name}.yaml": "title: X\n"}, tmp_path)
    assert len(problems) == 1
    assert f"spec/{name}.yaml:1: " in problems[0]


def test_all_public_names_of_the_client_are_reserved() -> None:
    from specloom.runtime.client import AsyncClient, AsyncResource, Client, Resource

    assert {
        name for kind in (Client, AsyncClient) for name in dir(kind) if not name.startswith("_")
    } <= naming.RESERVED_ON_CLIENT
    assert not {
        name for kind in (Resource, AsyncResource) for name in dir(kind) if not name.startswith("_")
    }


def test_schemes_cannot_have_the_name_of_a_client_option(project: Path) -> None:
    with imported(project, "shop") as shop:
        assert set(inspect.signature(shop.Shop.__init__).parameters) <= naming.RESERVED_OPTIONS


_NAMES_IN = frozenset(
    [
        "path",
        "query",
        "header",
        "body",
        "form",
        "parts",
        "fields",
        "headers",
        "payload",
        "types",
        "endpoints",
        "events",
        "enum",
        "units",
        "facts",
        "values",
        "schemes",
        "responses",
        "accept",
        "variables",
        "cookie",
    ]
)


def shuffled(node: Any, chance: random.Random, about: tuple[str, ...] = ()) -> Any:
    """Return the tree with the keys of every map in another order; names, rows and values, whose order is visible, keep theirs."""
    if isinstance(node, yaml.MappingNode):
        rows = [
            (key, shuffled(value, chance, (*about, str(key.value)))) for key, value in node.value
        ]
        if about[-1:] and (
            about[-1] in _NAMES_IN or not {"example", "examples", "default"}.isdisjoint(about)
        ):
            return yaml.MappingNode(node.tag, rows)
        return yaml.MappingNode(node.tag, chance.sample(rows, len(rows)))
    return (
        yaml.SequenceNode(node.tag, [shuffled(item, chance, about) for item in node.value])
        if isinstance(node, yaml.SequenceNode)
        else node
    )


@pytest.mark.parametrize("folder", [SMALL, KITCHEN_SINK], ids=["small", "kitchen sink"])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_keys_does_not_change_a_byte(folder: Path, seed: int, tmp_path: Path) -> None:
    """The order of endpoints, fields, values and rows is the order in which they are shown, classes stand in the order of their places in the file
    (and a build's id is of all this); all other order means nothing."""
    spec = Spec.read(folder)
    other = Spec(
        {
            name: shuffled(tree, random.Random(seed)) if name.endswith(".yaml") else tree
            for name, tree in spec.trees.items()
        },
        spec.notes,
    )
    write(other.files({}), tmp_path)
    assert other.files({}) != spec.files({})
    assert unordered(load(tmp_path, "spec").api) == unordered(load(folder, "spec").api)


def unordered(api: Api) -> dict[str, object]:
    """Return the files, with the classes of a module as a set."""
    generated = {
        path: re.sub(r'\n__build__ = "\w+"', "", code)
        for path, code in files(api, "project").items()
    }
    return {
        str(path): sorted(code.rstrip().split("\n\n\n")) if "models" in path.parts else code
        for path, code in generated.items()
    }
