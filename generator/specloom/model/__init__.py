"""Model of one API as plain, frozen values.

`spec` builds it, targets read it. It contains no YAML, no formatting and nothing of an output language, except the Python names that the
spec language defines (they are part of an API's public interface, and collisions between them are problems of the spec). All names are
resolved and all texts checked before a value of these classes is created.

    Api ─┬─ Resource ─┬─ Endpoint ─┬─ Field (path, query, header)
         │            │            ├─ Body ──── Type
         │            │            ├─ Response ─ Type
         │            │            └─ ErrorCode, Example, Fact, Link
         │            ├─ Event ────── Type
         │            └─ Resource …
         └─ types: {TypeName: Object | Enumeration | UnionType}
"""

from .api import (
    Api,
    Resource,
    Scheme,
)
from .endpoints import (
    BinaryBody,
    Body,
    Endpoint,
    ErrorCode,
    ErrorShape,
    ErrorStatus,
    Example,
    Fact,
    FormBody,
    Host,
    Idempotency,
    JsonBody,
    Link,
    MultipartBody,
    Paging,
    PagingForm,
    Response,
    Stream,
    TextBody,
)
from .events import (
    Envelope,
    Event,
    EventExample,
    ValueLocation,
)
from .json_text import (
    code_span,
    json_text,
    wire_text,
)
from .texts import (
    Json,
    SourceLocation,
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
    LengthRange,
    ListOf,
    MapOf,
    Named,
    NamedType,
    Nullable,
    Number,
    NumberRange,
    Object,
    PlainText,
    String,
    Type,
    TypeName,
    Union,
    UnionType,
    innermost,
    is_constant,
)

__all__ = [
    "AnyJson",
    "Api",
    "BinaryBody",
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
    "ErrorStatus",
    "Event",
    "EventExample",
    "Example",
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
    "LengthRange",
    "Link",
    "ListOf",
    "MapOf",
    "MultipartBody",
    "Named",
    "NamedType",
    "Nullable",
    "Number",
    "NumberRange",
    "Object",
    "Paging",
    "PagingForm",
    "PlainText",
    "Resource",
    "Response",
    "Scheme",
    "SourceLocation",
    "Stream",
    "String",
    "Text",
    "TextBody",
    "Type",
    "TypeName",
    "Union",
    "UnionType",
    "Value",
    "ValueLocation",
    "code_span",
    "innermost",
    "is_constant",
    "json_text",
    "wire_text",
]
