"""A user's programs: keys with slashes, files both ways, and lists as text."""

from __future__ import annotations

from pathlib import Path

from s3 import S3, AsyncS3


def use(client: S3) -> None:
    client.buckets.create("tea-shop")
    client.objects.put("tea-shop", "2025/06/a b.txt", content=b"tea", origin="assam")
    content: bytes = client.objects.get("tea-shop", "2025/06/a b.txt").read()
    assert isinstance(content, bytes)
    listed: str = client.objects.list("tea-shop", prefix="2025/")
    assert isinstance(listed, str)
    client.objects.delete("tea-shop", "2025/06/a b.txt")


async def use_async(client: AsyncS3) -> None:
    await client.objects.put("tea-shop", "a/b", content=Path(__file__))
    content: bytes = await client.objects.get("tea-shop", "a/b").read()
    assert isinstance(content, bytes)
