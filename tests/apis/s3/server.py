"""What Amazon S3 expects and does: a process of its own, which verifies signatures and keeps objects as files.

The verification is written from the public description of Signature Version 4, and shares nothing with the scheme of the client.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # the key of AWS's published examples
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)


def expected_signature(
    method: str, target: str, headers: Mapping[str, str], signed: str, region: str
) -> str:
    """Return the signature that the service computes for a request; `signed` are the names of the headers."""
    parts = urlsplit(target)
    query = sorted(
        (quote(name, safe="~"), quote(value, safe="~"))
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    stamp = headers["x-amz-date"]
    request = "\n".join(
        (
            method,
            quote(unquote(parts.path), safe="/~"),
            "&".join("=".join(pair) for pair in query),
            "".join(f"{name}:{headers[name].strip()}\n" for name in signed.split(";")),
            signed,
            headers["x-amz-content-sha256"],
        )
    )
    scope = (stamp[:8], region, "s3", "aws4_request")
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, "/".join(scope), digest))
    key = ("AWS4" + SECRET_KEY).encode()
    for step in scope:
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    etags: dict[tuple[str, str], tuple[str, str, str]] = {}  # noqa: RUF012

    def _respond(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        left = int(headers.get("content-length", "0"))
        if headers.get("transfer-encoding"):
            self.close_connection = True
            return self._fail(501, "NotImplemented")
        with tempfile.TemporaryFile(dir=self.folder) as received:
            md5, sha256 = hashlib.md5(), hashlib.sha256()
            while left and (block := self.rfile.read(min(left, 1 << 18))):
                left -= len(block)
                md5.update(block)
                sha256.update(block)
                received.write(block)
            received.seek(0)
            return self._act(headers, received, md5.hexdigest(), sha256.digest())

    def _act(
        self, headers: Mapping[str, str], received: IO[bytes], md5: str, sha256: bytes
    ) -> None:
        if problem := self._problem(headers, sha256.hex()):
            return self._fail(403, problem)
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path)[1:].partition("/")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not bucket:
            names = "".join(f"<Name>{name}</Name>" for name in self._buckets())
            return self._xml(f"<ListAllMyBucketsResult>{names}</ListAllMyBucketsResult>")
        place = self.folder / bucket
        if not key and self.command == "PUT":
            if place.exists():
                return self._fail(409, "BucketAlreadyOwnedByYou")
            place.mkdir()
            return self._send(200, {"Location": f"/{bucket}"})
        if not place.exists():
            return self._fail(404, "NoSuchBucket")
        if not key:
            if self.command == "DELETE":
                place.rmdir()
                return self._send(204)
            return self._list(bucket, query)
        file = place / hashlib.sha256(key.encode()).hexdigest()
        if self.command == "PUT":
            with file.open("wb") as stored:
                while block := received.read(1 << 18):
                    stored.write(block)
            checksum = base64.b64encode(sha256).decode()
            origin = headers.get("x-amz-meta-origin", "")
            self.etags[bucket, key] = (f'"{md5}"', checksum, origin)
            return self._send(200, {"ETag": self.etags[bucket, key][0]})
        if (bucket, key) not in self.etags:
            return self._send(204) if self.command == "DELETE" else self._fail(404, "NoSuchKey")
        if self.command == "DELETE":
            del self.etags[bucket, key]
            file.unlink()
            return self._send(204)
        if "tagging" in query:
            return self._xml("<Tagging><TagSet></TagSet></Tagging>")
        etag, checksum, origin = self.etags[bucket, key]
        fields = {"ETag": etag, "x-amz-meta-origin": origin, "Content-Type": "binary/octet-stream"}
        if headers.get("x-amz-checksum-mode") == "ENABLED":
            fields["x-amz-checksum-sha256"] = checksum
        return self._send(200, fields, file)

    do_GET = do_PUT = do_HEAD = do_DELETE = _respond  # noqa: N815

    def _problem(self, headers: Mapping[str, str], digest: str) -> str | None:
        match = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if not match or match[1] != ACCESS_KEY:
            return "InvalidAccessKeyId"
        signed = match[4].split(";")
        needed = {"host", *(name for name in headers if name.startswith("x-amz-"))}
        if signed != sorted(signed) or needed - set(signed):
            return "AccessDenied"
        expected = expected_signature(self.command, self.path, headers, match[4], match[3])
        if match[5] != expected:
            return "SignatureDoesNotMatch"
        if headers["x-amz-content-sha256"] not in ("UNSIGNED-PAYLOAD", digest):
            return "XAmzContentSHA256Mismatch"
        return None

    def _buckets(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir())

    def _list(self, bucket: str, query: Mapping[str, str]) -> None:
        start = base64.b64decode(query.get("continuation-token", "")).decode()
        keys = [key for at, key in sorted(self.etags) if at == bucket and key > start]
        keys = [key for key in keys if key.startswith(query.get("prefix", ""))]
        page = keys[: int(query.get("max-keys", "1000"))]
        items = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in page)
        if len(page) < len(keys):
            token = base64.b64encode(page[-1].encode()).decode()
            items += f"<NextContinuationToken>{token}</NextContinuationToken>"
        self._xml(f"<ListBucketResult>{items}</ListBucketResult>")

    def _fail(self, status: int, code: str) -> None:
        self._xml(f"<Error><Code>{code}</Code></Error>", status)

    def _xml(self, text: str, status: int = 200) -> None:
        content = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
        self._send(status, {"Content-Type": "application/xml"}, content)

    def _send(
        self, status: int, fields: Mapping[str, str] = {}, content: bytes | Path = b""
    ) -> None:
        self.send_response(status)
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        for name, value in fields.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        if self.command == "HEAD":
            return
        if isinstance(content, bytes):
            self.wfile.write(content)
            return
        with content.open("rb") as stored:
            while block := stored.read(1 << 18):
                self.wfile.write(block)

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def s3_server() -> Iterator[str]:
    """Run the server in a process of its own; the value is its URL."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        _Handler.folder = Path(folder)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
