"""Replicate: jobs that are waited for, canceled and listed, and their outputs on another host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.apis.conftest import Tell
from tests.apis.replicate.server import FILE, TOKEN, VERSION, Account
from tests.servers import Server, serving

PROMPT = {"prompt": "一杯茶"}


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serving(account) as running:
        account.url = running.url
        yield running


@pytest.fixture
def options(server: Server) -> dict[str, Any]:
    return {"token": TOKEN, "hosts": [server.url]}


def test_a_job_is_started_and_waited_for(
    tell: Tell, options: dict[str, Any], account: Account, package: Any
) -> None:
    async def story(replicate: Any) -> None:
        started = await replicate.predictions.create(version=VERSION, input=PROMPT, prefer="wait=1")
        assert (started.status, started.output) == ("starting", None)
        done = await replicate.predictions.wait_get(started.id)
        assert (done.status, done.metrics.predict_time) == ("succeeded", 1.5)
        assert done.input == PROMPT
        assert done.output == [f"{account.url}/pbxt/a%20b/tea.png?sig=x%3D%2Fy"]

    tell(story, **options)
    assert [one.method for one in account.requests] == ["POST", "GET", "GET", "GET"]
    assert account.requests[0].header("prefer") == "wait=1"


def test_a_failed_job_ends_the_wait_and_a_slow_one_its_deadline(
    tell: Tell, options: dict[str, Any], account: Account, package: Any
) -> None:
    errors = package.errors

    async def story(replicate: Any) -> None:
        account.steps = ["processing", "failed"]
        started = await replicate.predictions.create(version=VERSION, input=PROMPT)
        failed = await replicate.predictions.wait_get(started.id)
        assert (failed.status, failed.error) == ("failed", "CUDA out of memory")

        account.steps = []
        started = await replicate.predictions.create(version=VERSION, input=PROMPT)
        with pytest.raises(errors.DeadlineExceeded) as late:
            await replicate.predictions.wait_get(started.id, deadline=0.7)
        assert late.value.detail == "starting"
        canceled = await replicate.predictions.cancel(started.id)
        assert canceled.status == "canceled"
        assert (await replicate.predictions.wait_get(started.id)).status == "canceled"

    tell(story, **options)


def test_the_output_is_downloaded_from_the_listed_host_only(
    tell: Tell, options: dict[str, Any], account: Account, package: Any, tmp_path: Path
) -> None:
    errors = package.errors

    async def story(replicate: Any) -> None:
        account.steps = ["succeeded"]
        started = await replicate.predictions.create(version=VERSION, input=PROMPT)
        done = await replicate.predictions.wait_get(started.id)
        path = tmp_path / "tea.png"
        await replicate.files.download(output_url=done.output[0]).save(path)
        assert path.read_bytes() == FILE
        before = len(account.requests)
        for url in ("https://replicate.delivery.example/pbxt/x", f"{account.url}/v1/predictions"):
            with pytest.raises(errors.InvalidRequest):
                await replicate.files.download(output_url=url).read()
        assert len(account.requests) == before

    tell(story, **options)
    assert account.requests[-1].target == "/pbxt/a%20b/tea.png?sig=x%3D%2Fy"
    assert account.requests[-1].headers("authorization") == []


def test_a_lost_response_starts_no_second_job(
    tell: Tell, options: dict[str, Any], account: Account, package: Any
) -> None:
    errors = package.errors

    async def story(replicate: Any) -> None:
        account.lose_responses = 1
        with pytest.raises(errors.ConnectionFailed) as lost:
            await replicate.predictions.create(version=VERSION, input=PROMPT)
        assert (lost.value.outcome, lost.value.inquiry) == ("unknown", "predictions.list")
        (found,) = [one async for one in replicate.predictions.iter_list()]
        assert found.input == PROMPT
        with pytest.raises(errors.InvalidInput, match="prompt is required") as refused:
            await replicate.predictions.create(version=VERSION, input={})
        assert refused.value.outcome == "rejected"

    tell(story, **options)
    assert len(account.predictions) == 1


def test_all_pages_are_listed(
    tell: Tell, options: dict[str, Any], account: Account, package: Any
) -> None:
    async def story(replicate: Any) -> None:
        for number in range(5):
            await replicate.predictions.create(
                version=VERSION, input={"prompt": str(number), "seed": number}
            )
        found = [one.input["seed"] async for one in replicate.predictions.iter_list()]
        assert found == [4, 3, 2, 1, 0]

    tell(story, **options)
