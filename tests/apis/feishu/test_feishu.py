"""Feishu: a token endpoint, errors with status 200, page tokens, and messages that are sent once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.apis.conftest import Tell
from tests.apis.feishu.server import APP_ID, APP_SECRET, CHAT, Tenant
from tests.servers import serving


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def options(tenant: Tenant, package: Any) -> Iterator[dict[str, Any]]:
    call = package.calls.auth.tenant_access_token(app_id=APP_ID, app_secret=APP_SECRET)
    with serving(tenant) as server:
        yield {"token_call": call, "hosts": [f"{server.url}/open-apis"]}


def text(content: str, to: str = CHAT) -> dict[str, Any]:
    """Return the arguments of a message."""
    message = {"msg_type": "text", "content": {"text": content}}
    return {"receive_id_type": "chat_id", "receive_id": to, **message}


def test_a_message_is_sent_once_although_responses_are_lost(
    tell: Tell, tenant: Tenant, options: dict[str, Any]
) -> None:
    async def story(client: Any) -> None:
        tenant.lost = 2
        sent = await client.messages.create(**text("订单已支付"))
        assert sent.data.message_id == "om_1"
        assert sent.data.body.content == {"text": "订单已支付"}
        await client.messages.delete("om_1")
        assert tenant.messages[0]["deleted"]

    tell(story, **options)
    assert len(tenant.messages) == 1
    assert tenant.tokens == 1


def test_a_revoked_token_is_replaced(
    tell: Tell, tenant: Tenant, options: dict[str, Any], package: Any
) -> None:
    async def story(client: Any) -> None:
        await client.messages.create(**text("1"))
        tenant.revoke()
        await client.messages.create(**text("2"))
        assert (tenant.tokens, len(tenant.messages)) == (3, 2)
        tenant.busy = 1
        await client.messages.create(**text("3"))

    tell(story, **options)
    assert len(tenant.messages) == 3

    async def intruder(client: Any) -> None:
        with pytest.raises(package.errors.AppSecretInvalid) as caught:
            await client.messages.create(**text("4"))
        assert caught.value.outcome == "not_sent"
        assert "CANARY" not in str(caught.value)

    call = package.calls.auth.tenant_access_token(app_id=APP_ID, app_secret="CANARY-wrong")
    tell(intruder, **{**options, "token_call": call})
    assert len(tenant.messages) == 3


def test_errors_with_status_200(tell: Tell, options: dict[str, Any], package: Any) -> None:
    async def story(client: Any) -> None:
        with pytest.raises(package.errors.BotNotInChat) as caught:
            await client.messages.create(**text("1", to="oc_other"))
        assert (caught.value.status, caught.value.code) == (200, "230002")
        assert caught.value.outcome == "rejected"
        with pytest.raises(package.errors.InvalidParameter):
            await client.messages.create(**text(""))

    tell(story, **options)


def test_pages(tell: Tell, tenant: Tenant, options: dict[str, Any]) -> None:
    async def story(client: Any) -> None:
        found = [each async for each in client.departments.iter_children("0", page_size=3)]
        assert [each.open_department_id for each in found] == [f"od-{n}" for n in range(1, 8)]
        assert found[0].extra == {"i18n_name": {"en_us": "Shop 1"}}
        assert [each.get("page_token") for each in tenant.pages] == [None, "at=3&+", "at=6&+"]
        for number in range(4):
            await client.messages.create(**text(str(number)))
        arguments = {"container_id_type": "chat", "container_id": CHAT, "page_size": 2}
        history = [each async for each in client.messages.iter_list(**arguments)]
        assert [each.body.content["text"] for each in history] == ["0", "1", "2", "3"]

    tell(story, **options)
