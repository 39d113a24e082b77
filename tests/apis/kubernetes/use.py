"""Programs of a user of Kubernetes: keep the settings of a program, and follow them."""

from __future__ import annotations

from kubernetes import AsyncKubernetes, Kubernetes, errors, models
from msgspec.structs import replace


def rotate(cluster: Kubernetes, name: str, key: str, value: str) -> str | None:
    """Set a key, and start again if another program has changed the map meanwhile."""
    while True:
        current = cluster.configmaps.get("default", name)
        changed = replace(current, data={**(current.data or {}), key: value})
        try:
            stored = cluster.configmaps.replace("default", name, body=changed)
        except errors.Conflict:
            continue
        return stored.metadata.resource_version


def describe(change: models.WatchEvent) -> str:
    """Return a change as text."""
    match change:
        case models.Changed():
            return f"{change.type} {change.object.metadata.name}"
        case models.Bookmark():
            return f"BOOKMARK {change.object.metadata.resource_version}"
        case models.WatchError():
            return f"ERROR {change.object.reason}"
        case _:
            return repr(change)


def use(client: Kubernetes) -> None:
    """List, patch and watch config maps."""
    page = client.configmaps.list("default", label_selector="app=web", limit=2)
    version: str | None = page.metadata.resource_version
    for config in client.configmaps.iter_list("default", limit=2):
        print(config.metadata.name, config.data)
    print(rotate(client, "web", "LOG_LEVEL", "debug"))
    patch = models.ConfigMapPatch(data={"LOG_LEVEL": None})
    client.configmaps.patch(
        "default", "web", body=patch, media="application/strategic-merge-patch+json"
    )
    with client.configmaps.watch("default", resource_version=version) as changes:
        for change in changes:
            print(describe(change))
            break


async def use_async(client: AsyncKubernetes) -> None:
    """Do the same without blocking."""
    async for config in client.configmaps.iter_list("default", label_selector="app=web"):
        print(config.metadata.name)
    try:
        await client.configmaps.delete("default", "web")
    except errors.NotFound as error:
        print(error.body.details if error.body else None)
    async with client.configmaps.watch("default") as changes:
        async for change in changes:
            print(describe(change))
            break
