"""Feishu's open platform as its documentation describes it: tokens of a tenant, errors with status 200, page tokens, messages sent once for each uuid."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers import Part, ReceivedRequest, Reset, http_response

APP_ID = "cli_tea"
APP_SECRET = "CANARY-secret"
CHAT = "oc_orders"
ROOT = "/open-apis"


class Refusal(Exception):
    """An error of Feishu: its code, its message and the status."""

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        self.code = code
        self.message = message
        self.status = status


@dataclass
class Tenant:
    """A tenant whose bot is in one chat."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    """Number of tokens that were issued; only the last one is valid."""
    lost: int = 0
    """Number of the next sent messages whose responses are lost."""
    busy: int = 0
    """Number of the next requests that exceed the limit on calls."""
    pages: list[dict[str, str]] = field(default_factory=list)
    """Query of each request for a page of departments."""

    def revoke(self) -> None:
        self.tokens += 1

    def __call__(self, request: ReceivedRequest) -> bytes | Iterable[Part]:
        url = urlsplit(request.target)
        query = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=bool(url.query)).items()}  # fmt: skip
        try:
            path = url.path.removeprefix(ROOT)
            assert path != url.path
            if path == "/auth/v3/tenant_access_token/internal":
                return self._token(request)
            self._authenticate(request)
            if self.busy:
                self.busy -= 1
                raise Refusal(99991400, "request trigger frequency limit", 429)
            match request.method, path.split("/")[1:]:
                case "POST", ["im", "v1", "messages"]:
                    return self._send(query, read_json(request))
                case "GET", ["im", "v1", "messages"]:
                    if query["container_id"] != CHAT:
                        raise Refusal(230002, "Bot/User can NOT be out of the chat.")
                    return success(page(self.messages, query))
                case "DELETE", ["im", "v1", "messages", id]:
                    return self._recall(id)
                case "GET", ["contact", "v3", "departments", "0", "children"]:
                    self.pages.append(query)
                    departments = [department(number) for number in range(1, 8)]
                    return success(page(departments, query))
            raise Refusal(99991404, f"no such endpoint: {request.line}", 404)
        except Refusal as refusal:
            return respond({"code": refusal.code, "msg": refusal.message}, refusal.status)

    def _token(self, request: ReceivedRequest) -> bytes:
        assert not request.headers("authorization")
        body = read_json(request)
        if body.get("app_id") != APP_ID or body.get("app_secret") != APP_SECRET:
            raise Refusal(10014, f"app secret invalid: {body}")
        self.tokens += 1
        token = {"tenant_access_token": f"t-CANARY-{self.tokens}", "expire": 7200}
        return respond({"code": 0, "msg": "ok", **token})

    def _authenticate(self, request: ReceivedRequest) -> None:
        received = request.headers("authorization")
        if not received:
            raise Refusal(99991661, "Missing access token for authorization.", 400)
        if received != [f"Bearer t-CANARY-{self.tokens}"]:
            raise Refusal(99991663, "Invalid access token for authorization.", 400)

    def _send(self, query: dict[str, str], body: dict[str, Any]) -> bytes | Iterable[Part]:
        if query.get("receive_id_type") not in {"open_id", "chat_id", "email"}:
            raise Refusal(99992402, "field validation failed", 400)
        if body["receive_id"] != CHAT:
            raise Refusal(230002, "Bot/User can NOT be out of the chat.")
        content = body["content"]
        if not isinstance(content, str) or not json.loads(content).get("text"):
            raise Refusal(230001, "Your request contains an invalid request parameter.")
        assert set(body) == {"receive_id", "msg_type", "content", "uuid"}
        assert 0 < len(body["uuid"]) <= 50
        for sent in self.messages:
            if sent["uuid"] == body["uuid"]:
                return success(without_uuid(sent))
        sent = {
            "message_id": f"om_{len(self.messages) + 1}",
            "msg_type": body["msg_type"],
            "create_time": "1615380573411",
            "deleted": False,
            "chat_id": CHAT,
            "sender": {"id": APP_ID, "id_type": "app_id", "sender_type": "app"},
            "body": {"content": content},
            "uuid": body["uuid"],
        }
        self.messages.append(sent)
        if self.lost:
            self.lost -= 1
            return [Reset]
        return success(without_uuid(sent))

    def _recall(self, id: str) -> bytes:
        for sent in self.messages:
            if sent["message_id"] == id:
                if sent["deleted"]:
                    raise Refusal(230011, "The message was recalled.", 400)
                sent["deleted"] = True
                return success({})
        raise Refusal(230001, "invalid message_id", 400)


def without_uuid(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "uuid"}


def department(number: int) -> dict[str, Any]:
    return {"name": f"门店 {number}", "open_department_id": f"od-{number}", "parent_department_id": "0", "member_count": number, "i18n_name": {"en_us": f"Shop {number}"}}  # fmt: skip


def page(items: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    """Return a page. The last one has an empty page token, which must not be followed."""
    token = query.get("page_token", "at=0&+")
    if not (token.startswith("at=") and token.endswith("&+")):
        raise Refusal(99992402, "page_token is invalid", 400)
    start = int(token[3:-2])
    end = start + int(query.get("page_size", "10"))
    more = end < len(items)
    found = [without_uuid(each) for each in items[start:end]]
    return {"has_more": more, "page_token": f"at={end}&+" if more else "", "items": found}


def read_json(request: ReceivedRequest) -> dict[str, Any]:
    media = request.header("content-type").split(";")[0]
    assert media == "application/json"
    body = json.loads(request.body.decode("utf-8"))
    assert isinstance(body, dict)
    return body


def success(data: dict[str, Any]) -> bytes:
    return respond({"code": 0, "msg": "success", "data": data})


def respond(body: dict[str, Any], status: int = 200) -> bytes:
    headers = [("Content-Type", "application/json; charset=utf-8"), ("X-Tt-Logid", "20240101")]
    if status == 429:
        headers.append(("x-ogw-ratelimit-reset", "1"))
    return http_response(status, json.dumps(body, ensure_ascii=False), *headers)
