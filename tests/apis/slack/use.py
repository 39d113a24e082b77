"""Programs of a user of Slack: report on an order, and follow a channel."""

from __future__ import annotations

from collections.abc import Sequence

from slack import AsyncSlack, Slack, errors, models


def blocks(order: str, state: str) -> Sequence[models.Block]:
    """Return a message about an order."""
    return [
        models.Header(text=models.PlainText(text=f"Order {order}")),
        models.Divider(),
        models.Section(text=models.Mrkdwn(text=f"*State*: {state}"), block_id="state"),
    ]


def describe(block: models.Block) -> str:
    """Return the text of a block."""
    match block:
        case models.Header(text=text):
            return text.text
        case models.Section(text=models.Mrkdwn(text=text) | models.PlainText(text=text)):
            return text
        case _:
            return ""


def use(client: Slack) -> None:
    """Post a message into a channel of the bot, and read the channel."""
    names = [
        channel.name or channel.id
        for channel in client.conversations.iter_list(
            limit=200, types=["public_channel", "private_channel"]
        )
    ]
    assert names
    posted = client.chat.post_message(
        channel="C012AB3CD", text="Order 000123", blocks=blocks("000123", "paid")
    )
    ts: str = posted.ts
    assert posted.message.ts == ts
    try:
        client.reactions.add(channel=posted.channel, timestamp=ts, name="thumbsup")
    except errors.AlreadyReacted:
        pass
    except errors.MissingScope as error:
        needed: str | None = error.body.needed if error.body else None
        print(needed, error.remedies)
    for page in client.conversations.iter_history(channel="C012AB3CD", limit=15).pages():
        more: bool = page.has_more
        print(
            more, [describe(block) for message in page.messages for block in message.blocks or ()]
        )
    user = client.users.lookup_by_email(email="ada@tea.example").user
    print(user.name, user.tz_offset, user.profile.email)


async def use_async(client: AsyncSlack) -> None:
    """Do the same without blocking."""
    async for channel in client.conversations.iter_list(exclude_archived=True):
        print(channel.id, channel.created.year, channel.num_members)
    try:
        posted = await client.chat.post_message(
            channel="C012AB3CD", blocks=blocks("000123", "sent")
        )
    except errors.RateLimited as error:
        print(error.remedies)
    else:
        print(posted.ts)
