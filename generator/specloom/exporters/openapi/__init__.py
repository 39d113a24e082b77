"""OpenAPI documents of APIs. What OpenAPI cannot say goes into extensions `x-specloom-*`, which specs/README.md lists."""

from .document import Version, document
from .writing import json_document, yaml_document

__all__ = ["Version", "document", "json_document", "yaml_document"]
