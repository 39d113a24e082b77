"""Constants: the client sends required ones itself, and checks optional ones, which are arguments."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.generated import imported
from tests.hostile.test_growth import FixedTransport, generate_project

FIELDS = """
      object: string('list')
      Version: {type: string('v2'), as: edition}
      accepted-terms: boolean(true)
      loud?: boolean(false)
"""
SPEC = f"""
endpoints:
  echo: {{http: POST /x, query: {{all?: boolean(true)}}, body: {{inner: Inner, own-object: string('x')}}, responses: {{200: Inner}}}}
types:
  Inner:
    fields:{FIELDS}"""
INNER = {"object": "list", "Version": "v2", "accepted-terms": True}


def test_constants_are_sent_under_their_wire_names(tmp_path: Path) -> None:
    with imported(generate_project(SPEC, tmp_path), "shop") as shop:
        transport = FixedTransport({**INNER, "loud": False})
        inner = shop.models.x.Inner
        response = shop.Shop(transport=transport, strict=True).x.echo(inner=inner())
        assert json.loads(transport.sent[-1]) == {"inner": INNER, "own-object": "x"}
        assert response == inner(loud=False)
        assert (response.object, response.edition, response.accepted_terms) == ("list", "v2", True)


def test_the_other_boolean_is_rejected(tmp_path: Path) -> None:
    with imported(generate_project(SPEC, tmp_path), "shop") as shop:
        client, inner = shop.Shop(transport=FixedTransport(INNER)), shop.models.x.Inner
        with pytest.raises(shop.errors.InvalidRequest, match=r"all: must be True"):
            client.x.echo(inner=inner(), all=False)
        with pytest.raises(shop.errors.InvalidRequest, match=r"inner\.loud: must be False"):
            client.x.echo(inner=inner(loud=True))
        client.x.echo(inner=inner(loud=False), all=True)
