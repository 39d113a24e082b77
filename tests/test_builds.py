"""Build backends: a sample project is built by each tool as sdist, wheel and editable install."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.environments import environment, pip, run
from tests.generated import ROOT

PROJECT = '[project]\nname = "app"\nversion = "1.0"\n\n'
CLIENT = '[tool.specloom.clients.shop]\nspec = "specs/shop"\nout = "src/shop"\nlayout = "package"\n'
PDM_BUILD = """\
from specloom.build_backends import generate, require_in_wheel


def pdm_build_initialize(context):
    generate(context.root)


def pdm_build_update_files(context, files):
    if context.target == "wheel":
        require_in_wheel(context.root, files.values())
"""
TOOLS = {
    "hatchling": (
        '[build-system]\nrequires = ["hatchling", "specloom"]\nbuild-backend = "hatchling.build"\n\n',
        '[tool.hatch.build.hooks.specloom]\n\n[tool.hatch.build.targets.wheel]\npackages = ["src/app", "src/shop"]\n\n[tool.hatch.build]\ndev-mode-dirs = ["src"]\n\n',
    ),
    "setuptools": (
        '[build-system]\nrequires = ["setuptools>=77", "specloom"]\nbuild-backend = "setuptools.build_meta"\n\n',
        "",
    ),
    "pdm": (
        '[build-system]\nrequires = ["pdm-backend", "specloom"]\nbuild-backend = "pdm.backend"\n\n',
        '[tool.pdm.build]\nsource-includes = ["specs"]\n\n',
    ),
}


def project(folder: Path, tool: str) -> Path:
    """A project whose client is not generated yet, and is ignored by version control."""
    system, settings = TOOLS[tool]
    (folder / "src" / "app").mkdir(parents=True)
    (folder / "src" / "app" / "__init__.py").write_text('"""The program."""\n')
    (folder / "pyproject.toml").write_text(system + PROJECT + settings)
    (folder / ".gitignore").write_text("/src/shop/\n")
    if tool == "pdm":
        (folder / "pdm_build.py").write_text(PDM_BUILD)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    run(sys.executable, "-m", "specloom", "new", "shop", cwd=folder)
    assert (folder / "pyproject.toml").read_text() == system + PROJECT + settings + CLIENT
    return folder


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the build tools, into which the test installs its project."""
    return environment(tmp_path_factory.mktemp("builder"), like_ours=True)


def build(folder: Path, *arguments: str, status: int = 0) -> str:
    return run(sys.executable, "-m", "build", "--no-isolation", *arguments, folder, status=status)


