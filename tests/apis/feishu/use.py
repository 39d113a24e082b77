"""Programs of a user of Feishu."""

from __future__ import annotations

from typing import assert_type

from feishu import AsyncFeishu, Feishu, calls, errors, models


def use(client: Feishu) -> None:
    sent = client.messages.create(
        receive_id_type="chat_id",
        receive_id="oc_1",
        msg_type=models.MessageType.TEXT,
        content={"text": "订单 000123 已支付。"},
    )
    assert_type(sent, models.MessageReply)
    assert_type(sent.data.message_id, str)
    names: list[str] = []
    for department in client.departments.iter_children("0", page_size=1):
        assert_type(department, models.Department)
        names.append(department.name)
    assert names == ["茶园", "门店"]
    call = calls.messages.delete(sent.data.message_id)
    try:
        client.send(call)
    except errors.MessageRecalled:
        names.clear()
    assert names


async def use_async(client: AsyncFeishu) -> None:
    sent = await client.messages.reply(
        "om_1", msg_type=models.MessageType.TEXT, content={"text": "谢谢"}, reply_in_thread=True
    )
    assert_type(sent.data.sender, models.Sender)
    async for page in client.departments.iter_children("0").pages():
        assert page.data.items
