"""Invalid options of a client: rejected at its creation, with one sentence of advice."""

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
from handmade._runtime.auth.weixin.scheme import FileTokenStore
from runtime_keys import private_pem, rsa_key
from test_wechatpay import scheme as wechatpay
from tests.certificates import client_side, server_side
from tests.servers import Server, http_response

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
    """An object with an async `__call__`."""

    async def __call__(self, event: object) -> None:
        """Do nothing."""


BOTH: list[tuple[str, Callable[[], Any], str]] = [
    # Whatever is given as hosts, no call goes to the documented ones instead.
    ("hosts", urls, "hosts: expected a list of URLs"),
    ("hosts", lambda: map(str, [HERE]), "hosts: expected a list of URLs"),
    ("hosts", lambda: {HERE: 1}, "hosts: expected a list of URLs"),
    ("hosts", lambda: 5, "hosts: expected a list of URLs"),
    ("hosts", lambda: False, "hosts: expected a list of URLs"),
    ("hosts", lambda: [5], "hosts: expected a list of URLs"),
    ("hosts", tuple, "hosts: expected at least one URL"),
    ("hosts", lambda: ["https://x..example"], "hosts: invalid URL"),
    ("hosts", lambda: [f"https://{'a' * 64}.example"], "hosts: invalid URL"),
    ("hosts", lambda: [f"https://{'a' * 300}"], "hosts: invalid URL"),
    ("hosts", lambda: ["https://" + "a." * 127 + "example"], "hosts: invalid URL"),
    ("hosts", lambda: ["https://1.2.3"], "hosts: invalid URL"),
    ("hosts", lambda: ["https://[::g]"], "hosts: invalid URL"),
    ("hosts", lambda: ["https://[1.2.3.4]"], "hosts: invalid URL"),
    ("hosts", lambda: ["https://a.example:65536"], "hosts: invalid URL"),
    ("transport", httpx.Client, "transport: expected an instance of httpx.(Async)?HTTPTransport"),
    ("transport", lambda: "x", "transport: expected an instance of httpx"),
    ("transport", lambda: 0, "transport: expected an instance of httpx"),
    ("transport", lambda: httpx.HTTPTransport, "transport: expected an instance of httpx"),
    ("ssl_context", lambda: "/etc/ssl/cert.pem", "ssl_context: expected an ssl.SSLContext"),
    ("ssl_context", lambda: Path("ca.pem"), "ssl_context: expected an ssl.SSLContext"),
    ("ssl_context", lambda: 5, "ssl_context: expected an ssl.SSLContext"),
    ("ssl_context", lambda: False, "ssl_context: expected an ssl.SSLContext"),
    ("ssl_context", lambda: True, "ssl_context: expected an ssl.SSLContext"),
    ("ssl_context", server_side, "ssl_context: this context is for servers"),
    ("ssl_context", unverified, "ssl_context: this context does not verify servers"),
    (
        "ssl_context",
        lambda: unverified(verify_mode=ssl.CERT_NONE),
        "ssl_context: this context does not verify servers",
    ),
    (
        "ssl_context",
        lambda: unverified(verify_mode=ssl.CERT_OPTIONAL),
        "ssl_context: this context does not verify",
    ),
    ("proxy", lambda: "http://[::1", "proxy: expected a URL"),
    ("proxy", lambda: "http://p..example", "proxy: expected a URL"),
    ("proxy", lambda: "http://p.example:99999", "proxy: expected a URL"),
    ("proxy", lambda: "", "proxy: expected a URL"),
    ("proxy", lambda: 5, "proxy: expected a URL"),
    ("proxy", lambda: b"http://p.example", "proxy: expected a URL"),
    ("user_agent", lambda: 5, "user_agent: expected one line of ASCII text"),
    ("user_agent", lambda: 0, "user_agent: expected one line of ASCII text"),
    ("user_agent", lambda: b"mine/1", "user_agent: expected one line of ASCII text"),
    (
        "deadline",
        lambda: 10**400,
        "deadline: expected a positive number of seconds, at most 86400",
    ),
    (
        "deadline",
        lambda: 86401,
        "deadline: expected a positive number of seconds, at most 86400",
    ),
    ("strict", lambda: "no", "strict: expected True or False"),
    ("strict", lambda: 1, "strict: expected True or False"),
]


