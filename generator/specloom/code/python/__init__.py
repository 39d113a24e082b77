"""Makers of Python: names, literals, docstrings, comments, and expressions made of them.

What they make, black leaves alone: quotes by its rule, lower-case escapes, docstrings without outer white space and within the
width, brackets exploded only with a trailing comma. Width counts columns, two for each character outside ASCII, which is never less than
black counts.
"""

from .expressions import (
    Plain,
    attribute,
    awaited,
    call,
    call_options,
    keyword_argument,
    later,
    list_of,
    literal,
    mapping,
    of_super,
    quoted,
    sequence,
    star,
    star_star,
    subscript,
    union,
)
from .files import adopted, blackened, lines, may_need_black, nothing, shipped
from .prose import comment, docstring
from .statements import (
    Member,
    assignment,
    class_header,
    declaration,
    decorator,
    from_import,
    member,
    parameter,
    parameters,
    plain_import,
    returned,
    signature,
    star_alone,
)
from .tokens import WIDTH, columns, dotted, identifier

__all__ = [
    "WIDTH",
    "Member",
    "Plain",
    "adopted",
    "assignment",
    "attribute",
    "awaited",
    "blackened",
    "call",
    "call_options",
    "class_header",
    "columns",
    "comment",
    "declaration",
    "decorator",
    "docstring",
    "dotted",
    "from_import",
    "identifier",
    "keyword_argument",
    "later",
    "lines",
    "list_of",
    "literal",
    "mapping",
    "may_need_black",
    "member",
    "nothing",
    "of_super",
    "parameter",
    "parameters",
    "plain_import",
    "quoted",
    "returned",
    "sequence",
    "shipped",
    "signature",
    "star",
    "star_alone",
    "star_star",
    "subscript",
    "union",
]
