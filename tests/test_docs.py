"""Documentation pages: complete, correct, with working samples, and safe for any text of a spec."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from markdown_it.token import Token
from msgspec.structs import replace
from tests.test_markdown import allowed, hostile, parse, visible_text

from specloom.model import (
    Api,
    Endpoint,
    Enumeration,
    EnumValue,
    ErrorCode,
    Event,
    EventExample,
    Example,
    Fact,
    Field,
    Host,
    JsonBody,
    LengthRange,
    Link,
    ListOf,
    Named,
    Object,
    Resource,
    Response,
    Scheme,
    String,
    Text,
    Type,
    TypeName,
    Value,
)
from specloom.spec import load
from specloom.targets import files
from specloom.targets.docs import docs
from specloom.targets.docs.types import innermost

SPECS = Path(__file__).parents[1] / "specs"
APIS = ("wechatpay", "weixin")
NOTES = Text((("en", "Notes are Markdown with separate tests."),))


@cache
def api_of(name: str) -> Api:
    return load(SPECS / name).api


@cache
def pages_of(name: str) -> dict[PurePosixPath, str]:
    return {path: str(page) for path, page in docs(api_of(name)).items()}


@pytest.mark.parametrize("name", APIS)
def test_links_between_pages_are_valid(name: str) -> None:
    pages = pages_of(name)
    for path, page in pages.items():
        for target in (
            str(token.attrs["href"]) for token in parse(page) if token.type == "link_open"
        ):
            if not target.startswith("https://"):
                assert PurePosixPath(normpath(path.parent / target)) in pages, f"{path}: {target}"


@pytest.mark.parametrize("name", APIS)
def test_the_page_of_an_endpoint_is_complete(name: str) -> None:
    api = api_of(name)
    for endpoint in api.all_endpoints():
        for language in api.languages:
            page = visible_text(
                pages_of(name)[
                    PurePosixPath("docs", language, *endpoint.resource, f"{endpoint.name}.md")
                ]
            )
            texts = [
                endpoint.title,
                *(fact.title for fact in endpoint.facts),
                *(host.description for host in api.hosts),
            ]
            texts += [text for row in api.errors_of(endpoint) for text in (row.reason, row.remedy)]
            for each in fields_of(api, endpoint):
                assert each.wire in page
                texts += [each.title, each.description, each.unit, each.when]
            for text in texts:
                assert text.best(language).replace("`", "") in page, text
            for row in api.errors_of(endpoint):
                assert f"errors.{row.class_name}" in page
                assert row.code is None or row.code in page
            assert endpoint.name_on_site is None or endpoint.name_on_site in page
            assert endpoint.updated is None or endpoint.updated in page
            assert "Not documented yet" not in page
            assert "尚未翻译" not in page
            assert "尚无文档" not in page


def test_the_page_of_an_event_is_complete() -> None:
    api = api_of("wechatpay")
    for event in api.all_events():
        for language in api.languages:
            name = re.sub("[._]", "-", event.name.lower())
            markdown = pages_of("wechatpay")[
                PurePosixPath("docs", language, *event.resource, f"event-{name}.md")
            ]
            page = visible_text(markdown)
            for each in payload_fields(api, event.payload):
                assert each.wire in page
                assert each.title.best(language) in page
                assert each.description.best(language).replace("`", "") in page
            assert event.title.best(language) in page
            assert event.description.best(language) in page
            for expected in (
                event.name,
                f"events.{event.class_name}",
                event.to or "",
                "api_v3_key",
                "15",
            ):
                assert expected in page
            assert all(text not in page for text in ("Not documented yet", "尚未翻译", "尚无文档"))
            examples = [
                json.loads(token.content) for token in parse(markdown) if token.info == "json"
            ]
            assert examples == [example.payload.json for example in event.examples]


@pytest.mark.parametrize("name", APIS)
def test_python_samples_compile_and_name_the_method(name: str) -> None:
    polled = {one.qualified for one in api_of(name).all_endpoints() if one.poll is not None}
    assert polled == ({"refunds.query"} if name == "wechatpay" else set())
    for path, page in pages_of(name).items():
        samples = [token.content for token in parse(page) if token.info == "python"]
        if path.name == "client.md":
            assert len(samples) == 3 + (4 if any(api_of(name).all_events()) else 0)
        elif path.name == "index.md":
            notes = api_of(name).notes.best(path.parts[1]).count("```python\n")
            assert len(samples) == (1 + notes if len(path.parts) == 3 else 0)
        elif path.name == "README.md" or path.stem.startswith("event-"):
            assert len(samples) == 1
        else:
            # Sync and async; the samples of a waiter are after those of its endpoint.
            assert len(samples) == (4 if ".".join((*path.parts[2:-1], path.stem)) in polled else 2)
        for number, sample in enumerate(samples):
            tree = ast.parse(sample)
            compile(tree, str(path), "exec")
            assert max(len(line) for line in sample.splitlines()) <= 88
            if path.stem.startswith("event-"):
                assert "client.webhooks.receive" in {ast.unparse(node) for node in ast.walk(tree)}
            elif path.name not in ("client.md", "index.md", "README.md"):
                method = path.stem if number < 2 else f"wait_{path.stem}"
                assert ".".join(("client", *path.parts[2:-1], method)) in {
                    ast.unparse(node) for node in ast.walk(tree)
                }


@pytest.mark.parametrize("name", APIS)
def test_curl_samples_send_the_documented_request(name: str) -> None:
    """bash runs the sample; a function `curl` prints its arguments."""
    api = api_of(name)
    for endpoint in api.all_endpoints():
        page = pages_of(name)[
            PurePosixPath("docs", "zh", *endpoint.resource, f"{endpoint.name}.md")
        ]
        samples = [token.content for token in parse(page) if token.info == "sh"]
        for sample, example in zip(samples, endpoint.examples, strict=True):
            options = curl_options(sample)
            assert options.get("-X", ["GET"]) == [endpoint.method]
            url = options[""][0]
            assert url.startswith(api.hosts[0].url)
            for value in [*example.path.values(), *example.query.values()]:
                assert str(value) in url
            assert "Accept: application/json" in options["-H"] or name != "wechatpay"
            if example.body is not None:
                assert json.loads(options["-d"][0]) == example.body.json


def test_a_line_of_backticks_does_not_end_a_code_block() -> None:
    text = "'one'\n```\n  ````\n`two`\n```"
    resource = {
        "title": "Shop",
        "endpoints": {
            "tell": {
                "http": "POST /tell",
                "form": {"text": "string"},
                "responses": {"200": None},
                "examples": [{"request": {"body": {"text": text}}}],
            }
        },
    }
    page = docs(api_with(json.dumps(resource)))[PurePosixPath("docs/en/shop/tell.md")]
    [sample] = [token.content for token in parse(page) if token.info == "sh"]
    assert curl_options(sample)["--data-urlencode"] == [f"text={text}"]


def test_optional_credentials_are_not_conditional() -> None:
    required = {
        name: row_of(pages_of("weixin")[PurePosixPath("docs/zh/index.md")], name)[1]
        for name in ("appid", "token_store")
    }
    assert required == {"appid": "条件必填", "token_store": "否"}


def test_a_notice_lists_missing_texts() -> None:
    stub = Endpoint(
        "stub", ("orders",), "GET", "/orders/{id}", path_fields=(Field("id", "id", String(), True),)
    )
    api = small_api("x", stub)
    page = docs(api)[PurePosixPath("docs/en/orders/stub.md")]
    assert visible_text(page).count("yet") == 1
    assert "> Not documented yet: title, description, example, response, meaning of `id`." in page
    assert "curl 'https://x.example/orders/ID'" in page
    assert 'client.orders.stub("ID")' in page


def test_a_notice_mentions_missing_translations_once() -> None:
    pages = docs(small_api("words", endpoint_of("words")))
    page = pages[PurePosixPath("docs/zh/orders/create.md")]
    assert page.count("本页部分内容尚未翻译") == 1
    assert "尚未翻译" not in pages[PurePosixPath("docs/en/orders/create.md")]


SHOP = """
title: Shop
endpoints:
  buy:
    http: POST /buy
    title: Buy
    query:
      state?: {type: list<string>(..3), style: brackets}
      near?: {style: deep, fields: {city: string, zips: list<string>}}
      some?: {type: list<integer>, style: comma}
      ids?: list<integer>
      plain?: {type: string, deprecated: {en: use `ids`, zh: 请使用 `ids`}}
    body:
      either: string('none' | 'auto') | list<string(1..4)>(1..4)
      labels: map<string(..512)>
      marks: map<string('deleted' | 'absent')>
      choice: string('none' | 'auto') | Kind | Item
      again: Item | list<Kind>
      tags: Tags
      at: datetime | boolean
      agreed: {type: string, when: the buyer is a chain}
      perhaps?: {type: string, when: the buyer is a chain}
    responses: {200: Item, 202: null}
    errors: [{status: 422, body: Refusal, reason: It is refused.}]
    idempotency: safe
    examples:
      - title: One
        request: {body: {either: none, labels: {}, marks: {}, choice: auto, again: {size: 1}, tags: a, at: true, agreed: "yes"}}
        response: {status: 200, body: {size: 1}}
  look: {http: GET /look, responses: {200: Item}, examples: [{response: {status: 200, body: {size: 1}}}]}
