"""What OpenAI expects and does: checks requests against the rules of its reference, and writes server-sent events byte by byte."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers import Close, Part, ReceivedRequest, http_response

KEY = "CANARY-openai-key"
MODELS = {"gpt-4o-mini": "system", "whisper-1": "openai-internal", "ft:gpt-4o-mini:tea": "user-1"}
_PART_FIELDS = {"text": "text", "image_url": "image_url", "input_audio": "input_audio"}
_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"


class Refused(Exception):
    """An error response of the service."""

    def __init__(self, status: int, code: str | None, message: str, param: str | None = None):
        super().__init__(message)
        kind = "invalid_request_error"
        self.content = error(message, kind, code, param)
        self.status = status


def error(message: str, kind: str, code: str | None, param: str | None = None) -> dict[str, Any]:
    """Return the body of an error; it always has all four fields."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


class OpenAIService:
    """The service: models, completions, transcriptions, and files in memory."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.messages: list[Any] = []
        self.break_after: int | None = None
        """Number of events after which a stream breaks."""
        self.error_after: int | None = None
        """Number of events after which a stream has an error in place of an event."""
        self.error_code = "rate_limit_exceeded"
        self._routes: dict[tuple[str, str], Callable[[ReceivedRequest], Any]] = {
            ("POST", "/v1/chat/completions"): self._complete,
            ("POST", "/v1/audio/transcriptions"): self._transcribe,
            ("POST", "/v1/audio/speech"): self._speak,
            ("GET", "/v1/models"): lambda _: _list([_model(name) for name in MODELS]),
            ("POST", "/v1/files"): self._upload,
            ("GET", "/v1/files"): self._files,
        }

    def __call__(self, request: ReceivedRequest) -> Any:
        try:
            if request.header("Authorization") != f"Bearer {KEY}":
                raise Refused(401, "invalid_api_key", "Incorrect API key provided.")
            path = unquote(urlsplit(request.target).path)
            respond = self._routes.get((request.method, path)) or self._one_of(path)
            content = respond(request)
        except Refused as refusal:
            return _json(refusal.content, refusal.status)
        return content if not isinstance(content, dict) else _json(content)

    def _one_of(self, path: str) -> Callable[[ReceivedRequest], Any]:
        name, _, rest = path.removeprefix("/v1/models/").partition("/")
        if path.startswith("/v1/models/"):
            if name not in MODELS or rest:
                raise Refused(404, "model_not_found", f"The model '{name}' does not exist", "model")
            return lambda request: (
                _model(name)
                if request.method == "GET"
                else {"id": name, "object": "model", "deleted": True}
            )
        name = path.removeprefix("/v1/files/").removesuffix("/content")
        if name not in self.contents or not path.endswith("/content"):
            raise Refused(404, None, f"No such File object: {name}", "id")
        content = self.contents[name]
        return lambda _: http_response(200, content, ("Content-Type", "application/octet-stream"))

    def _complete(self, request: ReceivedRequest) -> Any:
        asked = _object(request)
        if asked.get("model") not in MODELS:
            raise Refused(
                404, "model_not_found", f"The model {asked.get('model')!r} does not exist"
            )
        for number, message in enumerate(asked.get("messages") or _missing("messages")):
            _check_message(message, f"messages.[{number}]")
        self.messages = asked["messages"]
        text = f"{len(self.messages)} messages: {_words(self.messages[-1])}"
        head = {"id": "chatcmpl-1", "created": 1750000000, "model": asked["model"]}
        usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5, "details": {}}
        if asked.get("stream"):
            with_usage = asked.get("stream_options", {}).get("include_usage", False)
            return self._stream(head, text, usage if with_usage else None)
        if "stream_options" in asked:
            raise Refused(400, None, "only with stream", "stream_options")
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        reason = "stop"
        if asked.get("tools"):
            function = {"name": asked["tools"][0]["function"]["name"], "arguments": '{"city":"Xi'}
            call = {"id": "call_1", "type": "function", "function": function}
            message |= {"content": None, "tool_calls": [call]}
            reason = "tool_calls"
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
        return {**head, "object": "chat.completion", "choices": [choice], "usage": usage}

    def _stream(self, head: dict[str, Any], text: str, usage: object) -> Iterator[Part]:
        yield _STREAM
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in text.partition(": ") if piece]
        events: list[dict[str, Any]] = [
            {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            for delta in deltas
        ]
        events.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if usage:
            events.append({**head, "choices": [], "usage": usage})
        for number, event in enumerate(events):
            if number == self.break_after:
                yield Close
                return
            if number == self.error_after:
                yield _event(json.dumps(error("Overloaded", "server_error", self.error_code)))
                yield b"0\r\n\r\n"
                return
            yield _event(json.dumps({**event, "object": "chat.completion.chunk"}))
        yield _event("[DONE]")
        yield b"0\r\n\r\n"

    def _transcribe(self, request: ReceivedRequest) -> Any:
        parts = _parts(request)
        kind, name, content = parts.get("file") or _missing("file")
        if name.rpartition(".")[2] not in ("wav", "mp3", "flac", "ogg"):
            raise Refused(400, None, "Unrecognized file format.", "file")
        if parts.get("model", ("", "", b""))[2] != b"whisper-1":
            raise Refused(404, "model_not_found", "no such model", "model")
        language = parts.get("language", ("", "", b"?"))[2].decode()
        return {"text": f"{len(content)} bytes of {kind} in {language}"}

    def _speak(self, request: ReceivedRequest) -> Any:
        asked = _object(request)
        kind = asked.get("response_format", "mp3")
        content = f"{asked['voice']} says {asked['input']}".encode()
        return http_response(200, content, ("Content-Type", f"audio/{kind}"))

    def _upload(self, request: ReceivedRequest) -> Any:
        parts = _parts(request)
        _, name, content = parts.get("file") or _missing("file")
        purpose = (parts.get("purpose") or _missing("purpose"))[2].decode()
        number = f"file-{len(self.files) + 1}"
        self.contents[number] = content
        self.files[number] = {
            "id": number,
            "object": "file",
            "bytes": len(content),
            "created_at": 1750000000,
            "filename": name,
            "purpose": purpose,
        }
        return self.files[number]

    def _files(self, request: ReceivedRequest) -> Any:
        query = parse_qs(urlsplit(request.target).query)
        names = list(self.files)
        first = names.index(query["after"][0]) + 1 if "after" in query else 0
        last = first + int(query.get("limit", ["10000"])[0])
        page = [self.files[name] for name in names[first:last]]
        return {**_list(page), "has_more": last < len(names)}


def _check_message(message: dict[str, Any], place: str) -> None:
    if message.get("role") not in ("system", "user", "assistant", "tool"):
        raise Refused(400, None, "invalid role", f"{place}.role")
    content = message.get("content")
    for part in content if isinstance(content, list) else ():
        name = _PART_FIELDS.get(part.get("type"), "")
        if set(part) != {"type", name}:
            raise Refused(400, None, f"invalid part {sorted(part)}", f"{place}.content")


def _words(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "+".join(part["type"] for part in content)


def _object(request: ReceivedRequest) -> dict[str, Any]:
    if request.header("Content-Type") != "application/json":
        raise Refused(400, None, "expected application/json")
    content: dict[str, Any] = json.loads(request.body)
    return content


def _parts(request: ReceivedRequest) -> dict[str, tuple[str, str, bytes]]:
    """Return media type, file name and content of each part of a multipart form, as Python's parser of e-mails reads it."""
    head = f"Content-Type: {request.header('Content-Type')}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + request.body)
    if form.get_content_type() != "multipart/form-data" or form.defects:
        raise Refused(400, None, f"expected a multipart form: {form.defects}")
    parts: dict[str, tuple[str, str, bytes]] = {}
    for part in form.iter_parts():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        assert isinstance(name, str)
        assert isinstance(content, bytes)
        parts[name] = (part.get_content_type(), part.get_filename() or "", content)
    return parts


def _missing(name: str) -> Any:
    raise Refused(400, None, f"Missing required parameter: '{name}'.", name)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1721172741, "owned_by": MODELS[name]}


def _list(items: list[Any]) -> dict[str, Any]:
    return {"object": "list", "data": items}


def _event(data: str) -> bytes:
    content = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(content), content)


def _json(content: object, status: int = 200) -> bytes:
    kind = ("Content-Type", "application/json")
    return http_response(status, json.dumps(content), kind, ("x-request-id", "req_1"))
