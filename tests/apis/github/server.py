"""GitHub as its documentation describes it: a user agent is required, pages are links, ETags, absent and null differ."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.servers import ReceivedRequest, http_response

TOKEN = "ghp_CANARY"


@dataclass
class Repository:
    """A repository with issues, which has another id in the links of its pages."""

    data: dict[str, Any] = field(default_factory=lambda: {"id": 7, "full_name": "octo/tea", "private": False, "description": "Tea", "archived": False, "owner": {"login": "octo", "id": 1, "type": "Organization"}})  # fmt: skip
    issues: list[dict[str, Any]] = field(default_factory=list)
    requests: list[ReceivedRequest] = field(default_factory=list)

    def __call__(self, request: ReceivedRequest) -> bytes:
        self.requests.append(request)
        if not request.headers("user-agent"):
            return respond(403, {"message": "Request forbidden by administrative rules."})
        if request.headers("authorization") != [f"Bearer {TOKEN}"]:
            return respond(401, {"message": "Bad credentials"})
        if request.headers("x-github-api-version") != ["2022-11-28"]:
            return respond(400, {"message": "Unsupported version"})
        if request.header("accept") not in (
            "application/vnd.github+json",
            "application/vnd.github.raw+json",
        ):
            return respond(415, {"message": "Unsupported 'Accept' header"})
        path, query = urlsplit(request.target)[2:4]
        for prefix in ("/repos/octo/tea", "/repositories/7"):
            if path == prefix or path.startswith(prefix + "/"):
                return self._serve(request, path.removeprefix(prefix), dict(parse_qsl(query)))
        return respond(404, {"message": "Not Found", "status": "404"})

    def _serve(self, request: ReceivedRequest, path: str, query: dict[str, str]) -> bytes:
        match request.method, path.split("/")[1:]:
            case "GET", []:
                tag = f'W/"{hashlib.sha256(json.dumps(self.data).encode()).hexdigest()}"'
                if tag in request.headers("if-none-match"):
                    return http_response(304, b"", ("ETag", tag))
                return respond(200, self.data, ("ETag", tag))
            case "PATCH", []:
                self.data.update(read_json(request))
                return respond(200, self.data)
            case "GET", ["contents", *names]:
                name = unquote("/".join(names))
                return respond(
                    200,
                    {
                        "type": "file",
                        "path": name,
                        "sha": "a1",
                        "size": 3,
                        "encoding": "base64",
                        "content": "dGVh\n",
                    },
                )
            case "GET", ["issues"]:
                return self._page(request, query)
            case "POST", ["issues"]:
                body = read_json(request)
                if "nobody" in body.get("assignees", []):
                    return respond(
                        422,
                        {
                            "message": "Validation Failed",
                            "errors": [
                                {
                                    "resource": "Issue",
                                    "field": "assignees",
                                    "code": "invalid",
                                    "value": "nobody",
                                }
                            ],
                        },
                    )
                number = len(self.issues) + 1
                issue = {
                    "id": 1000 + number,
                    "number": number,
                    "state": "open",
                    "body": None,
                    "user": None,
                    **body,
                }
                issue["labels"] = [
                    {"id": 1, "name": one, "color": "ff0000"} for one in body.get("labels", [])
                ]
                self.issues.insert(0, issue)
                return respond(
                    201,
                    issue,
                    ("Location", f"https://api.github.com/repos/octo/tea/issues/{number}"),
                )
            case "PATCH", ["issues", number]:
                (issue,) = [one for one in self.issues if one["number"] == int(number)]
                issue.update(read_json(request))
                return respond(200, issue)
            case "PUT", ["issues", _, "lock"]:
                return http_response(204)
        return respond(404, {"message": "Not Found"})

    def _page(self, request: ReceivedRequest, query: dict[str, str]) -> bytes:
        labels = set(filter(None, query.get("labels", "").split(",")))
        state = query.get("state", "open")
        found = [
            one
            for one in self.issues
            if state in ("all", one["state"])
            and labels <= {label["name"] for label in one["labels"]}
        ]
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        start, last = (page - 1) * size, -(-len(found) // size)
        links = []
        for relation, number in (
            ("prev", page - 1),
            ("next", page + 1),
            ("last", last),
            ("first", 1),
        ):
            if 1 <= number <= last:
                url = f"http://{request.header('host')}/repositories/7/issues?{urlencode({**query, 'page': number})}"
                links.append(f'<{url}>; rel="{relation}"')
        return respond(200, found[start : start + size], ("Link", ", ".join(links)))


def read_json(request: ReceivedRequest) -> dict[str, Any]:
    assert request.header("content-type").startswith("application/json")
    body = json.loads(request.body)
    assert isinstance(body, dict)
    return body


def respond(status: int, body: Any, *headers: tuple[str, str]) -> bytes:
    return http_response(
        status, json.dumps(body), ("Content-Type", "application/json; charset=utf-8"), *headers
    )