types:
  Kind: {type: integer, title: A kind, enum: {1: small, 2: large}}
  Item: {title: An item, fields: {size: integer(1..)}}
  Tags: {type: string | list<string(1..20)>}
  Refusal: {fields: {because: {type: string(..80), title: Why}, kind: Kind}}
"""


@cache
def shop() -> Api:
    return api_with(SHOP)


def api_with(resource: str) -> Api:
    with TemporaryDirectory() as folder:
        api = "{specloom: 1, package: shop, version: 0.1.0, client: Shop, title: Shop, languages: [en, zh], hosts: [https://x.example], auth: none}"
        Path(folder, "_api.yaml").write_text(api, "utf-8")
        Path(folder, "shop.yaml").write_text(resource, "utf-8")
        return load(Path(folder), "shop").api


def buy_page(language: str) -> str:
    return docs(shop())[PurePosixPath("docs", language, "shop", "buy.md")]


def row_of(page: str, name: str) -> list[str]:
    """Return the cells of the first row of this name."""
    row, *_ = (
        line
        for line in page.split("\n")
        if re.match(rf"\|[^|]*(?:`|\*\*){re.escape(name)}(?:`|\*\*) \|", line)
    )
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("either", "If a string: one of `none`, `auto`; if a list: 1 to 4 items, each 1 to 4 characters.", "为字符串时：取值 `none`、`auto`；为列表时：1 至 4 项，每项 1 至 4 个字符。"),
        ("labels", "Each value at most 512 characters.", "每个值最多 512 个字符。"),
        ("marks", "Each value one of `deleted`, `absent`.", "每个值取值 `deleted`、`absent`。"),
        ("choice", "If a string: one of `none`, `auto`.", "为字符串时：取值 `none`、`auto`。"),
        ("tags", "If a list: each 1 to 20 characters.", "为列表时：每项 1 至 20 个字符。"),
        ("at", "RFC 3339, with offset.", "RFC 3339 格式，带时区。"),
        ("state", "At most 3 items. Sent as `state[]=…&state[]=…`.", "最多 3 项。形如 `state[]=…&state[]=…`。"),
        ("near", "Sent as `near[city]=…&near[zips]=…&near[zips]=…`.", "形如 `near[city]=…&near[zips]=…&near[zips]=…`。"),
        ("some", "Sent as `some=…,…`.", "形如 `some=…,…`。"),
        ("ids", "Sent as `ids=…&ids=…`.", "形如 `ids=…&ids=…`。"),
    ],
)  # fmt: skip
def test_tables_show_limits(name: str, english: str, chinese: str) -> None:
    assert row_of(buy_page("en"), name)[3] == english
    assert row_of(buy_page("zh"), name)[3] == chinese


def test_docstrings_show_limits_inside_unions_and_maps() -> None:
    words = " ".join(files(shop(), "project")[PurePosixPath("shop/calls/shop.py")].split())
    assert (
        "either: If a string: one of `none`, `auto`, if a list: 1 to 4 items, each 1 to 4 characters."
        in words
    )
    assert "labels: Each value at most 512 characters." in words


def test_members_of_a_union_are_expanded_once() -> None:
    page = buy_page("en")
    assert row_of(page, "Kind") == [
        "└&nbsp;**Kind**",
        "`Kind` (integer)",
        "",
        "A kind<br>`1` small<br>`2` large",
    ]
    assert row_of(page, "list\\<Kind\\>")[3] == "A kind<br>Values of `Kind`: see above."
    assert [line.split("|")[4].strip() for line in page.split("\n") if "**Item**" in line] == [
        "An item",
        "An item<br>Fields of `Item`: see above.",
    ]
    assert row_of(page, "tags")[1] == r"`Tags` (`string \| list<string>`)"


def test_a_condition_of_a_required_field_is_not_about_presence() -> None:
    assert row_of(buy_page("en"), "agreed")[2:4] == ["yes", "Applies if the buyer is a chain."]
    assert row_of(buy_page("en"), "perhaps")[2:4] == [
        "conditional",
        "Required if the buyer is a chain.",
    ]


def test_deprecated_fields_name_their_replacement() -> None:
    assert row_of(buy_page("en"), "plain")[3] == "**Deprecated**: use `ids`."
    assert row_of(buy_page("zh"), "plain")[3] == "**已废弃**：请使用 `ids`。"


def test_error_bodies_and_titles_of_examples_are_shown() -> None:
    page = buy_page("en")
    assert "### curl · One\n" in page
    assert "### Response · 200 · One\n" in page
    assert (
        "### Body of `errors.UnprocessableContent`\n\nAvailable as `body` of the exception.\n"
        in page
    )
    assert row_of(page, "because") == [
        "`because`",
        "`string`",
        "yes",
        "**Why**<br>At most 80 characters.",
    ]
    assert "### Response\n" in docs(shop())[PurePosixPath("docs/en/shop/look.md")]


def test_rows_of_errors_have_retry_and_outcome_of_the_exception() -> None:
    page = pages_of("wechatpay")[PurePosixPath("docs/en/fapiao_applications/query.md")]
    rows = {
        line.split("<br>")[0].split("`")[1]: line
        for line in page.split("\n")
        if "<br>`errors." in line
    }
    assert rows["FREQUENCY_LIMITED"].endswith('<br>`retry="later"` |')
    assert rows["SYSTEM_ERROR"].endswith('<br>`retry="same"`, `outcome="unknown"` |')
    assert "retry=" not in rows["NO_AUTH"]


def test_only_safe_get_requests_are_read_only() -> None:
    assert "is read-only" in docs(shop())[PurePosixPath("docs/en/shop/look.md")]
    assert "is read-only" not in buy_page("en")
    assert "The request is idempotent" in buy_page("en")
    assert "只读请求" not in buy_page("zh")


def test_headings_of_notes_do_not_become_page_titles() -> None:
    stub = replace(endpoint_of("x"), notes=Text((("en", "# Mine\n\nText\n\nMore\n===="),)))
    page = docs(small_api("x", stub))[PurePosixPath("docs/en/orders/create.md")]
    assert [token.tag for token in parse(page) if token.type == "heading_open"].count("h1") == 1
    assert "## Notes\n\n### Mine\n\nText\n\n### More" in page


def test_chinese_sentences_have_no_spaces_between_them() -> None:
    for name in APIS:
        for path, page in pages_of(name).items():
            if "zh" in path.parts:
                assert not re.search(
                    r"[。，；：、] +(?!\|)", re.sub(r"```.*?```", "", page, flags=re.DOTALL)
                ), path
    assert not re.search(r"[。；：] +[^|]", buy_page("zh").split("## ")[0])


DEEP = """
title: Deep
endpoints:
  get:
    http: POST /deep
    body: {a?: A, again?: D}
    responses: {200: A, 202: Goods}
