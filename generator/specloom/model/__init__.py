"""The model: one API as plain, frozen values.

`spec` makes it, targets read it. It holds meaning only: no YAML, no formatting, nothing of any output language beyond
the Python names that the spec language itself defines (they are part of an API's public face, and collisions between them are
problems of the spec). Every name has been resolved and every text has been checked when a value of these classes exists.

    Api ─┬─ Resource ─┬─ Endpoint ─┬─ Field (path, query, header)
         │            │            ├─ Body ──── Type
         │            │            ├─ Answer ── Type
         │            │            └─ ErrorCode, Example, Fact, Link
         │            ├─ Event ────── Type
         │            └─ Resource …
         └─ types: {TypeName: Structure | Enumeration | UnionType}
"""

from .api import (
    Api,
    Resource,
    Scheme,
)
from .endpoints import (
    Answer,
    Body,
    Endpoint,
    ErrorCode,
    ErrorShape,
    Exchange,
    Fact,
    FormBody,
    Host,
    Idempotency,
    JsonBody,
    Link,
    PartsBody,
    RawBody,
)
from .events import (
    Envelope,
    Event,
    EventExample,
    Spot,
)
from .json_text import (
    code_span,
    json_text,
    wire_text,
)
from .texts import (
    Json,
    Place,
    Text,
    Value,
)
from .types import (
    AnyJson,
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enumeration,
    EnumValue,
    Field,
    File,
    Integer,
    JsonText,
    ListOf,
    MapOf,
    Named,
    NamedType,
    Nullable,
    Number,
    Range,
    Span,
    String,
    Structure,
    Type,
    TypeName,
    Union,
    UnionType,
    innermost,
    is_constant,
)

__all__ = [
    "Answer",
    "AnyJson",
    "Api",
    "Body",
    "Boolean",
    "Bytes",
    "Date",
    "DateTime",
    "Duration",
    "Endpoint",
    "EnumValue",
    "Enumeration",
    "Envelope",
    "ErrorCode",
    "ErrorShape",
    "Event",
    "EventExample",
    "Exchange",
    "Fact",
    "Field",
    "File",
    "FormBody",
    "Host",
    "Idempotency",
    "Integer",
    "Json",
    "JsonBody",
    "JsonText",
    "Link",
    "ListOf",
    "MapOf",
    "Named",
    "NamedType",
    "Nullable",
    "Number",
    "PartsBody",
    "Place",
    "Range",
    "RawBody",
    "Resource",
    "Scheme",
    "Span",
    "Spot",
    "String",
    "Structure",
    "Text",
    "Type",
    "TypeName",
    "Union",
    "UnionType",
    "Value",
    "code_span",
    "innermost",
    "is_constant",
    "json_text",
    "wire_text",
]
