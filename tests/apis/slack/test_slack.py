"""Slack: errors with status 200, pages by cursor, tokens, blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.apis.conftest import Tell
from tests.apis.slack.server import TOKEN, Workspace
from tests.servers import Close, ReceivedRequest, Server, serving


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def server(workspace: Workspace) -> Iterator[Server]:
    with serving(workspace) as running:
        yield running


@pytest.fixture
def options(server: Server) -> dict[str, Any]:
    return {"token": TOKEN, "hosts": [f"{server.url}/api"]}


def test_a_bot_reports_and_follows_a_channel(
    tell: Tell, options: dict[str, Any], workspace: Workspace, package: Any
) -> None:
    models, errors = package.models, package.errors

    async def story(slack: Any) -> None:
        response = await slack.send(package.calls.auth.test())
        assert response.value.team == "Tea"
        assert "chat:write" in response.headers["x-oauth-scopes"]

        channels = [
            one
            async for one in slack.conversations.iter_list(limit=3, types=["public_channel", "im"])
        ]
        assert [one.id for one in channels] == [f"C00{number}" for number in range(1, 8)]
        assert channels[0].extra["shared_team_ids"] == ["T1"]
        mine = [one.id for one in channels if one.is_member]

        blocks = [
            models.Header(text=models.PlainText(text="Order 000123")),
            models.Divider(),
            models.Section(
                fields=[models.Mrkdwn(text="*Paid* <at> 25 € & more"), models.PlainText(text="好")]
            ),
        ]
        posted = await slack.chat.post_message(channel=mine[0], text="Order 000123", blocks=blocks)
        assert posted.message.blocks == blocks
        reply = await slack.chat.post_message(channel=mine[0], text="Sent.", thread_ts=posted.ts)
        await slack.reactions.add(channel=mine[0], timestamp=reply.ts, name="tea")
        with pytest.raises(errors.AlreadyReacted):
            await slack.reactions.add(channel=mine[0], timestamp=reply.ts, name="tea")
        await slack.chat.update(channel=mine[0], ts=reply.ts, text="Delivered.")

        history = [one async for one in slack.conversations.iter_history(channel=mine[0], limit=1)]
        assert [one.text for one in history] == ["Delivered.", "Order 000123"]
        assert history[0].thread_ts == history[1].ts
        assert [(one.name, one.count) for one in history[0].reactions] == [("tea", 1)]

    tell(story, **options)
    assert [path for _, path in workspace.seen].count("/api/conversations.list") == 3
    assert [path for _, path in workspace.seen].count("/api/conversations.history") == 2


def test_refusals_have_status_200_and_say_why(
    tell: Tell, options: dict[str, Any], workspace: Workspace, package: Any
) -> None:
    models, errors = package.models, package.errors

    async def story(slack: Any) -> None:
        with pytest.raises(errors.ChannelNotFound) as missing:
            await slack.chat.post_message(channel="C999", text="Hello")
        assert (missing.value.status, missing.value.outcome) == (200, "rejected")
        with pytest.raises(errors.NotInChannel) as outside:
            await slack.chat.post_message(channel="C002", text="Hello")
        assert outside.value.remedies == ("Invite the bot to the channel.",)
        with pytest.raises(errors.InvalidBlocks, match="json-pointer:/blocks/0"):
            await slack.chat.post_message(channel="C001", blocks=[models.Section()])
        with pytest.raises(errors.MissingScope) as scope:
            await slack.users.lookup_by_email(email="ada@tea.example")
        assert scope.value.body.needed == "users:read.email"
        assert "ada@tea" not in str(scope.value)
        with pytest.raises(errors.InvalidCursor):
            async for _ in slack.conversations.iter_list(cursor="other"):
                pass

    tell(story, **options)
    assert not workspace.messages


def test_a_wrong_token(tell: Tell, options: dict[str, Any], package: Any) -> None:
    token = "xoxb-CANARY-other"

    async def story(slack: Any) -> None:
        with pytest.raises(package.errors.InvalidAuth) as refused:
            await slack.auth.test()
        assert token not in str(refused.value)

    tell(story, **{**options, "token": token})


def test_the_limit_on_calls_is_waited_for(
    tell: Tell, options: dict[str, Any], workspace: Workspace
) -> None:
    """A request with status 429 was not executed, so that a message is posted once."""
    workspace.busy = 2

    async def story(slack: Any) -> None:
        await slack.chat.post_message(channel="C001", text="Hello")

    tell(story, **options)
    assert [message["text"] for message in workspace.messages] == ["Hello"]
    assert len(workspace.seen) == 3


def test_a_message_whose_response_is_lost_is_not_posted_again(
    tell: Tell, options: dict[str, Any], server: Server, workspace: Workspace, package: Any
) -> None:
    def lose(request: ReceivedRequest) -> Any:
        workspace(request)
        return [Close]

    server.respond_with(lose)

    async def story(slack: Any) -> None:
        with pytest.raises(package.errors.Error) as lost:
            await slack.chat.post_message(channel="C001", text="Hello")
        assert lost.value.outcome == "unknown"

    tell(story, **options)
    assert len(workspace.messages) == 1