types:
  A: {fields: {b?: B, item?: list<Item>}}
  B: {fields: {c?: C, one?: list<C | string>}}
  C: {title: The third level, fields: {d?: D, e?: D | string, f?: E}}
  D: {fields: {a?: A, deepest?: string, state?: State, goods?: Goods}}
  E: {fields: {c?: C, d?: D, empty?: Empty}}
  Item: {fields: {x?: string}}
  Goods: {fields: {y?: string, z?: {fields: {z?: {fields: {z?: {fields: {z?: Item}}}}}}}}
  Empty: {fields: {none?: string}}
  State: {enum: {ON: it is on}}
"""


def test_types_from_the_third_level_on_have_tables_of_their_own() -> None:
    page = docs(api_with(DEEP))[PurePosixPath("docs", "en", "shop", "get.md")]
    anchors = re.findall(r"\(#(\w[\w-]*)\)", page)
    headings = re.findall(r"^#### `(.*)`$", page, re.MULTILINE)
    assert [heading.replace(".", "").lower() for heading in headings] == [*dict.fromkeys(anchors)]
    assert headings == ["models.C", "models.GoodsZ"]
    assert all(line.count("&emsp;") <= 1 for line in page.split("\n"))
    table = page.split("#### `models.C`\n\n")[1].split("\n#")[0]
    assert table.startswith("The third level\n\n| Name |")
    assert "Fields of `D`: see above." in table
    assert "Fields: [`models.C`](#modelsc)." in table
    assert row_of(page, "one")[3] == "Fields: [`models.C`](#modelsc)."


def test_a_recursive_type_is_expanded_once() -> None:
    page = docs(small_api("x", endpoint_of("x")))[PurePosixPath("docs/en/orders/create.md")]
    rows = [line for line in page.split("\n") if "Fields of `Item`: see above." in line]
    assert len(rows) == 2  # in the request and in the response
    assert all("list<Item>" in row for row in rows)


@cache
def harmless_structure() -> dict[PurePosixPath, list[str]]:
    pages = docs(small_api("x", endpoint_of("x")))
    return {path: structure(parse(page)) for path, page in pages.items()}


@settings(max_examples=50, deadline=None)
@given(hostile)
def test_texts_cannot_change_the_structure_of_a_page(text: str) -> None:
    """Pages have the same structure with the text in every slot as with a harmless text."""
    for path, page in docs(small_api(f"x{text}x", endpoint_of(f"x{text}x"))).items():
        tokens = parse(page)
        assert structure(tokens) == harmless_structure()[path], path
        assert all(
            allowed(str(token.attrs["href"])) for token in tokens if token.type == "link_open"
        )


def structure(tokens: list[Token]) -> list[str]:
    """Return the types of tokens, with consecutive paragraphs as one, and without texts and code spans."""
    kinds = [
        token.type
        for token in tokens
        if token.type not in ("text", "text_special", "softbreak", "code_inline")
    ]
    outlined = "\n".join(kinds)
    paragraph = "paragraph_open\ninline\nparagraph_close\n"
    while paragraph * 2 in outlined:
        outlined = outlined.replace(paragraph * 2, paragraph)
    return outlined.split("\n")


def curl_options(sample: str) -> dict[str, list[str]]:
    """Return the arguments that bash passes to `curl`, by option; '' has positional ones."""
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{sample}"
    process = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert not process.stderr
    options: dict[str, list[str]] = {}
    arguments = iter(process.stdout.split("\0")[:-1])
    for argument in arguments:
        option, value = (argument, next(arguments)) if argument.startswith("-") else ("", argument)
        options.setdefault(option, []).append(value)
    return options


def fields_of(api: Api, endpoint: Endpoint) -> Iterator[Field]:
    """Yield all fields of requests and responses, once for each object type."""
    yield from (*api.header, *endpoint.path_fields, *endpoint.query, *endpoint.header)
    bodies = [endpoint.body.type] if isinstance(endpoint.body, JsonBody) else []
    yield from payload_fields(
        api,
        *bodies,
        *(response.type for response in endpoint.responses if response.type is not None),
    )


def payload_fields(api: Api, *roots: Type) -> Iterator[Field]:
    """Yield all fields in these types, once for each object type."""
    types = list(roots)
    seen: set[TypeName] = set()
    while types:
        inner = innermost(types.pop())
        if isinstance(inner, Named) and inner.to not in seen:
            seen.add(inner.to)
            if isinstance(named := api.types[inner.to], Object):
                yield from named.fields
                types += [each.type for each in named.fields]


def small_api(text: str, endpoint: Endpoint) -> Api:
    """Return an API with this text in every slot."""
    localized = Text((("en", text),))
    item, kind = TypeName(("orders",), "Item"), TypeName(("orders",), "Kind")
    fields = (
        field(
            text,
            String(LengthRange(None, 20), (), text),
            description=localized,
            example=Value(text),
            default=Value(text),
        ),
        field(
            f"{text}2",
            ListOf(Named(item)),
            required=False,
            unit=localized,
            when=localized,
            since=localized,
            deprecated=localized,
        ),
        field(f"{text}3", Named(kind), encrypted=True, example=Value([text])),
        field(f"{text}4", String(LengthRange(), (text, "y")), required=False, secret=True),
    )
    return Api(
        name="small",
        package="small",
        version="0.1.0",
        client="Small",
        title=localized,
        description=localized,
        languages=("en", "zh"),
        hosts=(Host("https://x.example", localized),),
        schemes=(Scheme("key", "api-key", {"header": "X-Key"}), Scheme("token", "bearer")),
        auth=(("key",), ("token",)),
        header=(field(text, String(), example=Value(text)),),
        errors=(ErrorCode(None, text, "Odd", localized, localized),),
        links=(Link(localized, "https://x.example/y"),),
        resources=(
            Resource(
                ("orders",),
                localized,
                localized,
                (endpoint,),
                (ErrorCode(400, text, "Bad", localized, localized),),
                (event_of(text, item),),
                notes=NOTES,
            ),
        ),
        types={
            item: Object(item, fields, localized, localized),
            kind: Enumeration(
                kind, (EnumValue(text, "A", localized), EnumValue("b", "B")), title=localized
            ),
        },
        notes=NOTES,
    )


def event_of(text: str, item: TypeName) -> Event:
    localized = Text((("en", text),))
    example = EventExample(localized, Value({text: text}))
    return Event(
        text,
        "Paid",
        ("orders",),
        Named(item),
        localized,
        localized,
        text,
        (Link(localized, "https://x.example/e"),),
        text,
        localized,
        (example,),
    )


def endpoint_of(text: str) -> Endpoint:
    localized = Text((("en", text),))
    item = Named(TypeName(("orders",), "Item"))
    return Endpoint(
        name="create",
        resource=("orders",),
        method="POST",
        path="/orders/{id}",
        path_fields=(field("id", String(), example=Value(text)),),
        query=(field(text, ListOf(String()), required=False),),
        body=JsonBody(item, flat=True),
        responses=(
            Response(200, item, localized, localized, (field(text, String()),)),
            Response(202, None, localized, localized),
        ),
        errors=(ErrorCode(404, text, "Gone", localized, localized),),
        title=localized,
        description=localized,
        facts=(Fact(localized, (localized, localized)),),
        links=(Link(localized, "https://x.example/z"),),
        name_on_site=text,
        updated=text,
        deprecated=localized,
        verified=False,
        auth=(("key",), ("token",)),
        examples=(
            Example(
                localized,
                {"id": text},
                {text: [text]},
                {},
                Value({text: text, f"{text}3": text}),
                200,
                Value({text: text}),
            ),
        ),
        notes=NOTES,
    )


def field(wire: str, type: Type, *, required: bool = True, **options: object) -> Field:
    """Return a field with a title and an arbitrary name in Python."""
    title = Text((("en", wire),))
    return Field(wire, f"n{sum(map(ord, wire))}", type, required, title=title, **options)  # type: ignore[arg-type]
