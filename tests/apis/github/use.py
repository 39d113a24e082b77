"""Programs of a user of GitHub: report a crash, and follow a repository."""

from __future__ import annotations

from github import AsyncGitHub, GitHub, calls, errors, models


def names(issue: models.Issue) -> list[str]:
    """Return the names of the labels of an issue."""
    return [label if isinstance(label, str) else label.name or "" for label in issue.labels]


def use(client: GitHub) -> None:
    """Look at a repository, and report a crash."""
    response = client.send(calls.repositories.get("octocat", "hello-world"))
    repository: models.Repository | None = response.value
    assert repository is not None
    tag: str | None = response.headers.get("etag")
    unchanged: models.Repository | None = client.repositories.get(
        "octocat", "hello-world", if_none_match=tag
    )
    print(repository.full_name, repository.description, unchanged)
    client.repositories.update("octocat", "hello-world", description=None)
    for issue in client.issues.iter_list("octocat", "hello-world", labels=["bug"], per_page=1):
        print(issue.number, issue.title, names(issue))
    try:
        created = client.issues.create("octocat", "hello-world", title="Crash", labels=["bug"])
        client.issues.update(
            "octocat", "hello-world", created.number, state="closed", state_reason="completed"
        )
        client.issues.lock("octocat", "hello-world", created.number)
    except errors.UnprocessableContent as error:
        print([one.field for one in error.body.errors or ()] if error.body else error.message)


async def use_async(client: AsyncGitHub) -> None:
    """Do the same without blocking."""
    async for page in client.issues.iter_list("octocat", "hello-world").pages():
        print([issue.title for issue in page])
    print((await client.repositories.get_content("octocat", "hello-world", "docs/read me.md")).size)
