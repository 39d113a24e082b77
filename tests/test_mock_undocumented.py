"""The mock and requests that the spec lacks: stubs and behaviours by method and path, else a clear error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.generated import COMMITTED, imported


@pytest.fixture(scope="module")
def wechatpay() -> Iterator[Any]:
    with imported(COMMITTED["wechatpay"], "wechatpay") as package:
        import wechatpay.testing

        assert wechatpay.testing
        yield package


@pytest.fixture
def mock(wechatpay: Any) -> Any:
    return wechatpay.testing.WeChatPayMock()


NOTES = "GET /v3/shops/{shop}/notes"


def test_a_stub_responds_and_signatures_are_verified(mock: Any, wechatpay: Any) -> None:
    mock.reply({"notes": []}, endpoint=NOTES)
    client = mock.client()
    response = client.request("GET", "/v3/shops/{id}/notes", variables={"id": "1"}, query={"a": 1})
    assert response.value == {"notes": []}
    assert response.headers["Wechatpay-Signature"]
    assert mock.calls[-1].endpoint == NOTES
    assert mock.calls[-1].request.headers["Authorization"].startswith("WECHATPAY2-")
    mock.fault("bad-signature", endpoint=NOTES)
    with pytest.raises(wechatpay.errors.SignatureError):
        client.request("GET", "/v3/shops/1/notes")
    with pytest.raises(wechatpay.errors.SignatureError):
        client.request("GET", "/v3/shops/1/notes", verified=True)
    client.request("GET", "/v3/shops/1/notes", verified=False)


def test_the_async_client(mock: Any) -> None:
    mock.reply([1], endpoint="POST /v3/x")

    async def run() -> Any:
        return await mock.async_client().request("POST", "/v3/x", body={"a": "b"})

    assert asyncio.run(run()).value == [1]
    assert mock.calls[-1].body == {"a": "b"}
    assert [entry.endpoint for entry in mock.ledger] == ["POST /v3/x"]


def test_documented_errors_and_faults(mock: Any, wechatpay: Any) -> None:
    mock.fail("SYSTEM_ERROR", endpoint="POST /v3/x", executed=True, times=1)
    with pytest.raises(wechatpay.errors.SystemFailure) as caught:
        mock.client().request("POST", "/v3/x", body={})
    assert caught.value.outcome == "unknown"
    assert len(mock.ledger) == 1


def test_without_a_stub_the_error_says_what_to_do(mock: Any, wechatpay: Any) -> None:
    for _ in range(2):
        with pytest.raises(wechatpay.errors.ApiError, match="no such endpoint") as caught:
            mock.client().request("GET", "/v3/x")
        assert caught.value.status == 404
        assert 'mock.reply(…, endpoint="GET /v3/x")' in str(caught.value)
        mock.reply(1, endpoint="GET /v3/x")  # a stub that is gone leaves no endpoint behind
        mock.clear()
    assert len(mock.ledger) == 0


def test_documented_endpoints_have_their_own_names(mock: Any) -> None:
    path = "/v3/new-tax-control-fapiao/fapiao-applications/1"
    with pytest.raises(ValueError, match=r"is a request of fapiao_applications\.query"):
        mock.reply({}, endpoint=f"GET {path}")
    for name in ("nothing", "get /x", "GET x", "GET"):
        with pytest.raises(ValueError, match=r"method and path of an endpoint"):
            mock.reply({}, endpoint=name)


def test_a_behaviour_responds(wechatpay: Any) -> None:
    from wechatpay._runtime.mock.execution import Result
    from wechatpay.testing import WeChatPayMock

    class Mock(WeChatPayMock):  # type: ignore[misc, valid-type]
        def behaviours(self) -> Any:
            def note(arguments: Any) -> Result:
                return Result(201, {"shop": arguments.path[0], "body": arguments.json})

            return {**super().behaviours(), ("PUT", "/v3/shops/{}/note"): note}

    mock = Mock()
    response = mock.client().request("PUT", "/v3/shops/{s}/note", variables={"s": "ü/"}, body=[1])
    assert (response.status, response.value) == (201, {"shop": "ü/", "body": [1]})
    assert mock.ledger[-1].endpoint == "PUT /v3/shops/{1}/note"
