"""Replicate as its documentation describes it: predictions that go on after the response, pages by URL, files on another host."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers import Close, Part, ReceivedRequest, http_response

TOKEN = "r8_CANARY"
VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
FINAL = ("succeeded", "failed", "canceled")
FILE = b"\x89PNG" + bytes(range(256)) * 4096


@dataclass
class Account:
    """An account and its predictions, the latest first."""

    url: str = ""
    predictions: list[dict[str, Any]] = field(default_factory=list[Any])
    steps: list[str] = field(default_factory=lambda: ["processing", "processing", "succeeded"])
    """States that a query finds one after the other."""
    lose_responses: int = 0
    """Number of responses to creations that get lost."""
    requests: list[ReceivedRequest] = field(default_factory=list[ReceivedRequest])

    def __call__(self, request: ReceivedRequest) -> bytes | list[Part]:
        self.requests.append(request)
        path, query = urlsplit(request.target)[2:4]
        if path.startswith("/pbxt/"):
            if request.headers("authorization"):
                return problem(400, "A token was sent to the host of the files")
            if unquote(path) != "/pbxt/a b/tea.png" or dict(parse_qsl(query)) != {"sig": "x=/y"}:
                return problem(404, "No such file")
            return http_response(200, FILE, ("Content-Type", "image/png"))
        if request.headers("authorization") != [f"Bearer {TOKEN}"]:
            return problem(401, "You did not pass a valid authentication token")
        match request.method, path.split("/")[1:]:
            case "POST", ["v1", "predictions"]:
                return self._create(request)
            case "GET", ["v1", "predictions"]:
                return self._list(dict(parse_qsl(query)))
            case method, ["v1", "predictions", name, *rest]:
                (found,) = [one for one in self.predictions if one["id"] == name] or [None]
                if found is None:
                    return problem(404, "No such prediction")
                if method == "GET" and not rest:
                    self._advance(found)
                elif (method, rest) == ("POST", ["cancel"]) and found["status"] not in FINAL:
                    found["status"] = "canceled"
                return respond(200, found)
        return problem(404, "No such route")

    def _create(self, request: ReceivedRequest) -> bytes | list[Part]:
        if request.header("content-type") != "application/json":
            return problem(415, "Send JSON")
        body = json.loads(request.body)
        if body.get("version") != VERSION:
            return problem(422, "The version does not exist")
        if not isinstance(body["input"].get("prompt"), str):
            return problem(422, "- input: prompt is required")
        prediction = {
            "id": f"gm3qorzdhgbfurvjtvhg6dck{len(self.predictions):02}",
            "status": "starting",
            "logs": "",
            "error": None,
            "created_at": "2026-11-01T09:30:00.123456Z",
            "urls": {},
            **body,
        }
        self.predictions.insert(0, prediction)
        if self.lose_responses:
            self.lose_responses -= 1
            return [Close]
        return respond(202 if request.headers("prefer") else 201, prediction)

    def _advance(self, found: dict[str, Any]) -> None:
        if found["status"] in FINAL or not self.steps:
            return
        found["status"] = self.steps.pop(0)
        if found["status"] == "succeeded":
            found["output"] = [f"{self.url}/pbxt/a%20b/tea.png?sig=x%3D%2Fy"]
            found["metrics"] = {"predict_time": 1.5}
        elif found["status"] == "failed":
            found["error"] = "CUDA out of memory"

    def _list(self, query: dict[str, str]) -> bytes:
        start = int(query.get("cursor", "0"))
        following = f"{self.url}/v1/predictions?cursor={start + 2}"
        more = start + 2 < len(self.predictions)
        results = self.predictions[start : start + 2]
        return respond(200, {"results": results, "next": following if more else None})


def respond(status: int, body: Any) -> bytes:
    return http_response(status, json.dumps(body), ("Content-Type", "application/json"))


def problem(status: int, detail: str) -> bytes:
    body = json.dumps({"title": "Error", "detail": detail, "status": status})
    return http_response(status, body, ("Content-Type", "application/problem+json"))
