"""The documentation's ways to receive events, run as they stand there, each in its framework."""

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
    """What the page's module defines."""
    found = re.search(rf"^### {framework}.*?^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    module = ModuleType(f"receiving_{framework.lower()}")
    sys.modules[module.__name__] = module
    exec(compile(found[1], f"client.md ({framework})", "exec"), module.__dict__)
    return module.__dict__


def handler() -> Callable[[Any], None]:
    """The page's function that handles events."""
    found = re.search(r"^## Events.*?^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    names: dict[str, Any] = {}
    exec(compile(found[1], "client.md", "exec"), names)
    handle: Callable[[Any], None] = names["handle"]
    return handle


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder)
    return Sender(folder)


@pytest.fixture
def shop(tmp_path: Path, sender: Sender, request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The module of the user's that the examples import, with the client of the colour that the framework needs."""
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
        sys.modules["myapp"] = shop
        yield shop
        del sys.modules["myapp"]


def converses(post: Post, sender: Sender, shop: Any, said: Callable[[], str]) -> None:
    """Acknowledges what is real once, and refuses the rest."""
    headers, body = sender.deliver("FAPIAO.ISSUED", NOTICE)
    assert post(headers, body) == (204, b"")
    assert said() == "FAPIAO.ISSUED\n"
    (fapiao,) = shop.events[-1].payload.fapiao_information
    assert (fapiao.fapiao_id, fapiao.fapiao_status.value) == ("3", "ISSUED")
    assert post(*sender.deliver("COUPON.USE", {"stock_id": "1"})) == (204, b"")
    assert said() == "not documented: COUPON.USE\n"
    assert post(
        *sender.deliver("FAPIAO.USER_APPLIED", NOTICE | {"apply_time": "2020-07-01T12:00:00+08:00"})
    ) == (204, b"")
    assert "fapiao_apply_id='2'" in said()
    assert shop.events[-1].name == "FAPIAO.USER_APPLIED"
    refused = {
        409: (headers, body),
        401: (headers, json.dumps(json.loads(body), indent=1).encode()),
        400: (sender.sign(b"{}"), b"{}"),
        500: sender.deliver("FAPIAO.ISSUED", NOTICE, key="another-key-another-key-another-"),
    }
    for status, delivery in refused.items():
        answered, content = post(*delivery)
        assert (answered, json.loads(content)["code"]) == (status, "FAIL")
    assert said() == ""


@pytest.mark.parametrize("shop", ["AsyncWeChatPay"], indirect=True)
def test_fastapi(shop: ModuleType, sender: Sender, capsys: pytest.CaptureFixture[str]) -> None:
    transport = httpx.ASGITransport(app=example("FastAPI")["app"])

    def post(headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        async def posted() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=transport, base_url="https://shop.example"
            ) as client:
                return await client.post(ADDRESS, headers=headers, content=body)

        answer = asyncio.run(posted())
        return answer.status_code, answer.content

    converses(post, sender, shop, lambda: capsys.readouterr().out)


@pytest.mark.parametrize("shop", ["WeChatPay"], indirect=True)
def test_flask(shop: ModuleType, sender: Sender, capsys: pytest.CaptureFixture[str]) -> None:
    client = example("Flask")["app"].test_client()

    def post(headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        answer = client.post(ADDRESS, headers=headers, data=body)
        return answer.status_code, answer.data

    converses(post, sender, shop, lambda: capsys.readouterr().out)


@pytest.mark.parametrize("shop", ["WeChatPay"], indirect=True)
def test_django(shop: ModuleType, sender: Sender, capsys: pytest.CaptureFixture[str]) -> None:
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
        given = environ(headers) | {
            "PATH_INFO": ADDRESS,
            "SERVER_NAME": "shop.example",
            "SERVER_PORT": "443",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "https",
            "CONTENT_LENGTH": str(len(body)),
        }
        status: list[str] = []
        answer = application(given, lambda line, fields: status.append(line))
        content = b"".join(answer)
        return int(status[0].split()[0]), content

    converses(post, sender, shop, lambda: capsys.readouterr().out)
