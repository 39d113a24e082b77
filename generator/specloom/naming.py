"""Python names derived from wire names, by simple rules that users can predict.

A name that cannot be derived is None; the spec then needs `as:`. Names are not made unique: two wire names with the same Python name
are a problem of the spec, and are never merged silently.
"""

from __future__ import annotations

import keyword
import re

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")

SELF = "self"
"""Name of a method's first parameter, which no other argument can have."""

RESERVED_CLASSES = frozenset(
    # Names that generated modules import, and constants of Python.
    [
        "Annotated",
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
    # Builtin classes: mypy resolves a name used before its class definition to the builtin. A fixed list, so that names do not depend on the
    # version of Python.
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
"""Names that generated modules and classes need themselves, so that no resource can have them."""

RESERVED_OPTIONS = frozenset(
    # Arguments of every client's constructor, which share a namespace with those of its schemes.
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
        "headers",
        "on_request",
        "on_response",
        "on_retry",
    ]
)

RESERVED_ON_CLIENT = frozenset(
    ["send", "stream", "request", "iter", "wait", "close", "aclose", "with_options", "webhooks"]
)


def snake(wire: str) -> str | None:
    """Return a snake-case name: `fapiaoApplyId`, `X-Request-ID`, `type`, `class`, `2fa` → `fapiao_apply_id`, `x_request_id`, `type`, `class_`, `n2fa`."""
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
    """Return a class-style name: `NO_AUTH`, `fapiao_information`, `rateLimit` → `NoAuth`, `FapiaoInformation`, `RateLimit`."""
    snaked = snake(name)
    if snaked is None:
        return None
    name = "".join(word[:1].upper() + word[1:] for word in snaked.strip("_").split("_"))
    return name if name[0].isalpha() else None


def error_class(code: str) -> str | None:
    """Return the exception class of an error code: `NO_AUTH`, `SYSTEM_ERROR` → `NoAuth`, `SystemFailure`.

    A name of a builtin exception ends in `Failure` instead of `Error`, so that no class shadows it. Other builtin names, such as `Warning`,
    are left for the caller to reject.
    """
    name = pascal(code)
    if name in BUILTIN_CLASSES and name.endswith("Error"):
        return name.removesuffix("Error") + "Failure"
    return name


def class_name(name: str) -> str:
    """Return the class of a named type or resource: its name, with a final `_` if it is a builtin class or a keyword."""
    return name + "_" if name in BUILTIN_CLASSES or keyword.iskeyword(name) else name


def member(value: str | int) -> str | None:
    """Return the name of an enumeration member: `ISSUED`, `not-yet`, 3, -1 → `ISSUED`, `NOT_YET`, `N3`, `MINUS_1`."""
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
    """Return whether a name is a valid function, argument or module name: ASCII, lower case, not a keyword."""
    return re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None and not keyword.iskeyword(name)


def is_pascal(name: str) -> bool:
    """Return whether a name has the form of a type name: ASCII letters and digits, starting with an upper-case letter."""
    return re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) is not None


def _split_camel(word: str) -> str:
    return "_".join(_WORDS.findall(word)) or word
