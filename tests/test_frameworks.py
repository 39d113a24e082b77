"""Tests of the webhook examples in the documentation, each in its web framework."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from tests.deliveries import API_V3_KEY, PUBLIC_KEY_ID, Sender, environ, make_keys
from tests.generated import ROOT, imported, write

PAGE = (ROOT / "generated" / "wechatpay" / "docs" / "en" / "client.md").read_text("utf-8")
ADDRESS = "/events"
NOTICE = {
    "mchid": "1",
    "fapiao_apply_id": "2",
    "fapiao_information": [{"fapiao_id": "3", "fapiao_status": "ISSUED"}],
}

Post = Callable[[dict[str, str], bytes], tuple[int, bytes]]


def example(framework: str) -> dict[str, Any]:
    """Run a framework's example of the page; return its namespace."""
    block = re.search(rf"^### {framework}.*?^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert block
    module = ModuleType(f"receiving_{framework.lower()}")
    sys.modules[module.__name__] = module
    exec(compile(block[1], f"client.md ({framework})", "exec"), module.__dict__)
    return module.__dict__


def handler() -> Callable[[Any], None]:
    """Return the event handler of the page."""
    block = re.search(r"^## Webhook events.*?^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert block
    namespace: dict[str, Any] = {}
    exec(compile(block[1], "client.md", "exec"), namespace)
    handle: Callable[[Any], None] = namespace["handle"]
    return handle


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder)
    return Sender(folder)


@pytest.fixture
def shop(tmp_path: Path, sender: Sender, request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """Module `myapp` that the examples import, with the sync or async client that the framework needs."""
    write(ROOT / "specs" / "wechatpay", tmp_path)
    with imported(tmp_path, "wechatpay") as package:
        shop = ModuleType("myapp")
        handle = handler()
        shop.events = []  # type: ignore[attr-defined]
        shop.handle = lambda event: (shop.events.append(event), handle(event))  # type: ignore[attr-defined]
        shop.client = getattr(package, request.param)(  # type: ignore[attr-defined]
            mchid="1900000001",
            serial_no="5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
            private_key=sender.keys / "merchant.pem",
            public_key_id=PUBLIC_KEY_ID,
            public_key=sender.keys / "wechatpay.pub.pem",
            api_v3_key=API_V3_KEY,
        )
        shop.async_client = shop.client  # type: ignore[attr-defined]
        sys.modules["myapp"] = shop
        yield shop
        del sys.modules["myapp"]


def check_receiver(post: Post, sender: Sender, shop: Any, output: Callable[[], str]) -> None:
    """Check that valid deliveries are acknowledged once, and all others rejected."""
    headers, body = sender.deliver("FAPIAO.ISSUED", NOTICE)
    assert post(headers, body) == (204, b"")
    assert output() == "FAPIAO.ISSUED\n"
    (fapiao,) = shop.events[-1].payload.fapiao_information
    assert (fapiao.fapiao_id, fapiao.fapiao_status.value) == ("3", "ISSUED")
    assert post(*sender.deliver("COUPON.USE", {"stock_id": "1"})) == (204, b"")
    assert output() == "not documented: COUPON.USE\n"
    assert post(
        *sender.deliver("FAPIAO.USER_APPLIED", NOTICE | {"apply_time": "2020-07-01T12:00:00+08:00"})
    ) == (204, b"")
    assert "fapiao_apply_id='2'" in output()
    assert shop.events[-1].name == "FAPIAO.USER_APPLIED"
    rejected = {
        409: (headers, body),
        401: (headers, json.dumps(json.loads(body), indent=1).encode()),
        400: (sender.sign(b"{}"), b"{}"),
        500: sender.deliver("FAPIAO.ISSUED", NOTICE, key="another-key-another-key-another-"),
    }
    for status, delivery in rejected.items():
        response_status, content = post(*delivery)
        assert (response_status, json.loads(content)["code"]) == (status, "FAIL")
    assert output() == ""


@pytest.mark.parametrize("shop", ["AsyncWeChatPay"], indirect=True)
def test_the_fastapi_example_receives_events(
    shop: ModuleType, sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    transport = httpx.ASGITransport(app=example("FastAPI")["app"])

    def post(headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=transport, base_url="https://shop.example"
            ) as client:
                return await client.post(ADDRESS, headers=headers, content=body)

        response = asyncio.run(send())
        return response.status_code, response.content

    check_receiver(post, sender, shop, lambda: capsys.readouterr().out)


@pytest.mark.parametrize("shop", ["WeChatPay"], indirect=True)
def test_the_flask_example_receives_events(
    shop: ModuleType, sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    client = example("Flask")["app"].test_client()

    def post(headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        response = client.post(ADDRESS, headers=headers, data=body)
        return response.status_code, response.data

    check_receiver(post, sender, shop, lambda: capsys.readouterr().out)


@pytest.mark.parametrize("shop", ["WeChatPay"], indirect=True)
def test_the_django_example_receives_events(
    shop: ModuleType, sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    settings.configure(
        ROOT_URLCONF="receiving_django", ALLOWED_HOSTS=["shop.example"], SECRET_KEY="x"
    )
    django.setup()
    example("Django")
    application = WSGIHandler()

    def post(headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        environment = environ(headers) | {
            "PATH_INFO": ADDRESS,
            "SERVER_NAME": "shop.example",
            "SERVER_PORT": "443",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "https",
            "CONTENT_LENGTH": str(len(body)),
        }
        status: list[str] = []
        chunks = application(environment, lambda line, fields: status.append(line))
        content = b"".join(chunks)
        return int(status[0].split()[0]), content

    check_receiver(post, sender, shop, lambda: capsys.readouterr().out)
