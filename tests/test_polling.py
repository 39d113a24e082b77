"""Polled endpoints: a generated client that waits for jobs of a server of the test's own, and of the mock."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.generated import imported, write
from tests.servers import Reset, Server, Wait, http_response, serving
from tests.type_checkers import Mypy

SPEC = Path(__file__).with_name("cases") / "polling" / "spec"
Run: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jobs")
    write(SPEC, folder)
    return folder


@pytest.fixture(scope="module")
def jobs(project: Path) -> Iterator[Any]:
    with imported(project, "jobs") as package:
        import jobs.testing

        assert jobs.testing
        yield package


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def run(request: pytest.FixtureRequest, jobs: Any) -> Run:
    """Return a function that calls a method of both clients."""

    def sync(url: str, method: Callable[[Any], Any], **options: Any) -> Any:
        with jobs.Jobs(hosts=[url], **options) as client:
            return method(client)

    def asynchronous(url: str, method: Callable[[Any], Any], **options: Any) -> Any:
        async def main() -> Any:
            async with jobs.AsyncJobs(hosts=[url], **options) as client:
                return await method(client)

        return asyncio.run(main())

    return sync if request.param == "sync" else asynchronous


def export(status: str, *headers: tuple[str, str]) -> bytes:
    return http_response(200, json.dumps({"id": "e1", "status": status}), *headers)


@pytest.mark.parametrize("final", ["SUCCEEDED", "FAILED"])
def test_a_wait_ends_with_a_final_state(server: Server, run: Run, final: str) -> None:
    server.respond_with(export("RUNNING"), export("NEW"), export(final), export("RUNNING"))
    done = run(server.url, lambda client: client.exports.wait_query("e1", verbose=True))
    assert done.status == final
    assert [each.target for each in server.received] == ["/exports/e1?verbose=true"] * 3


def test_a_call_is_waited_for(server: Server, run: Run, jobs: Any) -> None:
    from jobs import calls

    server.respond_with(export("RUNNING"), export("SUCCEEDED"))
    done = run(server.url, lambda client: client.wait(calls.exports.query("e1")))
    assert done.status == "SUCCEEDED"


def test_states_are_compared_with_their_types(server: Server, run: Run) -> None:
    """1 is not true, and 0 is not false; a response without a body is not final."""
    bodies = [{"job": {"done": 1}}, {"job": {"done": False}}, {"job": {"done": True}}]
    server.respond_with(*(http_response(200, json.dumps(each)) for each in bodies))
    run(server.url, lambda client: client.imports.wait_status())
    assert len(server.received) == 3
    server.respond_with(http_response(202), http_response(200, '{"code": 0}'))
    done = run(server.url, lambda client: client.imports.wait_check(number=1, deadline=9))
    assert done.code == 0


def test_pauses_get_longer(server: Server, run: Run) -> None:
    times: list[float] = []

    def note(status: str) -> Callable[[Any], bytes]:
        def respond(_: Any) -> bytes:
            times.append(time.monotonic())
            return export(status)

        return respond

    server.respond_with(*(note("RUNNING") for _ in range(6)), note("SUCCEEDED"))
    run(server.url, lambda client: client.exports.wait_query("e1"))
    pauses = [after - before for before, after in pairwise(times)]
    assert all(pause >= 0.01 * 1.5**number for number, pause in enumerate(pauses))


def test_the_server_may_ask_for_a_longer_pause(server: Server, run: Run) -> None:
    server.respond_with(export("RUNNING", ("Retry-After", "1")), export("SUCCEEDED"))
    start = time.monotonic()
    run(server.url, lambda client: client.exports.wait_query("e1"))
    assert time.monotonic() - start >= 1


def test_the_timeout_has_the_last_state(server: Server, run: Run, jobs: Any) -> None:
    server.respond_with(export("QUEUED"), export("RUNNING"))
    with pytest.raises(jobs.errors.DeadlineExceeded) as caught:
        run(server.url, lambda client: client.exports.wait_query("e1", deadline=0.2))
    error = caught.value
    assert (error.detail, error.status, error.endpoint) == ("RUNNING", 200, "exports.query")
    assert json.loads(error.content)["status"] == "RUNNING"
    assert "`status` is still 'RUNNING' after 0.2 s" in str(error)
    assert len(server.received) > 2


def test_a_silent_server_does_not_extend_the_deadline(server: Server, run: Run, jobs: Any) -> None:
    server.respond_with(export("RUNNING"), [Wait(30)])
    start = time.monotonic()
    with pytest.raises(jobs.errors.DeadlineExceeded) as caught:
        run(server.url, lambda client: client.exports.wait_query("e1", deadline=0.5))
    assert time.monotonic() - start < 5
    assert caught.value.detail == "RUNNING"


def test_a_request_has_its_own_deadline_and_retries(server: Server, run: Run, jobs: Any) -> None:
    server.respond_with([Reset], export("RUNNING"), [Reset], export("SUCCEEDED"))
    assert run(server.url, lambda client: client.exports.wait_query("e1")).status == "SUCCEEDED"
    server.respond_with([Wait(30)])
    with pytest.raises(jobs.errors.DeadlineExceeded, match="before the deadline"):
        run(
            server.url,
            lambda client: client.exports.wait_query("e1"),
            deadline=0.2,
            max_attempts=1,
        )


def test_an_error_ends_the_wait(server: Server, run: Run, jobs: Any) -> None:
    server.respond_with(export("RUNNING"), http_response(404, "{}"))
    with pytest.raises(jobs.errors.ApiError) as caught:
        run(server.url, lambda client: client.exports.wait_query("e1"))
    assert caught.value.status == 404


def test_a_cancelled_wait_sends_nothing_more(server: Server, jobs: Any) -> None:
    server.respond_with(export("RUNNING", ("Retry-After", "60")))

    async def main() -> None:
        async with jobs.AsyncJobs(hosts=[server.url]) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.exports.wait_query("e1"), 0.3)
            server.respond_with(export("SUCCEEDED"))
            assert (await client.exports.query("e1")).status == "SUCCEEDED"

    asyncio.run(main())
    assert len(server.received) == 2
    assert server.connections == 1


@pytest.mark.parametrize("deadline", [0, -1, float("nan"), float("inf"), True, "1"])
def test_an_invalid_deadline_is_refused(jobs: Any, deadline: Any) -> None:
    with jobs.Jobs() as client, pytest.raises(jobs.errors.ConfigError, match="deadline"):
        client.exports.wait_query("e1", deadline=deadline)


def test_a_call_without_a_state_is_refused(jobs: Any) -> None:
    from jobs import calls

    with jobs.Jobs() as client, pytest.raises(jobs.errors.ConfigError, match="tells no state"):
        client.wait(calls.exports.list())


# --- the mock -----------------------------------------------------------------------------


@pytest.mark.parametrize("pending", [0, 1, 3])
def test_the_mock_finishes_jobs(jobs: Any, pending: int) -> None:
    mock = jobs.testing.JobsMock()
    mock.pending_queries = pending
    with mock.client(strict=True) as client:
        assert client.exports.wait_query("e1").status == "FAILED"  # the documented example
        assert len(mock.calls) == pending + 1
        assert client.imports.wait_status().job.done is True
        states = [client.exports.query("e2").status for _ in range(pending + 1)]
    assert states == ["RUNNING"] * pending + ["FAILED"]


def test_a_test_sets_the_final_state(jobs: Any) -> None:
    mock = jobs.testing.JobsMock()
    mock.final_states["exports.query"] = "SUCCEEDED"

    async def main() -> Any:
        return await mock.async_client().exports.wait_query("e1")

    assert asyncio.run(main()).status == "SUCCEEDED"


# --- types --------------------------------------------------------------------------------

PROGRAM = '''
"""Uses of waits."""

from typing import assert_type

from jobs import AsyncJobs, Jobs, calls, models


def use(client: Jobs) -> None:
    assert_type(client.exports.wait_query("e1", deadline=60), models.Export)
    assert_type(client.wait(calls.exports.query("e1"), deadline=60), models.Export)
    for export in client.exports.iter_list():
        assert_type(export, models.Export)


async def use_async(client: AsyncJobs) -> None:
    assert_type(await client.exports.wait_query("e1"), models.Export)
    assert_type(await client.wait(calls.exports.query("e1")), models.Export)
'''
REFUSED = """
from jobs import Jobs, calls


def use(client: Jobs) -> None:
    client.wait(calls.exports.list())
"""


def test_polling_another_endpoint_is_refused_by_type_checkers(
    project: Path, mypy: Mypy, tmp_path: Path
) -> None:
    (tmp_path / "refused.py").write_text(REFUSED, "utf-8")
    assert "PolledCall" in mypy("refused.py", cwd=tmp_path, path=[project]).stdout