@pytest.mark.parametrize(("name", "make", "text"), BOTH)
@pytest.mark.parametrize("client", [Shop, AsyncShop])
def test_invalid_options_are_explained(
    client: Any, name: str, make: Callable[[], Any], text: str
) -> None:
    with pytest.raises(errors.ConfigError, match=text) as caught:
        client(Scheme(), **{name: make()})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("client", [Shop, AsyncShop])
def test_options_of_with_options_are_checked(client: Any) -> None:
    shop = client(Scheme())
    for name, wrong in {"user_agent": 5, "deadline": 10**400, "strict": "no"}.items():
        with pytest.raises(errors.ConfigError, match=f"^{name}: expected "):
            shop.with_options(**{name: wrong})


def test_valid_options_are_accepted(server: Server) -> None:
    server.respond_with(http_response(204))
    Shop(
        hosts=["https://a_b.example.", "https://[::1]:8443/x", "https://127.0.0.1"], deadline=86400
    )
    Shop(proxy="http://user:word@p.example:8080/", ssl_context=client_side(), user_agent="")
    for hosts in ([server.url], (server.url,)):
        with Shop(Scheme(), hosts=hosts) as shop:
            assert shop.send(CANCEL).status == 204


def test_sync_and_async_transports_are_not_mixed_up() -> None:
    with pytest.raises(errors.ConfigError, match="HTTPTransport, or of another sync transport"):
        Shop(transport=httpx.AsyncHTTPTransport())
    with pytest.raises(
        errors.ConfigError, match="AsyncHTTPTransport, or of another async transport"
    ):
        AsyncShop(transport=httpx.HTTPTransport())
    with pytest.raises(
        errors.ConfigError, match="transport: cannot be combined with proxy or ssl_context"
    ):
        Shop(transport=httpx.HTTPTransport(), ssl_context=client_side())
    Shop(transport=httpx.HTTPTransport())
    AsyncShop(transport=httpx.AsyncHTTPTransport())


def test_a_socks_proxy_needs_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(errors.ConfigError, match="proxy: a SOCKS proxy needs the package socksio"):
        Shop(proxy="socks5://p.example:1080")


def test_async_callables_are_rejected_as_sync_hooks() -> None:
    with pytest.raises(
        errors.ConfigError, match="on_retry: an async function needs the async client"
    ):
        Shop(on_retry=Async())
    AsyncShop(on_retry=Async())


def test_invalid_certificate_files_are_explained() -> None:
    with pytest.raises(errors.ConfigError, match="private_key: invalid file name; pass the path"):
        wechatpay(private_key=Path("a\0b"))
    with pytest.raises(errors.ConfigError, match="token_store: invalid folder name; pass the path"):
        FileTokenStore("a\0b")
    with pytest.raises(errors.InvalidRequest, match="invalid file name"):
        calls.orders.put(Path("a\0b"))
    assert wechatpay(private_key=private_pem(rsa_key("merchant")))


def test_creating_a_client_does_not_import_httpx() -> None:
    program = """if True:
        import sys
        import handmade
        handmade.Shop(hosts=["https://a.example"], proxy="http://p.example", on_request=print, deadline=5)
        print([name for name in ("httpx", "httpcore", "ssl", "asyncio") if name in sys.modules])
    """
    import handmade

    home = str(Path(handmade.__file__).parents[1])
    completed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=home, check=True
    )
    assert completed.stdout == "[]\n", completed.stderr


# --- calls --------------------------------------------------------------------------------


class Foreign:
    """Return a call of another package, which has its own runtime."""

    endpoint = CANCEL.endpoint
    draft = CANCEL.draft


Foreign.__module__, Foreign.__name__ = "company.weixin", "Call"
OTHERS: list[tuple[Any, str]] = [
    (Foreign(), "the call belongs to company.weixin; send it with a client of that package"),
    ("x", "expected a call made by a function of handmade.calls, got str"),
    (None, "expected a call made by a function of handmade.calls, got NoneType"),
    (calls.orders.cancel, "expected a call made by a function of handmade.calls, got function"),
]


@pytest.mark.parametrize(("call", "text"), OTHERS)
def test_only_calls_of_this_package_are_sent(
    call: Any, text: str, server: Server, send: Callable[..., Any]
) -> None:
    with pytest.raises(errors.ConfigError, match=text) as caught:
        send(call)
    assert (caught.value.outcome, server.received) == ("not_sent", [])


def test_an_unpickled_call_can_be_sent(server: Server, send: Callable[..., Any]) -> None:
    server.respond_with(http_response(204))
    assert send(pickle.loads(pickle.dumps(CANCEL))).status == 204
