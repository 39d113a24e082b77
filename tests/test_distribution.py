"""Installation of specloom from its wheel and sdist, and of a generated project without specloom."""

from __future__ import annotations

import re
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from tests.environments import environment, pip, run
from tests.generated import COMMITTED, ROOT

import specloom

CONFIG = '[tool.specloom.clients.weixin]\nspec = "spec"\nout = "client"\n'


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT)
    return next(out.glob("*.tar.gz")), next(out.glob("*.whl"))


def test_the_wheel_generates_what_the_checkout_generates(
    distributions: tuple[Path, Path], tmp_path: Path
) -> None:
    python = environment(tmp_path / "env")
    pip(python, "install", "-q", distributions[1])
    version = run(python.parent / "specloom", "--version", cwd=tmp_path)
    assert version == f"specloom {specloom.__version__}\n"
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(CONFIG)
    (project / "spec").mkdir()
    for source in (ROOT / "specs" / "weixin").iterdir():
        (project / "spec" / source.name).write_bytes(source.read_bytes())
    line = run(python.parent / "specloom", "generate", cwd=project)
    assert line.startswith("weixin: 1 endpoint, ")
    generated = (project / "client" / "weixin" / "calls" / "invoice.py").read_text("utf-8")
    ours = (COMMITTED["weixin"] / "weixin" / "calls" / "invoice.py").read_text("utf-8")
    assert generated == ours.replace("specs/weixin", "spec")
    assert run(python.parent / "specloom", "check", cwd=project) == "weixin: up to date\n"
    run(python.parent / "specloom", "new", "shop", cwd=project)
    assert "shop: 2 endpoints, " in run(python.parent / "specloom", "generate", cwd=project)


def test_the_wheel_contains_only_the_package_and_its_templates(
    distributions: tuple[Path, Path],
) -> None:
    with zipfile.ZipFile(distributions[1]) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"specloom"}
    templates = {
        str(path.relative_to(ROOT / "templates"))
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }
    assert templates == {
        name.removeprefix("specloom/_templates/") for name in names if "/_templates/" in name
    }
    assert any(name.endswith("py.typed") for name in names)
    with tarfile.open(distributions[0]) as sdist:
        names = sdist.getnames()
    assert any(name.endswith("/specs/README.md") for name in names)
    inside = {name.split("/")[1] for name in names if "/" in name}
    assert {
        "generator",
        "templates",
        "specs",
        "tests",
        ".github",
        ".pre-commit-hooks.yaml",
        "pyproject.toml",
        "README.md",
        "LICENSE",
    } <= inside


def test_a_package_index_accepts_the_metadata(distributions: tuple[Path, Path]) -> None:
    run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", *distributions)
    with zipfile.ZipFile(distributions[1]) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        metadata = message_from_bytes(wheel.read(name))
    assert metadata["Version"] == specloom.__version__
    assert metadata["License-Expression"] == "MIT"
    urls = dict(url.split(", ") for url in metadata.get_all("Project-URL", []))
    assert {"Homepage", "Documentation", "Changelog", "Issues", "Source"} == {*urls}
    readme = metadata.get_payload()
    assert isinstance(readme, str)
    assert not re.findall(
        r"\]\((?!https?:|#)", readme
    ), "links to files work in the repository only"


def test_a_generated_project_does_not_need_specloom(tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    pip(python, "install", "-q", COMMITTED["wechatpay"])
    names = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    installed = run(python, "-c", names).lower().split()
    assert "httpx" in installed
    assert not {"specloom", "jinja2", "black", "pyyaml"} & {*installed}
    run(
        python,
        "-c",
        "import wechatpay; wechatpay.WeChatPay; wechatpay.calls.fapiao_applications.query('1', sub_mchid='2')",
        cwd=tmp_path,
    )
