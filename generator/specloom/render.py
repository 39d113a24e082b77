"""The one place where templates become text: a Jinja2 environment per output language that lets nothing but its own `Code` through.

Templates order and indent; Python decides. So there are two filters, no macros, no globals, and no access to attributes that begin with an
underscore. Spec text is never compiled as a template.

A user's folder may hold templates that stand in for ours (`overriding`). They are held to the same rules, and since nobody has seen what
they print, it is read once: Python is given to black, TOML to its parser.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import jinja2
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from .code.base import Code, indent, join

Kind = TypeVar("Kind", bound=Code)

_folder: ContextVar[Path | None] = ContextVar("overrides", default=None)


class UnsafeOutput(TypeError):
    """A template tried to output something that is not `Code` of its language: a fault of the generator or of a user's template."""


def templates() -> Path:
    """The folder of the templates: inside the installed package, or beside `generator/` in a checkout."""
    here = Path(__file__).parent
    packaged = here / "_templates"
    return packaged if packaged.is_dir() else here.parents[1] / "templates"


@contextlib.contextmanager
def overriding(folder: Path | None) -> Generator[None, None, None]:
    """Templates of this folder stand in for ours of the same name; raises `InvalidSpec` if one of them stands in for none."""
    if folder is not None:
        from . import template_overrides

        template_overrides.check(folder, templates())
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def render(kind: type[Kind], template: str, home: Path | None = None, /, **values: Any) -> Kind:
    """Fill a template, named `target/file.j2`, with values; every `{{ … }}` must be of this kind.

    `home` is the folder of another package's templates, where ours are not meant. Raises `InvalidSpec` for what a user's template does wrong.
    """
    folder = _folder.get()
    environment = _environment(kind, home, folder)
    if folder is None:
        return kind(environment.get_template(template).render(values))
    from . import template_overrides

    with template_overrides.faults(folder, template, values):
        code = kind(environment.get_template(template).render(values))
    own = template_overrides.used(environment, folder, template)
    return code if own is None else kind(template_overrides.judged(code, own))


class _Environment(SandboxedEnvironment):
    """Refuses every attribute of a text: the sandbox's own `str.format` would give back the class of the text it was called on.

    Refuses hidden files, too: whether anything has changed is decided without a look at them.
    """

    def join_path(self, template: str, parent: str) -> str:
        if any(part.startswith(".") for part in template.split("/")):
            raise jinja2.TemplateRuntimeError(
                f"{template} is hidden, and no hidden file is a template; begin its name with _"
            )
        return template

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not isinstance(obj, str) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        if isinstance(getattr(value, "__self__", None), str):
            raise SecurityError("templates do not call methods of texts")


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Compiled templates, beside this module's own byte code and as silent about a folder that cannot be written."""

    def __init__(self) -> None:
        super().__init__(str(Path(__file__).parent / "__pycache__"), "template-%s.jinja")

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)


@lru_cache
def _environment(kind: type[Code], home: Path | None, folder: Path | None) -> jinja2.Environment:
    def finalize(value: object) -> Code:
        if isinstance(value, kind):
            return value
        if isinstance(value, jinja2.Undefined):
            str(value)  # StrictUndefined: raises with the name
        raise UnsafeOutput(
            f"a template output a {type(value).__name__} where only {kind.__name__} may stand"
        )

    environment = _Environment(
        loader=_loader(home or templates(), folder),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=folder is not None,
        bytecode_cache=_Compiled(),
    )
    filters: Any = {"indent": indent, "join": join}
    environment.filters = filters
    environment.globals = {}
    return environment


def _loader(home: Path, folder: Path | None) -> jinja2.BaseLoader:
    """A user's templates before ours; those can include the one that they stand in for as `specloom/<name>`."""
    ours = jinja2.FileSystemLoader(home)
    if folder is None:
        return ours
    return jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(folder), ours, jinja2.PrefixLoader({"specloom": ours})]
    )
