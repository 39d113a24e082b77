"""Calls of random endpoints of a generated client against its own mock: `python calling.py PACKAGE COUNT`, in the folder of its project.

The calls are the Python samples of the documentation, so their arguments have the types of the spec.
"""

from __future__ import annotations

import importlib
import random
import re
import sys
from pathlib import Path
from typing import Any


def main(package: str, count: int) -> int:
    """Call endpoints, print each failure, and return their number."""
    sys.path.insert(0, ".")
    module = importlib.import_module(package)
    testing = importlib.import_module(f"{package}.testing")
    mock_class = next(
        each
        for each in vars(testing).values()
        if getattr(each, "__module__", "") == testing.__name__ and hasattr(each, "async_client")
    )
    samples = [
        (page, sample)
        for page in sorted(min(Path("docs").iterdir()).rglob("*.md"))
        if (sample := _sample(page, package))
    ]
    Path("file").write_bytes(b"sixteen\r\n\0 bytes")
    failed = 0
    chosen = random.Random(1).sample(samples, min(count, len(samples)))
    for page, sample in chosen:
        try:
            _call(module, mock_class, package, sample)
        except Exception as error:
            failed += 1
            print(f"{page}: {type(error).__name__}: {str(error)[:300]}")
    print(f"{len(chosen) - failed} of {len(chosen)}")
    return failed


def _sample(page: Path, package: str) -> str | None:
    """Return the first Python sample of the page of an endpoint."""
    if page.name in {"index.md", "client.md"} or page.stem.startswith("event-"):
        return None
    found = re.search(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return found[1] if found and f"from {package} import" in found[1] else None


def _call(module: Any, mock_class: Any, package: str, sample: str) -> None:
    """Run a sample with a client of the mock in place of its own."""
    mock = mock_class()
    sample = sample.replace("…", "text")
    names = re.findall(rf"^from {package} import (.*)$", sample, re.MULTILINE)[0]
    name = next(each.strip() for each in names.split(",") if each.strip()[:1].isupper())
    made = getattr(module, name)
    with mock.client() as client:
        module.__dict__[name] = lambda *_, **__: client
        try:
            exec(compile(sample, "sample", "exec"), {})
        finally:
            module.__dict__[name] = made


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1], int(sys.argv[2])), 100))
