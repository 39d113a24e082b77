"""Pages: a generated client against a server that pages as Stripe, Slack, GitHub and others document it.

The server is written from their documentation and shares nothing with the client or its mock. It keeps what it received.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.generated import imported, write
from tests.servers import (
    ReceivedRequest,
    Reset,
    Server,
    ServerResponse,
    Wait,
    http_response,
    serving,
)
from tests.type_checkers import Mypy

SPEC = Path(__file__).with_name("cases") / "paging" / "spec"
Collect: TypeAlias = Callable[[str, Callable[[Any], Any]], list[Any]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    write(SPEC, folder)
    return folder


@pytest.fixture(scope="module")
def pages(project: Path) -> Iterator[Any]:
    with imported(project, "pages") as package:
        import pages.testing

        assert pages.testing
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def collect(request: pytest.FixtureRequest, pages: Any) -> Collect:
    """Return a function that collects what an iterator of the client yields, in both clients."""

    def sync(url: str, iterate: Callable[[Any], Iterator[Any]]) -> list[Any]:
        with pages.Pages(token="t", hosts=[url]) as client:
            return list(iterate(client))

    def asynchronous(url: str, iterate: Callable[[Any], AsyncIterator[Any]]) -> list[Any]:
        async def main() -> list[Any]:
            async with pages.AsyncPages(token="t", hosts=[url]) as client:
                return [item async for item in iterate(client)]

        return asyncio.run(main())

    return sync if request.param == "sync" else asynchronous


def queries(server: Server) -> list[dict[str, str]]:
    """Return the query parameters of each request."""
    return [
        {name: values[0] for name, values in parse_qs(urlsplit(each.target).query).items()}
        for each in server.received
    ]


def answer(value: Any, *headers: tuple[str, str], status: int = 200) -> bytes:
    return http_response(status, json.dumps(value), ("Content-Type", "application/json"), *headers)


def paged(request: ReceivedRequest) -> dict[str, str]:
    query = parse_qs(urlsplit(request.target).query)
    return {name: values[0] for name, values in query.items()}


# --- servers ------------------------------------------------------------------------------

CHARGES = [{"id": f"ch_{number}", "amount": number} for number in range(1, 8)]


def stripe(request: ReceivedRequest) -> bytes:
    query = paged(request)
    ids = [each["id"] for each in CHARGES]
    start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    end = start + int(query.get("limit", "10"))
    return answer({"data": CHARGES[start:end], "has_more": end < len(CHARGES)})


def slack(request: ReceivedRequest) -> bytes:
    tokens = {"": ("C1", "dG9rZW4="), "dG9rZW4=": ("C2", "Zm9v+/&="), "Zm9v+/&=": ("C3", "")}
    cursor = paged(request).get("cursor", "")
    if cursor not in tokens:
        return answer({"ok": False, "error": "invalid_cursor"})
    channel, following = tokens[cursor]
    return answer(
        {
            "ok": True,
            "channels": [{"id": channel}],
            "response_metadata": {"next_cursor": following},
        }
    )


def github(base: Callable[[], str]) -> ServerResponse:
    """Serve pages whose links lead to another path, as those of a repository that was renamed."""

    def respond(request: ReceivedRequest) -> bytes:
        page = int(paged(request).get("page", "1"))
        url = f"{base()}/repositories/1300192/issues?per_page=1&state=open"
        links = [f'<{url}&page={page + 1}>; rel="next"', f'<{url}&page=3>; rel="last"']
        header = [("link", f'<{url}&page=1>; rel="first prev"')]
        if page < 3:
            header.append(("Link", ", ".join(links)))
        return answer([{"number": page}], *header)

    return respond


# --- the forms ----------------------------------------------------------------------------


def test_a_cursor_is_the_id_of_the_last_item(server: Server, collect: Collect) -> None:
    server.respond_with(stripe)
    charges = collect(server.url, lambda client: client.charges.iter_list(limit=3, customer="c"))
    assert [each.id for each in charges] == [each["id"] for each in CHARGES]
    assert queries(server) == [
        {"limit": "3", "customer": "c"},
        {"limit": "3", "customer": "c", "starting_after": "ch_3"},
        {"limit": "3", "customer": "c", "starting_after": "ch_6"},
    ]
    assert all(each.header("authorization") == "Bearer t" for each in server.received)


def test_the_first_page_can_be_any(server: Server, collect: Collect) -> None:
    server.respond_with(stripe)
    charges = collect(server.url, lambda client: client.charges.iter_list(starting_after="ch_5"))
    assert [each.id for each in charges] == ["ch_6", "ch_7"]


def test_pages_are_those_of_the_method(server: Server, collect: Collect, pages: Any) -> None:
    server.respond_with(stripe)
    sizes = collect(server.url, lambda client: client.charges.iter_list(limit=3).pages())
    assert [(len(page.data), page.has_more) for page in sizes] == [(3, True), (3, True), (1, False)]
    assert isinstance(sizes[0], pages.models.ChargePage)


def test_a_cursor_is_a_token(server: Server, collect: Collect) -> None:
    server.respond_with(slack)
    channels = collect(server.url, lambda client: client.channels.iter_list())
    assert [each.id for each in channels] == ["C1", "C2", "C3"]
    assert [each.get("cursor") for each in queries(server)] == [None, "dG9rZW4=", "Zm9v+/&="]


def test_an_error_with_status_200_ends_the_pages(
    server: Server, collect: Collect, pages: Any
) -> None:
    server.respond_with(slack)
    with pytest.raises(pages.errors.InvalidCursor):
        collect(server.url, lambda client: client.channels.iter_list(cursor="other"))


def test_a_cursor_is_a_field_of_the_body(server: Server, collect: Collect) -> None:
    def search(request: ReceivedRequest) -> bytes:
        cursor = json.loads(request.body).get("cursor")
        return answer({"found": [{"id": cursor or "first"}], "next": None if cursor else "second"})

    server.respond_with(search)
    found = collect(server.url, lambda client: client.channels.iter_search(text="a", count=1))
    assert [each.id for each in found] == ["first", "second"]
    bodies = [json.loads(each.body) for each in server.received]
    assert bodies == [
        {"text": "a", "count": 1},
        {"text": "a", "count": 1, "cursor": "second"},
    ]


def test_a_link_header_is_followed(server: Server, collect: Collect) -> None:
    server.respond_with(github(lambda: server.url))
    issues = collect(
        server.url,
        lambda client: client.issues.iter_list("octo", state="open", x_api_version="2022"),
    )
    assert [each.number for each in issues] == [1, 2, 3]
    following = "/repositories/1300192/issues?per_page=1&state=open&page="
    assert [each.target for each in server.received] == [
        "/repos/octo/issues?state=open",
        f"{following}2",
        f"{following}3",
    ]
    assert all(each.header("x-api-version") == "2022" for each in server.received)
    assert all(each.header("authorization") == "Bearer t" for each in server.received)


@pytest.mark.parametrize("prefix", ["", "/v1"])
@pytest.mark.parametrize("form", ["{server}{prefix}{rest}", "{prefix}{rest}", "?p=2&q=a%20b+c"])
def test_a_url_in_the_body_is_followed(
    server: Server, collect: Collect, form: str, prefix: str
) -> None:
    url = form.format(server=server.url, prefix=prefix, rest="/events?p=2&q=a%20b+c")
    server.respond_with(
        answer({"results": ["a"], "next": url}), answer({"results": ["b"], "next": None})
    )
    events = collect(server.url + prefix, lambda client: client.issues.iter_events(size=1))
    assert events == ["a", "b"]
    assert [each.target for each in server.received] == [
        f"{prefix}/events?size=1",
        f"{prefix}/events?p=2&q=a%20b+c",
    ]


def test_offsets_count_received_items(server: Server, collect: Collect) -> None:
    """A server may cap the limit, so a short page is not the last one."""
    rows = [{"id": number} for number in range(5)]

    def capped(request: ReceivedRequest) -> bytes:
        start = int(paged(request).get("offset", "0"))
        return answer({"result": {"rows": rows[start : start + 2], "total_count": 5}})

    server.respond_with(capped)
    reports = collect(server.url, lambda client: client.reports.iter_list(limit=50))
    assert [each.id for each in reports] == [0, 1, 2, 3, 4]
    assert [each.get("offset") for each in queries(server)] == [None, "2", "4"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pages_are_numbered_from_the_documented_default(server: Server, collect: Collect) -> None:
    contents: dict[str, list[dict[str, int]]] = {"0": [{"id": 1}, {"id": 2}], "1": [{"id": 3}]}
    server.respond_with(
        lambda request: answer({"reports": contents.get(paged(request).get("page", "0"), [])})
    )
    reports = collect(server.url, lambda client: client.reports.iter_archived())
    assert [each.id for each in reports] == [1, 2, 3]
    assert [each.get("page") for each in queries(server)] == [None, "1", "2"]


def test_a_key_in_the_url_of_a_page_is_not_sent_twice(server: Server, tmp_path: Path) -> None:
    shutil.copytree(SPEC, tmp_path / "spec")
    api = tmp_path / "spec" / "_api.yaml"
    keyed = "auth: key\nschemes: {key: {scheme: api-key, query: api_key}}"
    text = api.read_text("utf-8").replace("package: pages", "package: keyed")
    api.write_text(text.replace("auth: bearer", keyed), "utf-8")
    write(tmp_path / "spec", tmp_path / "project")
    server.respond_with(
        answer({"results": ["a"], "next": "/events?api_key=old&p=2"}),
        answer({"results": ["b"], "next": None}),
    )
    with imported(tmp_path / "project", "keyed") as keyed_package:
        package: Any = keyed_package
        with package.Pages(key="new", hosts=[server.url]) as client:
            assert list(client.issues.iter_events()) == ["a", "b"]
    assert [each.target for each in server.received] == [
        "/events?api_key=new",
        "/events?p=2&api_key=new",
    ]


# --- calls --------------------------------------------------------------------------------


def test_a_call_is_iterated(server: Server, collect: Collect, pages: Any) -> None:
    import pickle

    from pages import calls

    server.respond_with(stripe)
    call = pickle.loads(pickle.dumps(calls.charges.list(limit=4)))
    charges = collect(server.url, lambda client: client.iter(call))
    assert len(charges) == 7


# --- faults -------------------------------------------------------------------------------


def test_each_page_has_its_own_retries(server: Server, collect: Collect) -> None:
    first = answer({"data": CHARGES[:1], "has_more": True})
    last = answer({"data": CHARGES[1:2], "has_more": False})
    busy = answer({"error": {"code": "rate_limit"}}, ("Retry-After", "0"), status=429)
    server.respond_with([Reset], first, [Reset], busy, last)
    charges = collect(server.url, lambda client: client.charges.iter_list())
    assert [each.id for each in charges] == ["ch_1", "ch_2"]
    cursors = [each.get("starting_after") for each in queries(server)]
    assert cursors == [None, None, "ch_1", "ch_1", "ch_1"]


def test_a_post_is_not_sent_again_after_a_reset(
    server: Server, collect: Collect, pages: Any
) -> None:
    first = answer({"found": [{"id": "a"}], "next": "b"})
    server.respond_with(first, [Reset])
    with pytest.raises(pages.errors.ConnectionFailed) as caught:
        collect(server.url, lambda client: client.channels.iter_search(text="a"))
    assert caught.value.outcome == "unknown"
    assert len(server.received) == 2


def test_each_page_has_its_own_deadline(server: Server, pages: Any) -> None:
    """Three pages, each of which takes more than a third of the deadline."""

    def slow(request: ReceivedRequest) -> Any:
        return [Wait(0.3), stripe(request)]

    server.respond_with(slow)
    with pages.Pages(token="t", hosts=[server.url], deadline=0.8, max_attempts=1) as client:
        assert len(list(client.charges.iter_list(limit=3))) == 7


def test_the_same_page_is_requested_again_after_an_error(server: Server, pages: Any) -> None:
    first = answer({"data": CHARGES[:1], "has_more": True})
    broken = http_response(200, "<html>")
    last = answer({"data": CHARGES[1:2], "has_more": False})
    server.respond_with(first, broken, last)
    with pages.Pages(token="t", hosts=[server.url]) as client:
        charges = client.charges.iter_list()
        assert next(charges).id == "ch_1"
        with pytest.raises(pages.errors.ProtocolError):
            next(charges)
        assert [each.id for each in charges] == ["ch_2"]


@pytest.mark.parametrize("cycle", [1, 2, 5])
def test_repeated_cursors_end_in_an_error(
    server: Server, collect: Collect, pages: Any, cycle: int
) -> None:
    def around(request: ReceivedRequest) -> bytes:
        number = int(paged(request).get("cursor", "0"))
        body = {"ok": True, "channels": [{"id": f"C{number}"}]}
        following = {"next_cursor": str(number % cycle + 1)}
        return answer({**body, "response_metadata": following})

    server.respond_with(around)
    with pytest.raises(pages.errors.ProtocolError, match="same position of a page twice") as caught:
        collect(server.url, lambda client: client.channels.iter_list())
    assert caught.value.endpoint == "channels.list"
    assert caught.value.outcome == "done"
    assert len(server.received) <= 4 * cycle


def test_a_link_to_the_same_page_is_an_error(server: Server, collect: Collect, pages: Any) -> None:
    server.respond_with(answer([{"number": 1}], ("Link", '</events?a=1>; rel="next"')))
    with pytest.raises(pages.errors.ProtocolError, match="twice"):
        collect(server.url, lambda client: client.issues.iter_list("octo"))
    assert len(server.received) == 2


def test_a_server_that_ignores_the_page_number_is_an_error(
    server: Server, collect: Collect, pages: Any
) -> None:
    server.respond_with(answer({"reports": [{"id": 1}]}))
    with (
        pytest.warns(DeprecationWarning, match="Use list"),
        pytest.raises(pages.errors.ProtocolError, match="same page twice"),
    ):
        collect(server.url, lambda client: client.reports.iter_archived())
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/events?p=2",
        "//evil.example/events",
        "https://127.0.0.1@evil.example/events",
        "https://{server}@evil.example/events",
        "https://evil.example\\@{server}/events",
        "http://{server}.evil.example/events",
        "file:///etc/passwd",
        "/other/%2e%2e/events",
        "/v2/events",
        "/v1/../v2/events",
        "https://[::1/events",
        "/v1/events\r\nX: y",
        "/v1/événements",
    ],
)
def test_urls_of_other_hosts_are_not_followed(
    server: Server, collect: Collect, pages: Any, url: str
) -> None:
    address = url.replace("{server}", server.url.removeprefix("http://"))
    server.respond_with(answer({"results": ["a"], "next": address}))
    with pytest.raises(pages.errors.ProtocolError, match="not on one of the hosts") as caught:
        collect(f"{server.url}/v1", lambda client: client.issues.iter_events())
    assert "evil" not in str(caught.value)
    assert len(server.received) == 1


def test_a_page_that_contradicts_its_paging_is_an_error(
    server: Server, collect: Collect, pages: Any
) -> None:
    server.respond_with(answer({"data": [], "has_more": True}))
    with pytest.raises(pages.errors.ProtocolError, match="`has_more` is true"):
        collect(server.url, lambda client: client.charges.iter_list())
    server.respond_with(answer({"data": {"id": "ch_1"}, "has_more": False}))
    with pytest.raises(pages.errors.ProtocolError, match="not a list"):
        collect(server.url, lambda client: client.charges.iter_list())
    server.respond_with(answer({"data": [{"id": "x" * 65, "amount": 1}], "has_more": True}))
    with pytest.raises(pages.errors.ProtocolError, match="starting_after"):
        collect(server.url, lambda client: client.charges.iter_list())


# --- leaving early ------------------------------------------------------------------------


def test_leaving_early_leaves_no_request_and_no_connection(server: Server, pages: Any) -> None:
    server.respond_with(stripe)
    with pages.Pages(token="t", hosts=[server.url]) as client:
        for _ in range(20):
            assert [each.id for each in islice(client.charges.iter_list(limit=2), 3)][-1] == "ch_3"
        assert client.charges.list(limit=1)
    assert len(server.received) == 41
    assert server.connections == 1


def test_cancelling_leaves_no_connection(server: Server, pages: Any) -> None:
    async def main() -> None:
        async with pages.AsyncPages(token="t", hosts=[server.url]) as client:
            for _ in range(5):
                server.respond_with(stripe, [Wait(30)])
                charges = client.charges.iter_list(limit=2)
                assert [(await anext(charges)).id, (await anext(charges)).id]
                waiting: Awaitable[Any] = anext(charges)
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(waiting, 0.1)
            server.respond_with(stripe)
            assert len([each async for each in charges]) == 5

    asyncio.run(main())


def test_memory_is_that_of_a_few_pages(server: Server, pages: Any) -> None:
    padding = "x" * 100_000

    def many(request: ReceivedRequest) -> bytes:
        number = int(paged(request).get("starting_after", "0"))
        charge = {"id": str(number + 1), "amount": 1, "note": padding}
        return answer({"data": [charge], "has_more": number < 100})

    server.respond_with(many)
    with pages.Pages(token="t", hosts=[server.url]) as client:
        charges = client.charges.iter_list()
        assert next(charges)
        tracemalloc.start()
        assert sum(1 for _ in charges) == 100
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20 * len(padding)


def test_a_call_without_pages_is_refused(pages: Any) -> None:
    from pages import calls

    with pages.Pages(token="t") as client, pytest.raises(pages.errors.ConfigError) as caught:
        client.iter(calls.charges)
    assert "expected a call" in str(caught.value)


# --- the mock -----------------------------------------------------------------------------

ITERATIONS: list[tuple[Callable[[Any, Any], Any], int]] = [
    (lambda client, limit: client.charges.iter_list(limit=limit), 5),
    (lambda client, limit: client.channels.iter_list(limit=limit), 3),
    (lambda client, limit: client.channels.iter_search(text="a", count=limit), 3),
    (lambda client, limit: client.issues.iter_list("octo", per_page=limit), 3),
    (lambda client, limit: client.issues.iter_events(size=limit), 3),
    (lambda client, limit: client.reports.iter_list(limit=limit), 4),
    (lambda client, limit: client.reports.iter_archived(per_page=limit), 3),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("limit", [None, 1, 2, 5])
@pytest.mark.parametrize(("iterate", "number"), ITERATIONS)
def test_the_mock_pages(pages: Any, iterate: Any, number: int, limit: int | None) -> None:
    mock = pages.testing.PagesMock()
    with mock.client(strict=True) as client:
        items = list(iterate(client, limit))
    assert len(items) == len({repr(item) for item in items}) == number
    least = -(-number // (limit or number))
    assert least <= len(mock.calls) <= least + 1


def test_the_size_of_a_mock_page_is_set_by_the_test(pages: Any) -> None:
    mock = pages.testing.PagesMock()
    mock.page_size = 2

    async def main() -> list[int]:
        client = mock.async_client()
        return [len(page.data) async for page in client.charges.iter_list().pages()]

    assert asyncio.run(main()) == [2, 2, 1]


# --- types --------------------------------------------------------------------------------

PROGRAM = '''
"""Uses of paginators."""

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from pages import AsyncPages, Pages, calls, models


def use(client: Pages) -> None:
    for charge in client.charges.iter_list(limit=2):
        assert_type(charge, models.Charge)
    for page in client.charges.iter_list().pages():
        assert_type(page, models.ChargePage)
    items: Iterator[models.Charge] = client.charges.iter_list()
    assert_type(next(items), models.Charge)
    for event in client.iter(calls.issues.events()):
        assert_type(event, str)
    assert_type(client.charges.list(), models.ChargePage)
    assert_type(client.send(calls.charges.list()).value, models.ChargePage)


async def use_async(client: AsyncPages) -> None:
    async for issue in client.issues.iter_list("octo"):
        assert_type(issue, models.issues.Issue)
    async for page in client.iter(calls.charges.list()).pages():
        assert_type(page, models.ChargePage)
    items: AsyncIterator[models.Charge] = client.charges.iter_list()
    assert_type(await anext(items), models.Charge)
'''


def test_a_call_of_one_page_only_is_refused_by_type_checkers(
    project: Path, mypy: Mypy, tmp_path: Path
) -> None:
    program = tmp_path / "uses.py"
    program.write_text(
        "from pages import Pages, calls\n\n\ndef use(client: Pages) -> None:\n"
        "    client.iter(calls.charges.get('1'))\n",
        "utf-8",
    )
    checked = mypy(program, cwd=tmp_path, path=[project])
    assert 'incompatible type "Call[Charge]"' in checked.stdout
