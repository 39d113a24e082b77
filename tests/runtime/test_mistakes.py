"""What a user gets wrong is said when the client is made, in one sentence, with what to do."""

from __future__ import annotations

import pickle
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.auth.weixin import FileTokenStore
from runtime_keys import private_pem, rsa_key
from test_wechatpay import scheme as wechatpay
from tests.certificates import client_side, server_side
from tests.servers import Server, answer

CANCEL = calls.orders.cancel("1")
HERE = "http://127.0.0.1:8080"


def urls() -> Iterator[str]:
    yield HERE


def unverified(**changes: Any) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    for name, value in changes.items():
        setattr(context, name, value)
    return context


class Async:
    """An object that is called like an async function."""

    async def __call__(self, event: object) -> None:
        """Do nothing."""


BOTH: list[tuple[str, Callable[[], Any], str]] = [
    # Whatever is given as hosts, no call goes to the documented ones instead.
    ("hosts", urls, "hosts: give a list of URLs"),
    ("hosts", lambda: map(str, [HERE]), "hosts: give a list of URLs"),
    ("hosts", lambda: {HERE: 1}, "hosts: give a list of URLs"),
    ("hosts", lambda: 5, "hosts: give a list of URLs"),
    ("hosts", lambda: False, "hosts: give a list of URLs"),
    ("hosts", lambda: [5], "hosts: give a list of URLs"),
    ("hosts", tuple, "hosts: give at least one URL"),
    ("hosts", lambda: ["https://x..example"], "hosts: each is a URL"),
    ("hosts", lambda: [f"https://{'a' * 64}.example"], "hosts: each is a URL"),
    ("hosts", lambda: [f"https://{'a' * 300}"], "hosts: each is a URL"),
    ("hosts", lambda: ["https://" + "a." * 127 + "example"], "hosts: each is a URL"),
    ("hosts", lambda: ["https://1.2.3"], "hosts: each is a URL"),
    ("hosts", lambda: ["https://[::g]"], "hosts: each is a URL"),
    ("hosts", lambda: ["https://[1.2.3.4]"], "hosts: each is a URL"),
    ("hosts", lambda: ["https://a.example:65536"], "hosts: each is a URL"),
    ("transport", httpx.Client, "transport: give an object of httpx.(Async)?HTTPTransport"),
    ("transport", lambda: "x", "transport: give an object of httpx"),
    ("transport", lambda: 0, "transport: give an object of httpx"),
    ("transport", lambda: httpx.HTTPTransport, "transport: give an object of httpx"),
    ("ssl_context", lambda: "/etc/ssl/cert.pem", "ssl_context: give an ssl.SSLContext"),
    ("ssl_context", lambda: Path("ca.pem"), "ssl_context: give an ssl.SSLContext"),
    ("ssl_context", lambda: 5, "ssl_context: give an ssl.SSLContext"),
    ("ssl_context", lambda: False, "ssl_context: give an ssl.SSLContext"),
    ("ssl_context", lambda: True, "ssl_context: give an ssl.SSLContext"),
    ("ssl_context", server_side, "ssl_context: this one is for servers"),
    ("ssl_context", unverified, "ssl_context: this one does not verify servers"),
    (
        "ssl_context",
        lambda: unverified(verify_mode=ssl.CERT_NONE),
        "ssl_context: this one does not verify servers",
    ),
    (
        "ssl_context",
        lambda: unverified(verify_mode=ssl.CERT_OPTIONAL),
        "ssl_context: this one does not verify",
    ),
    ("proxy", lambda: "http://[::1", "proxy: give a URL"),
    ("proxy", lambda: "http://p..example", "proxy: give a URL"),
    ("proxy", lambda: "http://p.example:99999", "proxy: give a URL"),
    ("proxy", lambda: "", "proxy: give a URL"),
    ("proxy", lambda: 5, "proxy: give a URL"),
    ("proxy", lambda: b"http://p.example", "proxy: give a URL"),
    ("user_agent", lambda: 5, "user_agent: give ASCII text in one line"),
    ("user_agent", lambda: 0, "user_agent: give ASCII text in one line"),
    ("user_agent", lambda: b"mine/1", "user_agent: give ASCII text in one line"),
    (
        "deadline",
        lambda: 10**400,
        "deadline: give a positive, finite number of seconds, a day at the most",
    ),
    (
        "deadline",
        lambda: 86401,
        "deadline: give a positive, finite number of seconds, a day at the most",
    ),
    ("strict", lambda: "no", "strict: give True or False"),
    ("strict", lambda: 1, "strict: give True or False"),
]


