"""Makers of Python code: names, literals, docstrings, expressions and imports.

Their output is formatted as black formats it: double quotes where possible, lower-case escapes, docstrings without surrounding white
space and wrapped to the line width, brackets of several items with one item per line. Templates lay out everything else.
"""

from .copies import runtime_module, vendored_module
from .docstrings import docstring
from .expressions import (
    Plain,
    attribute,
    call,
    call_options,
    dict_of,
    inline_call,
    is_long,
    keyword_argument,
    list_of,
    literal,
    members_of_union,
    multiline_subscript,
    string_annotation,
    subscript,
    tuple_of,
    type_beside,
    union,
)
from .files import empty_file, format_black, format_wide_parts, lines
from .statements import assignment, imported_name, module_name
from .tokens import dotted, identifier

__all__ = [
    "Plain",
    "assignment",
    "attribute",
    "call",
    "call_options",
    "dict_of",
    "docstring",
    "dotted",
    "empty_file",
    "format_black",
    "format_wide_parts",
    "identifier",
    "imported_name",
    "inline_call",
    "is_long",
    "keyword_argument",
    "lines",
    "list_of",
    "literal",
    "members_of_union",
    "module_name",
    "multiline_subscript",
    "runtime_module",
    "string_annotation",
    "subscript",
    "tuple_of",
    "type_beside",
    "union",
    "vendored_module",
]
