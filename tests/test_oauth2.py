"""The scheme `oauth2` against Authlib's authorization server, served by Flask on the loopback interface."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import pickle
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, jsonify, request
from tests.generated import imported, write
from tests.servers import ReceivedRequest, Reset, http_response, serving
from tests.type_checkers import Mypy
from werkzeug.serving import make_server

SECRET = "CANARY-client+secret/="
PASSWORD = "CANARY-password"
API = """
specloom: 1
package: {package}
version: 1.0.0
client: Shop
title: Shop
languages: [en, zh]
hosts: [https://api.shop.example/v2]
schemes:
  account: {{scheme: oauth2, token_url: {token_url}, grant: {grant}, {options}}}
auth: account
"""
ORDERS = """
endpoints:
  get: {http: GET /orders, responses: {200: {body: {scope: string}}}}
  create: {http: POST /orders, body: {no: string}, responses: {200: {body: {scope: string}}}}
"""
_packages = itertools.count()


@dataclass
class Token(TokenMixin):
    access_token: str
    refresh_token: str | None
    scope: str
    client: Client
    expires_in: int
    issued: float = field(default_factory=time.time)
    revoked: bool = False

    def check_client(self, client: Any) -> bool:
        return client is self.client

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return self.expires_in

    def is_expired(self) -> bool:
        return time.time() > self.issued + self.expires_in

    def is_revoked(self) -> bool:
        return self.revoked


@dataclass(eq=False)
class Client(ClientMixin):
    client_id: str
    methods: tuple[str, ...]
    secret: str = SECRET

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(each for each in (scope or "").split() if each in {"read", "write"})

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.methods

    def check_grant_type(self, grant_type: str) -> bool:
        return True


@dataclass
class Provider:
    """An authorization server and the resource server that it protects."""

    expires_in: int = 3600
    tokens: list[Token] = field(default_factory=list)
    fetched: list[dict[str, str]] = field(default_factory=list)
    calls: int = 0
    pause: float = 0.0
    rejects_all: bool = False
    """Whether issued tokens are revoked at once."""
    clients: dict[str, Client] = field(
        default_factory=lambda: {
            "app": Client("app", ("client_secret_basic",)),
            "post": Client("post", ("client_secret_post",)),
            "public": Client("public", ("none",), ""),
        }
    )
    url: str = ""

    def app(self) -> Flask:
        app = Flask("provider")
        app.config["OAUTH2_SCOPES_SUPPORTED"] = ["read", "write"]
        server = AuthorizationServer(app, query_client=self.clients.get, save_token=self._save)
        provider = self

        class Password(grants.ResourceOwnerPasswordCredentialsGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

            def authenticate_user(self, username: str, password: str) -> Any:
                return "user" if (username, password) == ("mia", PASSWORD) else None

        class Refresh(grants.RefreshTokenGrant):  # type: ignore[misc]
            INCLUDE_NEW_REFRESH_TOKEN = True
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

            def authenticate_refresh_token(self, refresh_token: str) -> Any:
                return next(
                    (
                        each
                        for each in provider.tokens
                        if each.refresh_token == refresh_token and not each.revoked
                    ),
                    None,
                )

            def authenticate_user(self, refresh_token: Any) -> Any:
                return "user"

            def revoke_old_credential(self, refresh_token: Any) -> None:
                refresh_token.revoked = True

        class ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

        for grant in (ClientCredentials, Password, Refresh):
            server.register_grant(grant)
        numbers = itertools.count(1)

        def generate(
            client: Any, grant_type: str, user: Any = None, scope: Any = None, **_: Any
        ) -> dict[str, Any]:
            number = next(numbers)
            token = {"token_type": "Bearer", "access_token": f"CANARY-access-{number}"}
            token |= {"refresh_token": f"CANARY-refresh-{number}"} if user else {}
            return {**token, "expires_in": provider.expires_in, "scope": scope or ""}

        server.register_token_generator("default", generate)

        class Validator(BearerTokenValidator):  # type: ignore[misc]
            def authenticate_token(self, token_string: str) -> Any:
                found = (each for each in provider.tokens if each.access_token == token_string)
                return next(found, None)

        protect = ResourceProtector()
        protect.register_token_validator(Validator())

        @app.post("/oauth/token")
        @app.post("/v2/oauth/token")
        def issue() -> Any:
            provider.fetched.append(dict(request.form))
            time.sleep(provider.pause)
            return server.create_token_response()

        @app.route("/v2/orders", methods=["GET", "POST"])
        def orders() -> Any:
            provider.calls += 1
            with protect.acquire() as token:
                return jsonify(scope=token.scope)

        return app

    def _save(self, token: dict[str, Any], request: Any) -> None:
        self.tokens.append(
            Token(
                token["access_token"],
                token.get("refresh_token"),
                token.get("scope", ""),
                request.client,
                token["expires_in"],
                revoked=self.rejects_all,
            )
        )

    def authorize(self, client: str, refresh_token: str) -> None:
        """Issue a refresh token, as an authorization in a browser does."""
        self.tokens.append(Token("", refresh_token, "read", self.clients[client], 3600))

    def revoke(self) -> None:
        for each in self.tokens:
            each.revoked = True


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()


@pytest.fixture
def generate(tmp_path: Path) -> Iterator[Callable[..., ModuleType]]:
    """Function that generates a client and imports it."""
    packages: list[Any] = []

    def generate(grant: str, token_url: str, options: str = "scopes: read write") -> ModuleType:
        package = f"shop_{next(_packages)}"
        spec = tmp_path / f"spec_{package}"
        spec.mkdir()
        text = API.format(package=package, token_url=token_url, grant=grant, options=options)
        (spec / "_api.yaml").write_text(text, "utf-8")
        (spec / "orders.yaml").write_text(ORDERS, "utf-8")
        write(spec, tmp_path / package)
        packages.append(imported(tmp_path / package, package))
        module: ModuleType = packages[-1].__enter__()
        return module

    yield generate
    for each in packages:
        each.__exit__(None, None, None)


Generate = Callable[..., ModuleType]


def get(shop: ModuleType, provider: Provider, asynchronous: bool = False, **options: Any) -> Any:
    """Call an endpoint with a new client."""
    options = {"hosts": [f"{provider.url}/v2"], **options}

    async def get_async() -> Any:
        async with shop.AsyncShop(**options) as client:
            return (await client.orders.get()).scope

    if asynchronous:
        return asyncio.run(get_async())
    with shop.Shop(**options) as client:
        return client.orders.get().scope


# --- the three grants ---------------------------------------------------------------------


@pytest.mark.parametrize("asynchronous", [False, True])
def test_client_credentials(provider: Provider, generate: Generate, asynchronous: bool) -> None:
    shop = generate("client_credentials", f"{provider.url}/oauth/token")
    account = {"client_id": "app", "client_secret": SECRET}
    assert get(shop, provider, asynchronous, **account) == "read write"
    assert provider.fetched == [{"grant_type": "client_credentials", "scope": "read write"}]
    assert get(shop, provider, asynchronous, **account, scopes="read") == "read"


def test_credentials_in_the_body_and_a_token_url_on_the_hosts_of_the_api(
    provider: Provider, generate: Generate
) -> None:
    shop = generate("client_credentials", "/oauth/token", "client_auth: post")
    assert get(shop, provider, client_id="post", client_secret=SECRET) == ""
    assert provider.fetched[0]["client_secret"] == SECRET


def test_the_wrong_client_authentication_is_refused(provider: Provider, generate: Generate) -> None:
    shop = generate("client_credentials", "/oauth/token", "client_auth: post")
    with pytest.raises(shop.errors.ApiError) as caught:
        get(shop, provider, client_id="app", client_secret=SECRET)
    assert (caught.value.code, caught.value.outcome) == ("invalid_client", "not_sent")


@pytest.mark.parametrize("asynchronous", [False, True])
def test_password(provider: Provider, generate: Generate, asynchronous: bool) -> None:
    shop = generate("password", f"{provider.url}/oauth/token")
    user = {"username": "mia", "password": PASSWORD}
    app = {"client_id": "app", "client_secret": SECRET}
    assert get(shop, provider, asynchronous, **user, **app) == "read write"
    assert get(shop, provider, asynchronous, **user, client_id="public") == "read write"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_refresh_tokens_rotate_and_are_stored_before_use(
    provider: Provider, generate: Generate, tmp_path: Path, asynchronous: bool
) -> None:
    shop = generate("refresh_token", f"{provider.url}/oauth/token", "scopes: read")
    provider.authorize("public", "CANARY-refresh-0")
    store = shop.FileTokenStore(tmp_path / "tokens")
    account = {"refresh_token": "CANARY-refresh-0", "client_id": "public", "token_store": store}
    assert get(shop, provider, asynchronous, **account) == "read"
    for _ in range(2):
        provider.tokens[-1].issued = 0  # the access token expires, the refresh token does not
        assert get(shop, provider, asynchronous, **account) == "read"
    used = [each["refresh_token"] for each in provider.fetched]
    assert used == ["CANARY-refresh-0", "CANARY-refresh-1", "CANARY-refresh-2"]
    provider.authorize("public", "CANARY-new")
    account["refresh_token"] = "CANARY-new"
    assert get(shop, provider, asynchronous, **account) == "read"
    assert provider.fetched[-1]["refresh_token"] == "CANARY-new"


def test_a_rotated_refresh_token_without_a_store_is_kept_and_a_warning(
    provider: Provider, generate: Generate, caplog: pytest.LogCaptureFixture
) -> None:
    shop = generate("refresh_token", f"{provider.url}/oauth/token", "scopes: read")
    provider.authorize("public", "CANARY-refresh-0")
    with shop.Shop(
        refresh_token="CANARY-refresh-0", client_id="public", hosts=[f"{provider.url}/v2"]
    ) as client:
        client.orders.get()
        provider.tokens[-1].issued = 0
        client.orders.get()
    assert provider.fetched[-1]["refresh_token"] == "CANARY-refresh-1"
    assert "without a token_store" in caplog.text
    assert "CANARY" not in caplog.text


# --- expiry, rejection, single flight -----------------------------------------------------


def test_a_token_is_replaced_before_it_expires(
    provider: Provider, generate: Generate, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = generate("client_credentials", f"{provider.url}/oauth/token")
    options = {"client_id": "app", "client_secret": SECRET, "hosts": [f"{provider.url}/v2"]}
    now = time.time
    with shop.Shop(**options) as client:
        for passed, fetched in ((0, 1), (3530, 1), (3545, 2)):
            monkeypatch.setattr(time, "time", lambda passed=passed: now() + passed)
            client.orders.get()
            assert len(provider.fetched) == fetched


def test_a_rejected_token_is_replaced_once(provider: Provider, generate: Generate) -> None:
    shop = generate("client_credentials", f"{provider.url}/oauth/token")
    options = {"client_id": "app", "client_secret": SECRET, "hosts": [f"{provider.url}/v2"]}
    with shop.Shop(**options) as client:
        client.orders.create(no="1")
        provider.revoke()
        assert client.orders.create(no="2").scope == "read write"
        assert (len(provider.fetched), provider.calls) == (2, 3)
        provider.rejects_all = True
        provider.revoke()
        with pytest.raises(shop.errors.ApiError) as caught:
            client.orders.create(no="3")
    assert (caught.value.status, caught.value.outcome) == (401, "rejected")
    assert (len(provider.fetched), provider.calls) == (3, 5)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_fifty_calls_at_once_share_one_token(
    provider: Provider, generate: Generate, asynchronous: bool
) -> None:
    provider.pause = 0.2
    shop = generate("client_credentials", f"{provider.url}/oauth/token")
    options = {"client_id": "app", "client_secret": SECRET, "hosts": [f"{provider.url}/v2"]}

    async def together() -> None:
        async with shop.AsyncShop(**options) as client:
            await asyncio.gather(*(client.orders.get() for _ in range(50)))
            provider.revoke()
            await asyncio.gather(*(client.orders.get() for _ in range(50)))

    if asynchronous:
        asyncio.run(together())
    else:
        with shop.Shop(**options) as client, ThreadPoolExecutor(50) as pool:
            list(pool.map(lambda _: client.orders.get(), range(50)))
            provider.revoke()
            list(pool.map(lambda _: client.orders.get(), range(50)))
    assert len(provider.fetched) == 2


def test_clients_with_one_store_share_one_token(
    provider: Provider, generate: Generate, tmp_path: Path
) -> None:
    """Stores of their own, as in several processes."""
    provider.pause = 0.2
    shop = generate("client_credentials", f"{provider.url}/oauth/token")

    def call(_: int) -> None:
        store = shop.FileTokenStore(tmp_path / "tokens")
        get(shop, provider, client_id="app", client_secret=SECRET, token_store=store)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call, range(4)))
    assert len(provider.fetched) == 1


# --- failures and secrets -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "code"),
    [
        ({"client_secret": "CANARY-wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"scopes": "admin"}, "invalid_scope"),
    ],
)
def test_refusals(
    provider: Provider, generate: Generate, account: dict[str, str], code: str
) -> None:
    shop = generate("client_credentials", f"{provider.url}/oauth/token")
    credentials = {"client_id": "app", "client_secret": SECRET, **account}
    with pytest.raises(shop.errors.ApiError) as caught:
        get(shop, provider, **credentials)
    error = caught.value
    assert (error.code, error.outcome) == (code, "not_sent")
    assert error.reasons
    assert error.remedies
    assert provider.calls == 0
    assert "CANARY" not in "".join(traceback.format_exception(error))


def test_a_wrong_password_is_not_shown(provider: Provider, generate: Generate) -> None:
    shop = generate("password", f"{provider.url}/oauth/token")
    with pytest.raises(shop.errors.ApiError) as caught:
        get(shop, provider, username="mia", password="CANARY-no", client_id="public")
    assert caught.value.code in {"invalid_grant", "invalid_request"}
    assert "CANARY" not in repr(caught.value)


def test_secrets_that_the_server_quotes_are_hidden(generate: Generate) -> None:
    def quote(received: ReceivedRequest) -> bytes:
        text = received.body.decode() + received.header("authorization")
        error = {"error": "invalid_grant", "error_description": text, "access_token": "CANARY-x"}
        return http_response(400, json.dumps(error))

    with serving(quote) as server:
        shop = generate("password", f"{server.url}/oauth/token")
        with (
            shop.Shop(
                username="mia", password=PASSWORD, client_id="app", client_secret=SECRET
            ) as client,
            pytest.raises(shop.errors.ApiError) as caught,
        ):
            client.orders.get()
        assert "username=mia" in str(caught.value)
        basic = server.received[0].header("authorization").partition(" ")[2]
        assert basic not in str(caught.value)
        assert "CANARY" not in str(caught.value)
        assert "CANARY" not in repr(client)
        with pytest.raises(TypeError):
            pickle.dumps(client)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<html>", "the response has none"),
        ('{"access_token": "a b", "expires_in": 1}', "the response has none"),
        ('{"access_token": "CANARY", "token_type": "mac"}', "not a bearer token"),
        ('{"access_token": "CANARY", "expires_in": "soon"}', "expires_in"),
        ('{"access_token": ["CANARY"]}', "the response has none"),
    ],
)
def test_unusable_responses(generate: Generate, body: str, message: str) -> None:
    with serving(http_response(200, body)) as server:
        shop = generate("client_credentials", f"{server.url}/oauth/token")
        with (
            shop.Shop(client_id="app", client_secret=SECRET, hosts=[server.url]) as client,
            pytest.raises(shop.errors.ProtocolError, match=message) as caught,
        ):
            client.orders.create(no="1")
    assert caught.value.outcome == "not_sent"
    assert "CANARY" not in str(caught.value)
    assert len(server.received) == 1


def test_a_lost_token_response_is_retried_but_a_refresh_token_is_used_once(
    generate: Generate,
) -> None:
    lost = [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", Reset]
    token = http_response(200, '{"access_token": "t", "token_type": "bearer"}')
    order = http_response(200, '{"scope": "all"}')
    with serving(lost, token, order) as server:
        shop = generate("client_credentials", f"{server.url}/oauth/token")
        with shop.Shop(client_id="a", client_secret="CANARY", hosts=[server.url]) as client:
            assert client.orders.get().scope == "all"
    with serving(lost, token, order) as server:
        shop = generate("refresh_token", f"{server.url}/oauth/token")
        with (
            shop.Shop(client_id="a", refresh_token="CANARY", hosts=[server.url]) as client,
            pytest.raises(shop.errors.Error) as caught,
        ):
            client.orders.get()
        assert caught.value.outcome == "not_sent"
        assert len(server.received) == 1


def test_a_token_fetch_ends_with_the_deadline_of_the_call(
    provider: Provider, generate: Generate
) -> None:
    provider.pause = 2
    shop = generate("client_credentials", f"{provider.url}/oauth/token")
    with pytest.raises(shop.errors.DeadlineExceeded) as caught:
        get(shop, provider, client_id="app", client_secret=SECRET, deadline=0.3)
    assert caught.value.outcome == "not_sent"


def test_wrong_arguments(generate: Generate) -> None:
    shop = generate("client_credentials", "/oauth/token")
    for options, message in (
        ({"client_id": ""}, "client_id: expected a non-empty line"),
        ({"client_secret": 1}, "client_secret: expected a string, got int"),
        ({"scopes": "a\nb"}, "scopes: expected"),
        ({"token_url": "http://example.com/t"}, "token_url: example.com needs https"),
        ({"token_url": "https://u:CANARY@example.com/t"}, "token_url: invalid URL"),
        ({"token_url": "https://example.com/t#x"}, "token_url: expected a URL without"),
    ):
        with pytest.raises(shop.errors.ConfigError, match=message) as caught:
            shop.Shop(**{"client_id": "a", "client_secret": "CANARY", **options})
        assert "CANARY" not in str(caught.value)


# --- mock, types --------------------------------------------------------------------------


@pytest.mark.parametrize("token_url", ["/oauth/token", "https://login.shop.example/oauth/token"])
@pytest.mark.parametrize("grant", ["client_credentials", "password", "refresh_token"])
@pytest.mark.parametrize("client_auth", ["basic", "post"])
def test_the_mock(generate: Generate, token_url: str, grant: str, client_auth: str) -> None:
    shop = generate(grant, token_url, f"client_auth: {client_auth}")
    from importlib import import_module

    mock = import_module(f"{shop.__name__}.testing").ShopMock()
    with mock.client() as client:
        client.orders.get()
        client.orders.get()
        assert [each.endpoint for each in mock.calls].count("POST /oauth/token") == 1
        mock.advance(3600)
        client.orders.get()
        assert [each.status for each in mock.calls] == [200, 200, 200, 401, 200, 200]
        assert [each.endpoint for each in mock.calls].count("POST /oauth/token") == 2
    with (
        mock.client(client_secret="CANARY") as client,
        pytest.raises(shop.errors.ApiError) as caught,
    ):
        client.orders.get()
    assert caught.value.code == "invalid_client"


def test_types(generate: Generate, tmp_path: Path, mypy: Mypy) -> None:
    shop = generate("refresh_token", "/oauth/token")
    (tmp_path / "use.py").write_text(
        f"from {shop.__name__} import FileTokenStore, Shop\n"
        "client = Shop(refresh_token='r', client_id='c', token_store=FileTokenStore('t'))\n"
        "scope: str = client.orders.get().scope\n"
    )
    result = mypy("use.py", cwd=tmp_path, path=[tmp_path / shop.__name__])
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("grant", ["client_credentials", "password", "refresh_token"])
def test_no_variable_of_a_traceback_holds_a_secret(
    provider: Provider, generate: Generate, grant: str, asynchronous: bool
) -> None:
    """Error reports show variables; those of this test are its own."""
    shop = generate(grant, f"{provider.url}/oauth/token")
    own: dict[str, dict[str, str]] = {
        "client_credentials": {},
        "password": {"username": "mia", "password": "CANARY-wrong"},
        "refresh_token": {"refresh_token": "CANARY-wrong"},
    }
    account = {"client_id": "app", "client_secret": "CANARY-wrong", **own[grant]}
    client = (shop.AsyncShop if asynchronous else shop.Shop)(
        **account, hosts=[f"{provider.url}/v2"]
    )

    async def call() -> None:
        await client.orders.get()

    with pytest.raises(shop.errors.ApiError) as caught:
        asyncio.run(call()) if asynchronous else client.orders.get()
    del own, account
    errors: list[BaseException] = [caught.value]
    while (cause := errors[-1].__cause__ or errors[-1].__context__) is not None:
        errors.append(cause)
    for error in errors:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "test_oauth2" not in frame.f_code.co_filename:
                assert "CANARY" not in repr(list(frame.f_locals.values())), frame
