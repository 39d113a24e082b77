"""GitHub: links to pages, headers of the client and of a call, unchanged repositories, absent and null."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.apis.conftest import Tell
from tests.apis.github.server import TOKEN, Repository
from tests.servers import Server, serving


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def server(repository: Repository) -> Iterator[Server]:
    with serving(repository) as running:
        yield running


@pytest.fixture
def options(server: Server) -> dict[str, Any]:
    return {"token": TOKEN, "hosts": [server.url]}


def test_issues_are_reported_listed_and_closed(
    tell: Tell, options: dict[str, Any], repository: Repository, package: Any
) -> None:
    async def story(github: Any) -> None:
        for number in range(1, 6):
            issue = await github.issues.create(
                "octo", "tea", title=f"Issue {number}", labels=["bug", "a&b"]
            )
            assert (issue.number, issue.labels[1].name) == (number, "a&b")
        found = [
            one.number
            async for one in github.issues.iter_list(
                "octo", "tea", labels=["bug", "a&b"], per_page=2
            )
        ]
        assert found == [5, 4, 3, 2, 1]
        await github.issues.update("octo", "tea", 3, state="closed", body=None)
        await github.issues.lock("octo", "tea", 3, lock_reason="too heated")
        assert [one.number async for one in github.issues.iter_list("octo", "tea")] == [5, 4, 2, 1]
        with pytest.raises(
            package.errors.UnprocessableContent, match="Validation Failed"
        ) as invalid:
            await github.issues.create("octo", "tea", title="Who?", assignees=["nobody"])
        assert [one.field for one in invalid.value.body.errors] == ["assignees"]
        with pytest.raises(package.errors.NotFound, match="Not Found"):
            await github.repositories.get("octo", "coffee")

    tell(story, **options)
    sent = [json.loads(one.body) for one in repository.requests if one.method == "PATCH"]
    assert sent == [{"state": "closed", "body": None}]


def test_an_unchanged_repository_is_none(
    tell: Tell, options: dict[str, Any], repository: Repository, package: Any
) -> None:
    get = package.calls.repositories.get

    async def story(github: Any) -> None:
        first = await github.send(get("octo", "tea"))
        tag = first.headers["etag"]
        second = await github.send(get("octo", "tea", if_none_match=tag))
        assert (second.status, second.value) == (304, None)
        assert (
            await github.repositories.update("octo", "tea", description=None)
        ).description is None
        changed = await github.repositories.get("octo", "tea", if_none_match=tag)
        assert (changed.full_name, changed.archived) == ("octo/tea", False)
        content = await github.repositories.get_content("octo", "tea", "docs/read me#1.md")
        assert content.path == "docs/read me#1.md"

    tell(story, **options)
    assert [json.loads(one.body) for one in repository.requests if one.method == "PATCH"] == [
        {"description": None}
    ]


def test_headers_of_a_call_replace_those_of_the_client(
    tell: Tell, options: dict[str, Any], repository: Repository
) -> None:
    async def story(github: Any) -> None:
        await github.repositories.get("octo", "tea")
        await github.with_options(headers={"X-Trace": "call"}).repositories.get("octo", "tea")

    tell(story, **options, headers={"x-trace": "client", "X-App": "tea"})
    assert [(one.headers("x-trace"), one.headers("x-app")) for one in repository.requests] == [
        (["client"], ["tea"]),
        (["call"], ["tea"]),
    ]
