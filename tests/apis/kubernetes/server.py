"""API server of a cluster with config maps, after the Kubernetes documentation. It shares nothing with the client.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

import base64
import json
import queue
import re
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PATH = re.compile(r"/api/v1/namespaces/([^/]+)/configmaps(?:/([^/]+))?")
MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"


class Refused(Exception):
    """A request that gets a `Status` with a failure."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        self.code = code
        self.body = {
            "kind": "Status",
            "apiVersion": "v1",
            "status": "Failure",
            "reason": reason,
            "message": message,
            "code": code,
        }
        super().__init__(message)


@dataclass
class Cluster:
    """State of the server: objects, changes, and what the tests want to know."""

    token: str
    objects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    version: int = 100
    changes: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    watchers: list[queue.Queue[Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    lose_responses: int = 0
    """Number of responses to changes that get lost after the change."""
    compacted: int = 0
    """Resource version up to which changes are forgotten."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def record(self, kind: str, namespace: str, item: dict[str, Any]) -> dict[str, Any]:
        """Give an object its next version, and tell the watchers."""
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        copy = json.loads(json.dumps(item))
        self.changes.append((kind, namespace, copy))
        for watcher in self.watchers:
            watcher.put((kind, namespace, copy))
        return item


def merged(target: Any, patch: Any) -> Any:
    """Return a document after a merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    cluster: Cluster

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        self._respond(self._get)

    def do_POST(self) -> None:
        self._respond(self._create)

    def do_PUT(self) -> None:
        self._respond(self._replace)

    def do_PATCH(self) -> None:
        self._respond(self._patch)

    def do_DELETE(self) -> None:
        self._respond(self._delete)

    def _respond(self, handle: Any) -> None:
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        self.cluster.requests.append((self.command, self.path))
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        try:
            if self.headers.get("Authorization") != f"Bearer {self.cluster.token}":
                raise Refused(401, "Unauthorized", "Unauthorized")
            match = PATH.fullmatch(url.path)
            if match is None:
                raise Refused(404, "NotFound", "the server could not find the requested resource")
            namespace, name = (unquote(part) if part else "" for part in match.groups())
            with self.cluster.lock:
                result = handle(namespace, name, query, content)
            if result is None:
                self._stream(namespace)
                return
            code, body = result
        except Refused as refused:
            code, body = refused.code, refused.body
        if self.command != "GET" and code < 300 and self.cluster.lose_responses:
            self.cluster.lose_responses -= 1
            self.close_connection = True
            return
        self._send(code, body)

    def _send(self, code: int, body: Mapping[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stored(self, namespace: str, name: str) -> dict[str, Any]:
        try:
            return self.cluster.objects[namespace, name]
        except KeyError:
            raise Refused(404, "NotFound", f'configmaps "{name}" not found') from None

    def _checked(self, namespace: str, content: bytes) -> dict[str, Any]:
        if self.headers.get("Content-Type") != "application/json":
            raise Refused(415, "UnsupportedMediaType", "send JSON")
        item: dict[str, Any] = json.loads(content)
        if item.get("kind", "ConfigMap") != "ConfigMap" or item.get("apiVersion", "v1") != "v1":
            raise Refused(400, "BadRequest", "no ConfigMap of v1")
        for key, value in item.get("data", {}).items():
            if not re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", key) or not isinstance(value, str):
                raise Refused(422, "Invalid", f"data[{key}]: invalid key")
        for value in item.get("binaryData", {}).values():
            base64.b64decode(value, validate=True)
        if item["metadata"].setdefault("namespace", namespace) != namespace:
            raise Refused(400, "BadRequest", "the namespace does not match")
        return item

    def _get(self, namespace: str, name: str, query: Mapping[str, str], content: bytes) -> Any:
        assert not content
        if name:
            return 200, self._stored(namespace, name)
        if query.get("watch") == "true":
            return self._watch(namespace, query)
        assert "watch" not in query
        selector = dict(
            part.split("=") for part in query.get("labelSelector", "").split(",") if part
        )
        items = [
            item
            for (space, _), item in sorted(self.cluster.objects.items())
            if space == namespace and selector.items() <= item["metadata"].get("labels", {}).items()
        ]
        start = 0
        if token := query.get("continue"):
            version, position = json.loads(base64.urlsafe_b64decode(token))
            if version <= self.cluster.compacted:
                raise Refused(410, "Expired", "the continue token is too old")
            start = position
        end = start + int(query.get("limit") or len(items) or 1)
        metadata: dict[str, Any] = {"resourceVersion": str(self.cluster.version)}
        if end < len(items):
            token = base64.urlsafe_b64encode(json.dumps([self.cluster.version, end]).encode())
            metadata |= {"continue": token.decode(), "remainingItemCount": len(items) - end}
        return 200, {
            "kind": "ConfigMapList",
            "apiVersion": "v1",
            "metadata": metadata,
            "items": items[start:end],
        }

    def _watch(self, namespace: str, query: Mapping[str, str]) -> None:
        """Subscribe to the changes after a version."""
        after = int(query.get("resourceVersion") or self.cluster.version)
        self.changes = queue.Queue[Any]()
        if after < self.cluster.compacted:
            expired = Refused(410, "Expired", "too old resource version").body
            self.changes.put(("ERROR", namespace, expired))
            self.changes.put(None)
            return
        for change in self.cluster.changes:
            if int(change[2]["metadata"]["resourceVersion"]) > after:
                self.changes.put(change)
        self.cluster.watchers.append(self.changes)

    def _stream(self, namespace: str) -> None:
        """Send the changes as JSON lines until the client leaves."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while change := self.changes.get(timeout=30):
                kind, space, item = change
                if space == namespace:
                    line = json.dumps({"type": kind, "object": item}).encode() + b"\n"
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            self.wfile.write(b"0\r\n\r\n")
        except (ConnectionError, queue.Empty):
            self.close_connection = True

    def _create(self, namespace: str, name: str, query: Mapping[str, str], content: bytes) -> Any:
        item = self._checked(namespace, content)
        metadata = item["metadata"]
        if "name" not in metadata:
            metadata["name"] = f"{metadata['generateName']}{self.cluster.version:05x}"
        if (namespace, metadata["name"]) in self.cluster.objects:
            raise Refused(409, "AlreadyExists", f'configmaps "{metadata["name"]}" already exists')
        metadata |= {
            "uid": f"uid-{self.cluster.version}",
            "creationTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        item |= {"kind": "ConfigMap", "apiVersion": "v1"}
        if query.get("dryRun") != "All":
            self.cluster.objects[namespace, metadata["name"]] = item
            self.cluster.record("ADDED", namespace, item)
        return 201, item

    def _replace(self, namespace: str, name: str, query: Mapping[str, str], content: bytes) -> Any:
        item, stored = self._checked(namespace, content), self._stored(namespace, name)
        return 200, self._store(namespace, name, stored, item)

    def _patch(self, namespace: str, name: str, query: Mapping[str, str], content: bytes) -> Any:
        if self.headers.get("Content-Type") not in (MERGE, STRATEGIC):
            raise Refused(415, "UnsupportedMediaType", "not a patch")
        stored = self._stored(namespace, name)
        return 200, self._store(namespace, name, stored, merged(stored, json.loads(content)))

    def _store(
        self, namespace: str, name: str, stored: dict[str, Any], item: dict[str, Any]
    ) -> dict[str, Any]:
        version = item["metadata"].get("resourceVersion", stored["metadata"]["resourceVersion"])
        if version != stored["metadata"]["resourceVersion"]:
            raise Refused(409, "Conflict", "the object has been modified; read it again")
        if stored.get("immutable") and item.get("data") != stored.get("data"):
            raise Refused(422, "Invalid", "data: field is immutable when `immutable` is set")
        unchanging = ("uid", "creationTimestamp", "name", "namespace")
        item["metadata"] |= {key: stored["metadata"][key] for key in unchanging}
        self.cluster.objects[namespace, name] = item
        return self.cluster.record("MODIFIED", namespace, item)

    def _delete(self, namespace: str, name: str, query: Mapping[str, str], content: bytes) -> Any:
        item = self._stored(namespace, name)
        del self.cluster.objects[namespace, name]
        self.cluster.record("DELETED", namespace, item)
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}


@contextmanager
def serving(cluster: Cluster) -> Generator[str, None, None]:
    """Serve a cluster on the loopback interface, and yield the URL."""
    handler = type("ClusterHandler", (Handler,), {"cluster": cluster})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        for watcher in cluster.watchers:
            watcher.put(None)
        server.shutdown()
