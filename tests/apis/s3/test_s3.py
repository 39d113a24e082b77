"""S3: a user's own signature scheme, large files both ways, keys with slashes, and XML as text."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.apis.conftest import Generated, Tell
from tests.apis.s3.scheme.specloom_sigv4.runtime.scheme import SigV4
from tests.apis.s3.server import ACCESS_KEY, SECRET_KEY, expected_signature, s3_server

from specloom.runtime.hosts import Host
from specloom.runtime.http_messages import Request

KEYS = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with s3_server() as running:
        yield running


EMPTY = hashlib.sha256(b"").hexdigest()
EXAMPLES = [
    ("/test.txt", {"Range": "bytes=0-9"}, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    ("/?lifecycle=", {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    ("/?max-keys=2&prefix=J", {}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
]  # fmt: skip
"""Examples that AWS publishes in its description of signatures for S3: target, headers, signature."""


@pytest.mark.parametrize(("target", "headers", "signature"), EXAMPLES)
def test_the_published_signatures(target: str, headers: dict[str, str], signature: str) -> None:
    host = "examplebucket.s3.amazonaws.com"
    request = Request("GET", Host(f"https://{host}"), target, {"Host": host, **headers})
    signed = SigV4(ACCESS_KEY, SECRET_KEY).sign_at(request, "20130524T000000Z")
    assert signed.headers["Authorization"].endswith(f"Signature={signature}")
    received = {name.lower(): value for name, value in signed.headers.items()}
    names = re.search("SignedHeaders=([^,]+)", signed.headers["Authorization"])
    assert names is not None
    assert expected_signature("GET", target, received, names[1], "us-east-1") == signature


def test_objects_with_unusual_keys(tell: Tell, package: Any, url: str) -> None:
    keys = ["2025/06/a b.txt", "2025/茶/+&=?#%41~*'().txt", "plain"]

    async def story(client: Any) -> None:
        bucket = f"bucket-{type(client).__name__.lower()}"
        await client.buckets.create(bucket)
        with pytest.raises(package.errors.Conflict):
            await client.buckets.create(bucket)
        for key in keys:
            await client.objects.put(bucket, key, content=key.encode(), origin="assam")
            assert await client.objects.get(bucket, key).read() == key.encode()
        assert bucket in await client.buckets.list()
        page = await client.objects.list(bucket, prefix="2025/", max_keys=1)
        assert re.findall("<Key>(.*?)</Key>", page) == keys[:1]
        (token,) = re.findall("<NextContinuationToken>(.*?)</", page)
        page = await client.objects.list(bucket, prefix="2025/", continuation_token=token)
        assert re.findall("<Key>(.*?)</Key>", page) == keys[1:2]
        assert "<TagSet>" in await client.objects.tags(bucket, keys[0])
        response = await client.send(package.calls.objects.head(bucket, keys[0]))
        assert response.headers["x-amz-meta-origin"] == "assam"
        for key in keys:
            await client.objects.delete(bucket, key)
        with pytest.raises(package.errors.NotFound) as absent:
            await client.objects.get(bucket, keys[0]).read()
        assert b"<Code>NoSuchKey</Code>" in absent.value.content
        with pytest.raises(package.errors.InvalidRequest):
            await client.objects.get(bucket, "a/../../other").read()
        await client.buckets.delete(bucket)

    tell(story, hosts=[url], **KEYS)

    async def refused(client: Any) -> None:
        with pytest.raises(package.errors.Forbidden) as wrong:
            await client.buckets.list()
        assert b"SignatureDoesNotMatch" in wrong.value.content

    tell(refused, hosts=[url], access_key=ACCESS_KEY, secret_key="wrong")


PROGRAM = """
import asyncio, resource, sys
from pathlib import Path
from s3 import S3, AsyncS3
url, access, secret, kind, source, target = sys.argv[1:]
options = {"hosts": [url], "access_key": access, "secret_key": secret}

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def sync():
    with S3(**options) as client:
        client.objects.put("large-files", "idle", content=b"x")
        client.objects.get("large-files", "idle").save(target)
        idle = peak()
        client.objects.put("large-files", "a/large", content=Path(source))
        client.objects.get("large-files", "a/large").save(target)
        print(peak() - idle)

async def asynchronous():
    async with AsyncS3(**options) as client:
        await client.objects.put("large-files", "idle", content=b"x")
        await client.objects.get("large-files", "idle").save(target)
        idle = peak()
        await client.objects.put("large-files", "a/large", content=Path(source))
        await client.objects.get("large-files", "a/large").save(target)
        print(peak() - idle)

sync() if kind == "sync" else asyncio.run(asynchronous())
"""


def test_large_files_in_bounded_memory(
    generated: Generated, package: Any, url: str, tmp_path: Path
) -> None:
    with package.S3(hosts=[url], **KEYS) as client:
        client.buckets.create("large-files")
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * (1 << 18))  # 64 MiB
    for kind in ("sync", "async"):
        arguments = [url, ACCESS_KEY, SECRET_KEY, kind, str(source), str(target)]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=generated.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) < 32 << 20
        assert target.read_bytes() == source.read_bytes()
        target.unlink()
