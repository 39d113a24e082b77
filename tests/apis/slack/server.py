"""Slack's Web API as its documentation describes it: bearer tokens, errors with status 200, cursors, limits on calls."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers import ReceivedRequest, http_response

TOKEN = "xoxb-CANARY-token"
SCOPES = "chat:write,channels:read,channels:history,users:read"
TEXTS = {"plain_text", "mrkdwn"}


class Refusal(Exception):
    """An error code of Slack, with further fields of the response."""

    def __init__(self, code: str, **more: Any) -> None:
        self.body = {"ok": False, "error": code, **more}


@dataclass
class Workspace:
    """A workspace with a bot, which is a member of one channel."""

    channels: list[dict[str, Any]] = field(default_factory=lambda: [
        {"id": f"C{number:03}", "name": f"channel-{number}", "is_channel": True, "created": 1449252889 + number, "is_archived": number == 3, "is_member": number == 1, "shared_team_ids": ["T1"]}
        for number in range(1, 8)
    ])  # fmt: skip
    messages: list[dict[str, Any]] = field(default_factory=list)
    """Messages of channel C001, the oldest first."""
    busy: int = 0
    """Number of the next requests that exceed the limit on calls."""
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each request."""
    _clock: int = 1503435956

    def __call__(self, request: ReceivedRequest) -> bytes:
        path = urlsplit(request.target).path
        self.seen.append((request.method, path))
        if self.busy:
            self.busy -= 1
            return respond({"ok": False, "error": "ratelimited"}, ("Retry-After", "0"), status=429)
        try:
            self._authenticate(request)
            method = path.removeprefix("/api/")
            return respond(
                {"ok": True, **self._method(method, request)}, ("X-OAuth-Scopes", SCOPES)
            )
        except Refusal as refusal:
            return respond(refusal.body)

    def _authenticate(self, request: ReceivedRequest) -> None:
        sent = request.headers("authorization")
        if not sent:
            raise Refusal("not_authed")
        if sent != [f"Bearer {TOKEN}"]:
            raise Refusal("invalid_auth")

    def _method(self, method: str, request: ReceivedRequest) -> dict[str, Any]:
        if method == "auth.test":
            return {"url": "https://tea.slack.com/", "team": "Tea", "user": "bot", "team_id": "T1", "user_id": "U1"}  # fmt: skip
        arguments = read_arguments(request)
        match method:
            case "chat.postMessage":
                return self._post(arguments)
            case "chat.update":
                message = self._message(arguments["channel"], arguments["ts"])
                message["text"] = arguments["text"]
                return {"channel": "C001", "ts": message["ts"], "text": message["text"]}
            case "conversations.list":
                types = arguments.get("types", "public_channel").split(",")
                if set(types) - {"public_channel", "private_channel", "mpim", "im"}:
                    raise Refusal("invalid_types")
                without = arguments.get("exclude_archived", "false") == "true"
                found = [one for one in self.channels if not (without and one["is_archived"])]
                return page("channels", found, arguments)
            case "conversations.history":
                self._channel(arguments["channel"])
                result = page("messages", self.messages[::-1], arguments)
                return {**result, "has_more": bool(result["response_metadata"]["next_cursor"])}
            case "reactions.add":
                message = self._message(arguments["channel"], arguments["timestamp"])
                if any(one["name"] == arguments["name"] for one in message.get("reactions", [])):
                    raise Refusal("already_reacted")
                reaction = {"name": arguments["name"], "count": 1, "users": ["U1"]}
                message.setdefault("reactions", []).append(reaction)
                return {}
            case "users.lookupByEmail":
                raise Refusal("missing_scope", needed="users:read.email", provided=SCOPES)
        raise Refusal("unknown_method")

    def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self._channel(arguments["channel"])
        if not arguments.get("text") and not arguments.get("blocks"):
            raise Refusal("no_text")
        if wrong := [
            one
            for at, block in enumerate(arguments.get("blocks", []))
            for one in wrong_block(at, block)
        ]:
            raise Refusal("invalid_blocks", response_metadata={"messages": wrong})
        self._clock += 1
        message = {
            "type": "message",
            "user": "U1",
            "ts": f"{self._clock}.000200",
            "text": arguments.get("text", ""),
        }
        for name in ("thread_ts", "blocks"):
            if name in arguments:
                message[name] = arguments[name]
        self.messages.append(message)
        return {"channel": "C001", "ts": message["ts"], "message": message}

    def _channel(self, id: str) -> None:
        channel = next((one for one in self.channels if one["id"] == id), None)
        if channel is None:
            raise Refusal("channel_not_found")
        if not channel["is_member"]:
            raise Refusal("not_in_channel")

    def _message(self, channel: str, ts: str) -> dict[str, Any]:
        self._channel(channel)
        for message in self.messages:
            if message["ts"] == ts:
                return message
        raise Refusal("message_not_found")


def respond(body: dict[str, Any], *headers: tuple[str, str], status: int = 200) -> bytes:
    return http_response(status, json.dumps(body), ("Content-Type", "application/json; charset=utf-8"), *headers)  # fmt: skip


def read_arguments(request: ReceivedRequest) -> dict[str, Any]:
    """Read arguments as Slack does: from the query, or from a body of type JSON or form. JSON needs the token in the header."""
    if request.method == "GET":
        return dict(parse_qsl(urlsplit(request.target).query, strict_parsing=True))
    if request.method != "POST":
        raise Refusal("unsupported_method")
    media = request.header("content-type").split(";")[0].strip()
    if media == "application/x-www-form-urlencoded":
        return dict(parse_qsl(request.body.decode("ascii"), strict_parsing=True))
    if media != "application/json":
        raise Refusal("invalid_post_type")
    body = json.loads(request.body.decode("utf-8"))
    if not isinstance(body, dict):
        raise Refusal("json_not_object")
    return body


def page(name: str, items: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a page; a cursor is opaque to clients, and has characters that a query must escape."""
    start = 0
    if cursor := arguments.get("cursor"):
        try:
            start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("from:>?"))
        except ValueError:
            raise Refusal("invalid_cursor") from None
    end = start + int(arguments.get("limit", "100"))
    following = base64.b64encode(f"from:>?{end}".encode()).decode() if end < len(items) else ""
    return {name: items[start:end], "response_metadata": {"next_cursor": following}}


def wrong_block(at: int, block: dict[str, Any]) -> list[str]:
    """Return what is wrong with a block, in the form of Slack's messages."""
    match block.get("type"):
        case "header":
            right = block["text"]["type"] == "plain_text" and len(block["text"]["text"]) <= 150
        case "section":
            texts = [*([block["text"]] if "text" in block else []), *block.get("fields", [])]
            right = bool(texts) and all(text["type"] in TEXTS for text in texts)
        case "divider":
            right = set(block) <= {"type", "block_id"}
        case _:
            return [
                f"[ERROR] unsupported type: {block.get('type')} [json-pointer:/blocks/{at}/type]"
            ]
    return [] if right else [f"[ERROR] invalid block [json-pointer:/blocks/{at}]"]
