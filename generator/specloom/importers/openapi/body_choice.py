"""Forms in which the fields of a JSON body can be sent as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import cast

from . import combinations
from .media_types import media_name
from .operations import Media
from .schemas import SchemaConverter

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_PLAIN = re.compile(r"(list<)?(string|integer|number|decimal|boolean)\b[^?|<>]*>?(\([\d.]*\))?")
"""Types that mean the same in JSON and in a form."""


def forms_like(
    schemas: SchemaConverter, fields: Mapping[str, object], json: Media, forms: Iterable[Media]
) -> list[Media]:
    """Return the forms with the fields of a JSON body, if all of these are plain values."""
    types = (
        cast("Mapping[str, object]", each).get("type", "object") if isinstance(each, dict) else each
        for each in fields.values()
    )
    if json.schema is None or not all(_PLAIN.fullmatch(str(each)) for each in types):
        return []
    own = combinations.flat(schemas, json.schema).properties.keys()
    return [
        form
        for form in forms
        if media_name(form.name) in _FORMS
        and not form.encoding
        and form.schema is not None
        and combinations.flat(schemas, form.schema).properties.keys() == own
    ]
