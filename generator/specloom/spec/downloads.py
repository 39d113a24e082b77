"""Downloads: hashes of files, and requests whose URL comes from a response."""

from __future__ import annotations

from .. import naming
from ..model import Field, FileHash, String, Text
from .collector import DiagnosticCollector
from .localized import child, word
from .nodes import MapNode, Node, Scalar, location_of
from .parameters import check_unused_key


def file_hash(response: Node, diagnostics: DiagnosticCollector) -> FileHash | None:
    """Return the hash of a response with a file."""
    node = child(response, "hash")
    is_file = child(response, "content") is not None
    check_unused_key(
        response, "hash", is_file, "`hash` applies to a binary response only", diagnostics
    )
    if node is None or not is_file:
        return None
    algorithm, source = word(child(node, "algorithm")), child(node, "from")
    if not isinstance(source, Scalar):
        return FileHash(algorithm, header=word(child(source, "header")))
    title = Text(
        (
            ("en", f"Expected {algorithm} of the file, hexadecimal or Base64"),
            ("zh", f"文件的 {algorithm} 预期值，十六进制或 Base64"),
        )
    )
    return FileHash(algorithm, field=_argument(source, title))


def url(endpoint: MapNode, diagnostics: DiagnosticCollector) -> Field | None:
    """Return the argument with the URL of an endpoint, which has no other parameters in its URL."""
    node = endpoint.get("from_url")
    if not isinstance(node, Scalar):
        return None
    for key in ("path", "query"):
        check_unused_key(
            endpoint, key, False, f"with `from_url` the URL has the whole {key}", diagnostics
        )
    title = Text((("en", "URL of the request, from a response"), ("zh", "请求的 URL，取自响应")))
    return _argument(node, title, secret=True)


def _argument(node: Scalar, title: Text, *, secret: bool = False) -> Field:
    wire = node.text.removesuffix("?")
    return Field(
        wire,
        naming.snake(wire) or wire,
        String(),
        required=wire == node.text,
        title=title,
        secret=secret,
        location=location_of(node),
    )
