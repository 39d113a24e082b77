"""The schemas of the language, laid beside a spec for editors: `.schema/`, which the first line of each file names.

An editor's YAML language server completes and explains every key with them. They are copies, so that the line is the same for everybody who
works on the spec; `specloom schema` renews them.
"""

from __future__ import annotations

from pathlib import Path

from .diagnostics import DISK, UsageError, display_path
from .spec.validation import schema_text

FOLDER = ".schema"
NAMES = ("api", "resource", "types", "common")


def write_schemas(spec: Path) -> bool:
    """Write this version's schemas into a spec folder; whether any was another. Raises `UsageError` if the disk refuses, or a link stands for one."""
    changed = False
    try:
        for name in NAMES:
            file = spec / FOLDER / f"{name}.json"
            text = schema_text(name).encode("utf-8")
            for place in (file.parent, file):
                if place.is_symlink():
                    raise UsageError(
                        f"{display_path(place)} is a link, which is not written through; remove it"
                    )
            if not file.is_file() or file.read_bytes() != text:
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(text)
                changed = True
    except OSError as error:
        raise UsageError(f"{error.filename or spec}: {error.strerror or error}", DISK) from None
    return changed
