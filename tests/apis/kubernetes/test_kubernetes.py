"""Kubernetes: watches as JSON lines, two patch formats, free maps, `continue` pages, and `Status` errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from tests.apis.conftest import Tell
from tests.apis.kubernetes.server import MERGE, STRATEGIC, Cluster, serving

TOKEN = "eyJ-CANARY-service-account"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(TOKEN)


@pytest.fixture
def options(cluster: Cluster) -> Iterator[dict[str, Any]]:
    with serving(cluster) as url:
        yield {"token": TOKEN, "server": "cluster.example", "hosts": [url]}


def config(package: Any, name: str, **data: str) -> Any:
    labels = {"app": name, "example.com/tier": "front"}
    metadata = package.models.ObjectMeta(name=name, labels=labels)
    return package.models.ConfigMap(metadata=metadata, data=data)


def test_a_config_map_is_created_read_patched_and_deleted(
    tell: Tell, options: dict[str, Any], cluster: Cluster, package: Any
) -> None:
    models, errors = package.models, package.errors

    async def story(kubernetes: Any) -> None:
        maps = kubernetes.configmaps
        web = replace(config(package, "web", LOG_LEVEL="info"), binary_data={"logo": b"\x00\xff"})
        await maps.create("default", body=web, dry_run="All")
        assert cluster.objects == {}
        created = await maps.create("default", body=web)
        assert created.binary_data == {"logo": b"\x00\xff"}
        assert created.metadata.labels["example.com/tier"] == "front"
        assert created.metadata.creation_timestamp.year >= 2026

        patch = models.ConfigMapPatch(
            metadata=models.MetadataPatch(labels={"example.com/tier": None}),
            data={"PORT": "8080", "LOG_LEVEL": None},
        )
        patched = await maps.patch("default", "web", body=patch, media=MERGE)
        assert patched.data == {"PORT": "8080"}
        assert patched.metadata.labels == {"app": "web"}
        patch = models.ConfigMapPatch(immutable=True)
        assert (await maps.patch("default", "web", body=patch, media=STRATEGIC)).immutable

        with pytest.raises(errors.Invalid) as invalid:
            await maps.patch("default", "web", body=models.ConfigMapPatch(data={"PORT": "1"}))
        assert "immutable" in str(invalid.value)
        assert (await maps.delete("default", "web")).status == "Success"
        with pytest.raises(errors.NotFound) as missing:
            await maps.get("default", "web")
        assert missing.value.body.reason == "NotFound"
        assert (missing.value.status, missing.value.outcome) == (404, "rejected")

    tell(story, **options)


def test_two_programs_change_one_map_and_no_change_is_lost(
    tell: Tell, options: dict[str, Any], cluster: Cluster, package: Any
) -> None:
    async def story(kubernetes: Any) -> None:
        await kubernetes.configmaps.create("default", body=config(package, "web", A="1"))
        mine = await kubernetes.configmaps.get("default", "web")
        # Fields that the spec does not list come back as they came.
        cluster.objects["default", "web"]["metadata"]["managedFields"] = [{"manager": "other"}]
        mine = await kubernetes.configmaps.get("default", "web")
        assert mine.metadata.extra == {"managedFields": [{"manager": "other"}]}
        theirs = replace(mine, data={**mine.data, "B": "2"})
        await kubernetes.configmaps.replace("default", "web", body=theirs)
        with pytest.raises(package.errors.Conflict):
            await kubernetes.configmaps.replace(
                "default", "web", body=replace(mine, data={**mine.data, "C": "3"})
            )
        stored = cluster.objects["default", "web"]
        assert stored["data"] == {"A": "1", "B": "2"}
        assert stored["metadata"]["managedFields"] == [{"manager": "other"}]

    tell(story, **options)


def test_a_lost_response_to_a_creation_is_unknown_and_nothing_is_created_twice(
    tell: Tell, options: dict[str, Any], cluster: Cluster, package: Any
) -> None:
    async def story(kubernetes: Any) -> None:
        cluster.lose_responses = 1
        metadata = package.models.ObjectMeta(generate_name="job-")
        body = package.models.ConfigMap(metadata=metadata)
        with pytest.raises(package.errors.ConnectionFailed) as lost:
            await kubernetes.configmaps.create("default", body=body)
        assert lost.value.outcome == "unknown"
        assert lost.value.inquiry == "configmaps.get"

    tell(story, **options)
    assert len(cluster.objects) == 1
    assert [method for method, _ in cluster.requests] == ["POST"]


def test_pages_and_an_expired_token(
    tell: Tell, options: dict[str, Any], cluster: Cluster, package: Any
) -> None:
    async def story(kubernetes: Any) -> None:
        for number in range(5):
            await kubernetes.configmaps.create("default", body=config(package, f"map-{number}"))
        maps = kubernetes.configmaps.iter_list("default", limit=2)
        assert [one.metadata.name async for one in maps] == [f"map-{n}" for n in range(5)]
        selected = kubernetes.configmaps.iter_list("default", label_selector="app=map-3")
        assert [one.metadata.name async for one in selected] == ["map-3"]

        page = await kubernetes.configmaps.list("default", limit=2)
        assert page.metadata.remaining_item_count == 3
        cluster.compacted = cluster.version
        with pytest.raises(package.errors.Expired):
            await kubernetes.configmaps.list("default", continue_token=page.metadata.continue_)

    tell(story, **options)
    assert sum("continue=" in path for _, path in cluster.requests) == 3


def test_a_watch_sees_each_change_once_and_ends_when_the_version_is_too_old(
    tell: Tell, options: dict[str, Any], cluster: Cluster, package: Any
) -> None:
    models = package.models

    async def story(kubernetes: Any) -> None:
        before = (await kubernetes.configmaps.list("default")).metadata.resource_version
        web = await kubernetes.configmaps.create("default", body=config(package, "web", A="1"))
        await kubernetes.configmaps.create("other", body=config(package, "elsewhere"))
        seen: list[tuple[str, str]] = []
        async with kubernetes.configmaps.watch("default", resource_version=before) as changes:
            async for change in changes:
                seen.append((change.type, change.object.metadata.name))
                if change.type == "ADDED":
                    body = models.ConfigMapPatch(data={"A": "2"})
                    await kubernetes.configmaps.patch("default", "web", body=body)
                elif change.type == "MODIFIED":
                    assert change.object.data == {"A": "2"}
                    await kubernetes.configmaps.delete("default", "web")
                else:
                    break
        assert seen == [("ADDED", "web"), ("MODIFIED", "web"), ("DELETED", "web")]

        cluster.compacted = int(web.metadata.resource_version) + 1
        async with kubernetes.configmaps.watch("default", resource_version=before) as changes:
            ends = [change async for change in changes]
        assert [type(end) for end in ends] == [models.WatchError]
        assert ends[0].object.reason == "Expired"

    tell(story, **options)


def test_a_rejected_token(tell: Tell, options: dict[str, Any], package: Any) -> None:
    async def story(kubernetes: Any) -> None:
        with pytest.raises(package.errors.Unauthorized) as refused:
            await kubernetes.configmaps.get("default", "web")
        assert "Get a new token." in str(refused.value)
        assert "CANARY" not in repr(refused.value)

    tell(story, **{**options, "token": "eyJ-CANARY-expired"})