@pytest.mark.parametrize(("name", "make", "text"), BOTH)
@pytest.mark.parametrize("client", [Shop, AsyncShop])
def test_what_is_wrong_is_said(client: Any, name: str, make: Callable[[], Any], text: str) -> None:
    with pytest.raises(errors.ConfigError, match=text) as caught:
        client(Scheme(), **{name: make()})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("client", [Shop, AsyncShop])
def test_changed_options_are_checked_too(client: Any) -> None:
    shop = client(Scheme())
    for name, wrong in {"user_agent": 5, "deadline": 10**400, "strict": "no"}.items():
        with pytest.raises(errors.ConfigError, match=f"^{name}: give "):
            shop.with_options(**{name: wrong})


def test_what_is_right_is_taken(server: Server) -> None:
    server.reply(answer(204))
    Shop(
        hosts=["https://a_b.example.", "https://[::1]:8443/x", "https://127.0.0.1"], deadline=86400
    )
    Shop(proxy="http://user:word@p.example:8080/", ssl_context=client_side(), user_agent="")
    for hosts in ([server.url], (server.url,)):
        with Shop(Scheme(), hosts=hosts) as shop:
            assert shop.send(CANCEL).status == 204


def test_each_client_has_transports_of_its_kind() -> None:
    with pytest.raises(
        errors.ConfigError, match="HTTPTransport, or of another transport for plain code"
    ):
        Shop(transport=httpx.AsyncHTTPTransport())
    with pytest.raises(
        errors.ConfigError, match="AsyncHTTPTransport, or of another transport for async code"
    ):
        AsyncShop(transport=httpx.HTTPTransport())
    with pytest.raises(
        errors.ConfigError, match="transport: it decides on proxy and ssl_context itself"
    ):
        Shop(transport=httpx.HTTPTransport(), ssl_context=client_side())
    Shop(transport=httpx.HTTPTransport())
    AsyncShop(transport=httpx.AsyncHTTPTransport())


def test_a_kind_of_proxy_that_needs_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(errors.ConfigError, match="proxy: this kind needs the package socksio"):
        Shop(proxy="socks5://p.example:1080")


def test_hooks_that_are_async_objects() -> None:
    with pytest.raises(
        errors.ConfigError, match="on_retry: an async function needs the async client"
    ):
        Shop(on_retry=Async())
    AsyncShop(on_retry=Async())


def test_files_that_cannot_be() -> None:
    with pytest.raises(
        errors.ConfigError, match="private_key: no file can have this name; give the path"
    ):
        wechatpay(private_key=Path("a\0b"))
    with pytest.raises(
        errors.ConfigError, match="token_store: no folder can have this name; give the path"
    ):
        FileTokenStore("a\0b")
    with pytest.raises(errors.InvalidRequest, match="no file can have this name"):
        calls.orders.put(Path("a\0b"))
    assert wechatpay(private_key=private_pem(rsa_key("merchant")))


def test_making_a_client_imports_no_http_library() -> None:
    program = """if True:
        import sys
        import handmade
        handmade.Shop(hosts=["https://a.example"], proxy="http://p.example", on_request=print, deadline=5)
        print([name for name in ("httpx", "httpcore", "ssl", "asyncio") if name in sys.modules])
    """
    import handmade

    home = str(Path(handmade.__file__).parents[1])
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=home, check=True
    )
    assert found.stdout == "[]\n", found.stderr


# --- calls --------------------------------------------------------------------------------


class Foreign:
    """A call of another package: each has a runtime of its own."""

    endpoint = CANCEL.endpoint
    draft = CANCEL.draft


Foreign.__module__, Foreign.__name__ = "company.weixin", "Call"
OTHERS: list[tuple[Any, str]] = [
    (Foreign(), "this is a call of company.weixin; send it with a client of that package"),
    ("x", "give a call, which a function of handmade.calls makes, not str"),
    (None, "give a call, which a function of handmade.calls makes, not NoneType"),
    (calls.orders.cancel, "give a call, which a function of handmade.calls makes, not function"),
]


@pytest.mark.parametrize(("call", "text"), OTHERS)
def test_what_is_no_call_of_this_api_is_not_sent(
    call: Any, text: str, server: Server, send: Callable[..., Any]
) -> None:
    with pytest.raises(errors.ConfigError, match=text) as caught:
        send(call)
    assert (caught.value.outcome, server.received) == ("not_sent", [])


def test_a_call_that_was_kept_is_still_one(server: Server, send: Callable[..., Any]) -> None:
    server.reply(answer(204))
    assert send(pickle.loads(pickle.dumps(CANCEL))).status == 204
