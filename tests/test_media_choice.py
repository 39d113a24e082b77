"""Several media types of a request body: the argument `media` chooses, the first by default."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.generated import imported, write
from tests.servers import http_response, serving
from tests.test_samples import samples_in, sent_by_curl, sent_by_python

API = """
specloom: 1
package: cluster
version: 0.1.0
client: Cluster
title: Cluster
languages: [en, zh]
hosts: [https://cluster.example]
auth: none
"""
RESOURCE = """
title: Pods
endpoints:
  patch:
    http: PATCH /pods/{name}
    title: Patch a pod
    path: {name: string}
    body: json
    media: [application/merge-patch+json, application/json-patch+json]
    responses: {200: {body: {ok: boolean}}}
    examples:
      - request: {path: {name: a}, body: {b: 1}}
        response: {status: 200, body: {ok: true}}
      - request: {path: {name: a}, header: {Content-Type: application/json-patch+json}, body: []}
        response: {status: 200, body: {ok: true}}
  label:
    http: PATCH /labels
    title: Label
    body: {text: string}
    media: [application/merge-patch+json]
    responses: {204: null}
  note:
    http: PUT /note
    title: Note
    body: text
    media: [text/markdown, text/html]
    responses: {204: null}
"""
PROGRAM = """
from cluster import Cluster

Cluster().pods.patch("a", body={})
Cluster().pods.patch("a", body={}, media="application/json-patch+json")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "spec").mkdir()
    (folder / "spec" / "_api.yaml").write_text(API, "utf-8")
    (folder / "spec" / "pods.yaml").write_text(RESOURCE, "utf-8")
    write(folder / "spec", folder / "project")
    return folder / "project"


@pytest.fixture(scope="module")
def cluster(project: Path) -> Iterator[Any]:
    with imported(project, "cluster") as package:
        import cluster.testing

        assert cluster.testing
        yield package


def test_the_argument_chooses(cluster: Any) -> None:
    async def use_async(url: str) -> None:
        async with cluster.AsyncCluster(hosts=[url]) as client:
            await client.pods.patch("a", body=[], media="application/json-patch+json")

    response = http_response(200, '{"ok": true}')
    with serving(response) as server, cluster.Cluster(hosts=[server.url]) as client:
        client.pods.patch("a", body={"b": None})
        client.pods.patch("a", body=[], media="application/json-patch+json")
        asyncio.run(use_async(server.url))
        sent = [(got.header("content-type"), got.body) for got in server.received]
    assert sent == [
        ("application/merge-patch+json", b'{"b":null}'),
        ("application/json-patch+json", b"[]"),
        ("application/json-patch+json", b"[]"),
    ]


def test_one_media_type_is_no_argument_and_texts_have_several(cluster: Any) -> None:
    with serving(http_response(204)) as server, cluster.Cluster(hosts=[server.url]) as client:
        client.pods.label(text="x")
        client.pods.note(body="<p>", media="text/html")
        assert [got.header("content-type").partition(";")[0] for got in server.received] == [
            "application/merge-patch+json",
            "text/html",
        ]


def test_another_media_type_is_refused(cluster: Any) -> None:
    with pytest.raises(cluster.errors.InvalidRequest, match="media: must be one of"):
        cluster.calls.pods.patch("a", body={}, media="text/plain")
    with cluster.Cluster() as client, pytest.raises(cluster.errors.InvalidRequest):
        client.send(cluster.calls.pods.patch("a", body={}), headers={"Content-Type": "a/b"})


def test_the_mock_checks_it(cluster: Any) -> None:
    mock = cluster.testing.ClusterMock()
    mock.client().pods.patch("a", body=[], media="application/json-patch+json")
    assert mock.calls[-1].arguments["media"] == "application/json-patch+json"
    mock.client().pods.note(body="<p>", media="text/html")
    response = mock.client()
    with pytest.raises(cluster.errors.ApiError):
        response.request("PATCH", "/pods/a", body={}, headers={"Content-Type": "application/json"})


def test_samples_send_the_same(project: Path, cluster: Any) -> None:
    for _, curl, python in samples_in(project):
        by_curl, by_python = sent_by_curl(curl), sent_by_python(python, cluster, "Cluster")
        assert by_curl | {"content": ""} == by_python | {"content": ""}
