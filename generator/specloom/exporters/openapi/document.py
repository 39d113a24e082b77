"""The whole document: paths, components, webhooks."""

from __future__ import annotations

from ...model import Api, Event, Json, Resource
from ...naming import pascal
from .documentation import error_shape, errors, links
from .nodes import Format, Node, Version, extensions
from .operations import Operations, servers
from .schemas import Schemas
from .security import requirements, security_schemes

__all__ = ["Version", "document"]

_VERSIONS = {"3.1": "3.1.0", "3.0": "3.0.3"}


def document(api: Api, version: Version, language: str) -> dict[str, Json]:
    """Return the OpenAPI document of an API, with its texts in `language`, or else in their first language."""
    format = Format(version, language, api.languages[0])
    schemas = Schemas(api, format)
    node: Node = {
        "openapi": _VERSIONS[version],
        "info": {
            **format.texts({"title": api.title, "description": api.description}),
            "version": api.version,
            **extensions({"notes": format.localized(api.notes) if api.notes else None}),
        },
    }
    if api.links:
        first = api.links[0]
        node["externalDocs"] = {**format.texts({"description": first.title}), "url": first.url}
    node["servers"] = servers(api, api.hosts, format)
    if api.auth:
        node["security"] = requirements(api, api.auth)
    node["tags"] = _tags(api, format, schemas)
    operations = Operations(api, format, schemas)
    node["paths"] = operations.paths()
    webhooks = _webhooks(api, format, schemas)
    if webhooks:
        node["x-specloom-webhooks" if format.is_30 else "webhooks"] = webhooks
    components: Node = {
        "parameters": operations.headers(),
        "schemas": schemas.components(),
        "securitySchemes": security_schemes(api),
    }
    node["components"] = {key: value for key, value in components.items() if value}
    return node | extensions(
        {
            "package": api.package,
            "client": api.client,
            "languages": [*api.languages],
            "language": language if language != api.languages[0] else None,
            "links": links(api.links[1:], format),
            "error-shape": error_shape(api.error_shape),
            "errors": errors(api.errors, schemas),
            "unprocessed": [*api.unprocessed],
            "envelope": _envelope(api),
        }
    )


def _tags(api: Api, format: Format, schemas: Schemas) -> list[Json]:
    return [
        {
            "name": ".".join(resource.path),
            **format.described(resource.title, resource.description),
            **extensions(
                {
                    "endpoints": _order(api, resource),
                    "errors": errors(resource.errors, schemas),
                    "notes": format.localized(resource.notes) if resource.notes else None,
                }
            ),
        }
        for resource in api.all_resources()
    ]


def _order(api: Api, resource: Resource) -> list[Json]:
    """Return the names of the endpoints of a resource, if `paths` has them in another order."""
    paths = {endpoint.path: None for endpoint in api.all_endpoints()}
    place = {path: index for index, path in enumerate(paths)}
    names = [each.name for each in resource.endpoints]
    written = sorted(resource.endpoints, key=lambda each: place[each.path])
    return [] if names == [each.name for each in written] else [*names]


def _webhooks(api: Api, format: Format, schemas: Schemas) -> Node:
    found: Node = {}
    for event in api.all_events():
        key = event.name if event.name not in found else f"{event.name}#{event.class_name}"
        found[key] = {"post": _webhook(event, format, schemas)}
    return found


def _webhook(event: Event, format: Format, schemas: Schemas) -> Node:
    media: Node = {"schema": schemas.of(event.payload)}
    if event.examples:
        media["examples"] = {
            f"example-{number}": {
                **format.texts({"summary": example.title}),
                "value": example.payload.json,
            }
            for number, example in enumerate(event.examples, 1)
        }
    node: Node = {
        "tags": [".".join(event.resource)],
        **format.texts({"summary": event.title, "description": event.description}),
        "requestBody": {"required": True, "content": {"application/json": media}},
        "responses": {"2XX": {"description": "The delivery was accepted."}},
    }
    if event.deprecated:
        node["deprecated"] = True
    return node | extensions(
        {
            "as": event.class_name if event.class_name != pascal(event.name) else None,
            "to": event.to,
            "links": links(event.links, format),
            "updated": event.updated,
            "deprecated": (
                format.localized(event.deprecated)
                if not isinstance(event.deprecated, bool)
                else None
            ),
        }
    )


def _envelope(api: Api) -> Json:
    found = api.envelope
    if found is None:
        return None
    node: Node = {"name": found.name.path or {"header": found.name.header}}
    if found.payload is not None:
        node["payload"] = found.payload
    if found.id is not None:
        node["id"] = found.id.path or {"header": found.id.header}
    return node | ({} if found.verified else {"verified": False})
