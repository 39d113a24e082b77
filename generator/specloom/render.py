"""Template rendering: a sandboxed Jinja2 environment for each output language, which outputs only `Code` of that language.

Templates have the shape of the output; Python supplies finished tokens, and lists of them. So there are two filters, no macros, no
globals, and no access to attributes that begin with an underscore. The text of a spec is never compiled as a template.

A user's folder may have templates that override built-in ones (`overriding_templates`). The same rules apply to them. Their output is
also checked, because no test covers it: Python is formatted with black, TOML is parsed.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

import jinja2
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment
from msgspec import Struct

from .code.base import Code, indent, join

CodeType = TypeVar("CodeType", bound=Code)

_folder: ContextVar[Path | None] = ContextVar("overrides", default=None)


class UnsafeOutput(TypeError):
    """Raised for output that is not `Code` of the template's language: a bug of the generator or of a user's template."""


def templates_folder() -> Path:
    """Return the folder of the built-in templates: inside the installed package, or beside `generator/` in a checkout."""
    here = Path(__file__).parent
    packaged = here / "_templates"
    return packaged if packaged.is_dir() else here.parents[1] / "templates"


@contextlib.contextmanager
def overriding_templates(folder: Path | None) -> Generator[None, None, None]:
    """Override built-in templates with those in the folder; raise `InvalidSpec` for a file that overrides none."""
    if folder is not None:
        from . import template_overrides

        template_overrides.check(folder, templates_folder())
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def render(
    kind: type[CodeType], template: str, package_templates: Path | None = None, /, **values: Any
) -> CodeType:
    """Render the template `target/file.j2`; every `{{ … }}` must output `Code` of this kind.

    `package_templates` is the template folder of another package, used instead of the built-in one. Raises `InvalidSpec` for an error
    in a user's template.
    """
    folder = _folder.get()
    environment = _environment(kind, package_templates, folder)
    if folder is None:
        return kind(environment.get_template(template).render(values))
    from . import template_overrides

    with template_overrides.reporting_errors(folder, template, values):
        code = kind(environment.get_template(template).render(values))
    override = template_overrides.find_override(environment, folder, template)
    return code if override is None else kind(template_overrides.format_output(code, override))


class _Environment(SandboxedEnvironment):
    """Sandbox without attributes of strings: `str.format` of the stock sandbox returns the class of the string that it is called on.

    It also refuses hidden files, because the up-to-date check does not look at them.
    """

    def join_path(self, template: str, parent: str) -> str:
        if any(part.startswith(".") for part in template.split("/")):
            raise jinja2.TemplateRuntimeError(
                f"{template} is a hidden file; begin its name with _ instead of ."
            )
        return template

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of a `Struct` or a value of a read-only mapping without the sandbox's checks, which take longer than the rest of a row."""
        if isinstance(obj, MappingProxyType) and attribute in obj:
            return cast("Mapping[str, Any]", obj)[attribute]
        if isinstance(obj, Struct) and attribute in obj.__struct_fields__ and attribute[0] != "_":
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not isinstance(obj, str) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        if isinstance(getattr(value, "__self__", None), str):
            raise SecurityError("templates cannot call methods of strings")


class _BytecodeCache(jinja2.FileSystemBytecodeCache):
    """Cache of compiled templates beside this module's bytecode; like that, it ignores a folder that is not writable."""

    def __init__(self) -> None:
        super().__init__(str(Path(__file__).parent / "__pycache__"), "template-%s.jinja")

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)


@lru_cache
def _environment(
    kind: type[Code], package_templates: Path | None, folder: Path | None
) -> jinja2.Environment:
    def finalize(value: object) -> Code:
        if isinstance(value, kind):
            return value
        if isinstance(value, jinja2.Undefined):
            str(value)  # StrictUndefined: raises with the name
        raise UnsafeOutput(
            f"invalid output of type {type(value).__name__}; expected {kind.__name__} code"
        )

    environment = _Environment(
        loader=_loader(package_templates or templates_folder(), folder),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=folder is not None,
        bytecode_cache=_BytecodeCache(),
    )
    filters: Any = {"indent": indent, "join": join}
    environment.filters = filters
    environment.globals = {}
    return environment


def _loader(package_templates: Path, folder: Path | None) -> jinja2.BaseLoader:
    """Load a user's templates before built-in ones; an override can include the built-in one as `specloom/<name>`."""
    builtin = jinja2.FileSystemLoader(package_templates)
    if folder is None:
        return builtin
    return jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(folder), builtin, jinja2.PrefixLoader({"specloom": builtin})]
    )
