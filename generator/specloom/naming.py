"""Python names from names on the wire, by one rule that users can apply in their heads.

A name that cannot be derived is None: the spec then says `as:`. Nothing here makes a name unique; two things that derive one
name are a problem of the spec, never a silent merge.
"""

from __future__ import annotations

import keyword
import re

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")

SELF = "self"
"""What a method calls its object: no argument beside it can have this name."""

RESERVED_CLASSES = frozenset(
    # Names that generated modules import or that Python keeps for itself.
    [
        "Annotated",
        "Response",
        "Any",
        "AsyncResource",
        "Call",
        "Decimal",
        "Endpoint",
        "ErrorCode",
        "Exact",
        "False",
        "Form",
        "Json",
        "JsonValue",
        "Literal",
        "Mapping",
        "Meta",
        "Model",
        "Multipart",
        "None",
        "OpenEnum",
        "OpenIntEnum",
        "Parameter",
        "Binary",
        "Resource",
        "Response",
        "Sequence",
        "True",
        "TYPE_CHECKING",
        "TypeAlias",
        "Unknown",
        "UNSET",
        "UnsetType",
        "Upload",
        "UploadLike",
    ]
)

BUILTIN_CLASSES = frozenset(
    # Python's own classes: mypy takes a name that is used before its class stands for the builtin. Written out, so that every Python names alike.
    [
        "ArithmeticError",
        "AssertionError",
        "AttributeError",
        "BaseException",
        "BaseExceptionGroup",
        "BlockingIOError",
        "BrokenPipeError",
        "BufferError",
        "BytesWarning",
        "ChildProcessError",
        "ConnectionAbortedError",
        "ConnectionError",
        "ConnectionRefusedError",
        "ConnectionResetError",
        "DeprecationWarning",
        "Ellipsis",
        "EncodingWarning",
        "EnvironmentError",
        "EOFError",
        "Exception",
        "ExceptionGroup",
        "FileExistsError",
        "FileNotFoundError",
        "FloatingPointError",
        "FutureWarning",
        "GeneratorExit",
        "ImportError",
        "ImportWarning",
        "IndentationError",
        "IndexError",
        "InterruptedError",
        "IOError",
        "IsADirectoryError",
        "KeyboardInterrupt",
        "KeyError",
        "LookupError",
        "MemoryError",
        "ModuleNotFoundError",
        "NameError",
        "NotADirectoryError",
        "NotImplemented",
        "NotImplementedError",
        "OSError",
        "OverflowError",
        "PendingDeprecationWarning",
        "PermissionError",
        "ProcessLookupError",
        "PythonFinalizationError",
        "RecursionError",
        "ReferenceError",
        "ResourceWarning",
        "RuntimeError",
        "RuntimeWarning",
        "StopAsyncIteration",
        "StopIteration",
        "SyntaxError",
        "SyntaxWarning",
        "SystemError",
        "SystemExit",
        "TabError",
        "TimeoutError",
        "TypeError",
        "UnboundLocalError",
        "UnicodeDecodeError",
        "UnicodeEncodeError",
        "UnicodeError",
        "UnicodeTranslateError",
        "UnicodeWarning",
        "UserWarning",
        "ValueError",
        "Warning",
        "ZeroDivisionError",
    ]
)

RESERVED_RESOURCES = frozenset(["annotations", "self"])
"""Names that generated modules need for themselves where a resource is a name of the module or the class."""

RESERVED_OPTIONS = frozenset(
    # Arguments of every client's constructor, beside which a scheme's stands.
    [
        "self",
        "hosts",
        "transport",
        "proxy",
        "ssl_context",
        "deadline",
        "max_attempts",
        "user_agent",
        "strict",
        "max_response_bytes",
        "on_request",
        "on_response",
        "on_retry",
    ]
)

RESERVED_ON_CLIENT = frozenset(["send", "close", "aclose", "with_options", "webhooks"])


def snake(wire: str) -> str | None:
    """`fapiaoApplyId`, `X-Request-ID`, `type`, `class`, `2fa` → `fapiao_apply_id`, `x_request_id`, `type`, `class_`, `n2fa`."""
    if not wire.isascii():
        return None
    parts = [_split_camel(part) for part in re.split(r"[^A-Za-z0-9]+", wire) if part]
    name = "_".join(part for part in parts if part).lower()
    if not name:
        return None
    if name[0].isdigit():
        name = "n" + name
    return name + "_" if keyword.iskeyword(name) or name == SELF else name


def pascal(name: str) -> str | None:
    """`NO_AUTH`, `fapiao_information`, `rateLimit` → `NoAuth`, `FapiaoInformation`, `RateLimit`."""
    snaked = snake(name)
    if snaked is None:
        return None
    name = "".join(word[:1].upper() + word[1:] for word in snaked.strip("_").split("_"))
    return name if name[0].isalpha() else None


def class_name(name: str) -> str:
    """The class of a named type or a resource: itself, with `_` after it where type checkers take it for a class of Python's."""
    return name + "_" if name in BUILTIN_CLASSES or keyword.iskeyword(name) else name


def member(value: str | int) -> str | None:
    """The name of an enumeration's member: `ISSUED`, `not-yet`, 3, -1 → `ISSUED`, `NOT_YET`, `N3`, `MINUS_1`."""
    if isinstance(value, int):
        return f"N{value}" if value >= 0 else f"MINUS_{-value}"
    if not value.isascii():
        return None
    words = [word for word in re.split(r"[^A-Za-z0-9]+", value) if word]
    name = "_".join(word if word.isupper() else _split_camel(word) for word in words).upper()
    if not name:
        return None
    return "N" + name if name[0].isdigit() else name


def is_snake(name: str) -> bool:
    """Whether a name can stand as a Python function, argument or module: ASCII, lower case, no keyword."""
    return re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None and not keyword.iskeyword(name)


def is_pascal(name: str) -> bool:
    """Whether a name has the form of a type's: ASCII, begins upper case, letters and digits only."""
    return re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) is not None


def _split_camel(word: str) -> str:
    return "_".join(_WORDS.findall(word)) or word