@pytest.mark.parametrize(
    "tool",
    [
        "hatchling",
        pytest.param("setuptools", marks=pytest.mark.slow),
        pytest.param("pdm", marks=pytest.mark.slow),
    ],
)
def test_a_project_is_built_with_its_client(tool: str, tmp_path: Path, builder: Path) -> None:
    folder = project(tmp_path, tool)
    output = build(folder)  # the sdist, and the wheel from the sdist
    assert "shop: 2 endpoints, 3 types -> src/shop (" in output
    [sdist] = (folder / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {
        "specs/shop/_api.yaml",
        "specs/shop/items.yaml",
        "src/shop/client.py",
        "src/shop/py.typed",
        "src/shop/.specloom.json",
    } <= inside
    [wheel] = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {
        "app/__init__.py",
        "shop/__init__.py",
        "shop/py.typed",
        "shop/_runtime/auth/static/bearer.py",
    } <= names
    generated = {
        f"shop/{path.relative_to(folder / 'src' / 'shop').as_posix()}"
        for path in (folder / "src" / "shop").rglob("*.py")
    }
    assert generated <= names
    assert not [name for name in names if "specs" in name or "__pycache__" in name]

    pip(builder, "install", "-q", "--no-build-isolation", "--no-deps", "-e", folder)
    imported = "import app, shop; print(shop.__version__, shop.__file__)"
    assert run(builder, "-c", imported, cwd=tmp_path.parent).split()[0] == "0.1.0"
    assert str(folder / "src" / "shop") in run(builder, "-c", imported, cwd=tmp_path.parent)
    pip(builder, "uninstall", "-q", "-y", "app")


@pytest.mark.parametrize("tool", TOOLS)
def test_a_bad_spec_fails_the_build_with_its_problems(tool: str, tmp_path: Path) -> None:
    folder = project(tmp_path, tool)
    resource = folder / "specs" / "shop" / "items.yaml"
    resource.write_text(resource.read_text().replace("price: integer\n", "price: intger\n"))
    output = build(folder, "--wheel", status=1)
    assert "specs/shop/items.yaml:37:14: invalid-type: " in output
    assert "hint: " in output
    assert not list(folder.glob("dist/*.whl"))


@pytest.mark.parametrize("tool", TOOLS)
def test_a_client_outside_the_selected_packages_is_a_problem(tool: str, tmp_path: Path) -> None:
    folder = project(tmp_path, tool)
    config = folder / "pyproject.toml"
    config.write_text(
        config.read_text()
        .replace('"src/shop"', '"lib/shop"', 2 if tool == "hatchling" else 1)
        .replace(', "lib/shop"]', "]")
    )
    if tool == "setuptools":  # a project's own build_py does not bypass the check
        (folder / "setup.py").write_text(
            "from setuptools import setup\nfrom setuptools.command.build_py import build_py\n\n\nclass Own(build_py): ...\n\n\nsetup(cmdclass={'build_py': Own})\n"
        )
    output = build(folder, "--wheel", status=1)
    line = config.read_text().split("\n").index('out = "lib/shop"') + 1
    assert f"{line}:7: build-outside: the wheel would not contain shop\n" in output
    assert "    ^^^^^^^^^^\n" in output
    assert "hint: " in output


def test_a_wheel_with_a_part_of_a_client_is_a_problem(tmp_path: Path) -> None:
    folder = project(tmp_path, "setuptools")
    config = folder / "pyproject.toml"
    packages = '[tool.setuptools]\npackages = ["app", "shop"]\npackage-dir = {"" = "src"}\ninclude-package-data = false\n\n'
    config.write_text(config.read_text().replace("[tool.specloom", packages + "[tool.specloom", 1))
    output = build(folder, "--wheel", status=1)
    assert "build-outside: the wheel would not contain " in output
    assert " files of shop, such as " in output


def test_setuptools_does_not_generate_for_projects_that_do_not_require_specloom(
    tmp_path: Path,
) -> None:
    folder = project(tmp_path, "setuptools")
    config = folder / "pyproject.toml"
    config.write_text(config.read_text().replace(', "specloom"]', "]"))
    assert "endpoints" not in build(folder, "--wheel")
    assert not (folder / "src" / "shop").exists()


def test_an_invalid_configuration_fails_the_build_with_its_problem(tmp_path: Path) -> None:
    folder = project(tmp_path, "hatchling")
    config = folder / "pyproject.toml"
    config.write_text(config.read_text().replace('layout = "package"', 'layout = "packages"'))
    output = build(folder, "--wheel", status=1)
    assert 'config-layout: invalid layout "packages"' in output


@pytest.mark.slow
def test_an_isolated_build_has_specloom_from_its_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--wheel",
        "--outdir",
        tmp_path / "index",
        ROOT,
    )
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    (tmp_path / "project").mkdir()
    folder = project(tmp_path / "project", "setuptools")
    assert "shop: 2 endpoints" in run(sys.executable, "-m", "build", folder)
    python = environment(tmp_path / "env")
    pip(python, "install", "-q", "--no-deps", next((folder / "dist").glob("*.whl")))
    assert run(python, "-c", "import shop; print(shop.__version__)") == "0.1.0\n"
