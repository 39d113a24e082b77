"""`specloom schema`: writes the JSON Schemas of the spec language to `.schema/`, for editors.

The first line of each spec file names its schema, so that a YAML language server can complete and explain every key. The schemas are copied
into the spec folder, so the line is the same on every machine.
"""

from __future__ import annotations

from pathlib import Path

from .diagnostics import DISK, UsageError, display_path
from .spec.validation import schema_text

FOLDER = ".schema"
NAMES = ("api", "resource", "types", "common")


def write_schemas(spec: Path) -> bool:
    """Write the schemas of this version into a spec folder, and return whether any file changed.

    Raises `UsageError` if a file cannot be written or is a symbolic link.
    """
    changed = False
    try:
        for name in NAMES:
            file = spec / FOLDER / f"{name}.json"
            text = schema_text(name).encode("utf-8")
            for path in (file.parent, file):
                if path.is_symlink():
                    raise UsageError(
                        f"{display_path(path)} is a symbolic link; replace it with a regular file or folder"
                    )
            if not file.is_file() or file.read_bytes() != text:
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(text)
                changed = True
    except OSError as error:
        raise UsageError(f"{error.filename or spec}: {error.strerror or error}", DISK) from None
    return changed
