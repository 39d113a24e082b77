"""Arguments of the commands."""

from __future__ import annotations

import argparse
import os

from . import commands

TYPE_CHECKING = False  # importing typing would slow down a run that has nothing to do
if TYPE_CHECKING:
    from typing import Any


class _Parser(argparse.ArgumentParser):
    """Parser whose help fits the terminal. argparse would determine the width for every argument, and import shutil for it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, formatter_class=_formatter)


def _formatter(prog: str) -> argparse.HelpFormatter:
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
    except (OSError, ValueError):  # no terminal
        columns = 80
    return argparse.HelpFormatter(prog, width=max(columns, 20) - 2)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    from . import __version__

    parser = _Parser(
        prog="specloom",
        description="Generates typed Python HTTP clients, their documentation and mocks from YAML endpoint specs.",
    )
    parser.add_argument("--version", action="version", version=f"specloom {__version__}")
    subparsers = parser.add_subparsers(
        prog=parser.prog, title="commands", metavar="COMMAND", required=True
    )  # without prog, argparse determines the width of the terminal
    for run, text in (
        (commands.generate, "generate clients and documentation"),
        (commands.check, "check that generated clients are up to date"),
        (commands.lint, "print advice on specs: missing translations, examples, titles"),
        (commands.schema, "write JSON schemas of the spec language, for editors"),
    ):
        command = subparsers.add_parser(run.__name__, help=text, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument(
            "clients",
            nargs="*",
            metavar="CLIENT",
            help="a client in pyproject.toml (default: all clients)",
        )
        command.add_argument(
            "--format",
            choices=("text", "json", "github"),
            default="text",
            help="format of problems; json and github write nothing else to stdout (default: text)",
        )
        if run is commands.generate:
            command.add_argument(
                "--force",
                action="store_true",
                help="overwrite generated files that were edited by hand",
            )
            command.add_argument(
                "--watch",
                action="store_true",
                help="generate again whenever a file is saved, until Ctrl-C",
            )
        if run is commands.lint:
            command.add_argument(
                "--details",
                action="store_true",
                help="print each problem with its line of the spec",
            )
    _new_parser(
        subparsers.add_parser(
            "new",
            help="create a spec for a new API, and its table in pyproject.toml",
            description=commands.new.__doc__,
        )
    )
    _import_parser(
        subparsers.add_parser(
            "import",
            help="create a spec from an OpenAPI document",
            description=commands.import_.__doc__,
        )
    )
    _draft_parser(
        subparsers.add_parser(
            "draft",
            help="draft a spec from documentation pages",
            description=commands.draft.__doc__,
        )
    )
    _export_parser(
        subparsers.add_parser(
            "export",
            help="write a spec as an OpenAPI document",
            description=commands.export.__doc__,
        )
    )
    _diff_parser(
        subparsers.add_parser(
            "diff",
            help="list the changes between two versions of a spec",
            description=commands.diff.__doc__,
        )
    )
    _docs_parser(
        subparsers.add_parser(
            "docs",
            help="write a static site of the documentation",
            description=commands.docs.__doc__,
        )
    )
    _mock_parser(
        subparsers.add_parser(
            "mock",
            help="run a mock server of an API",
            description=commands.mock.__doc__,
        )
    )
    return parser


def _docs_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=commands.docs, format="text")
    command.add_argument(
        "clients",
        nargs="*",
        metavar="CLIENT",
        help="a client in pyproject.toml (default: all clients)",
    )
    command.add_argument(
        "--out",
        metavar="FOLDER",
        default="site",
        help="output folder, replaced as a whole (default: site)",
    )
    command.add_argument(
        "--serve",
        action="store_true",
        help="serve the site on this machine, and write it again whenever a generated page changes, until Ctrl-C",
    )
    command.add_argument(
        "--port",
        type=int,
        default=8000,
        metavar="PORT",
        help="port of --serve (default: 8000); 0 selects a free one",
    )


def _mock_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=commands.mock, format="text")
    command.add_argument("spec", metavar="FOLDER", help="the spec folder, for example specs/shop")
    command.add_argument(
        "options",
        metavar="…",
        nargs=argparse.REMAINDER,
        help="options of the server, for example --port 8080 --print-client",
    )


def _new_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=commands.new, format="text")
    command.add_argument(
        "name",
        metavar="API",
        help="name of the API; shop creates the spec folder specs/shop for the package shop",
    )


def _import_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=commands.import_)
    command.add_argument("document", metavar="FILE", help="the document, JSON or YAML")
    _destination_arguments(command)


def _draft_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=commands.draft)
    command.add_argument(
        "pages", metavar="PAGE", nargs="+", help="a page: a file of Markdown, HTML or copied text"
    )
    _destination_arguments(command)
    command.add_argument(
        "--review",
        metavar="FILE",
        help="write an HTML page that shows the pages beside the spec, and marks what was not read",
    )


def _destination_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of commands that create or update a spec."""
    command.add_argument(
        "--api",
        required=True,
        metavar="NAME",
        help="name of the API; shop creates the spec folder specs/shop for the package shop, or updates it",
    )
    command.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="SIDE[:NAME]",
        help="take ours (your spec) or theirs (the document or page) in all conflicts, or in those with this name, such as theirs:orders.yaml; repeatable",
    )
    command.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="format of the report and of problems; json writes nothing else to stdout (default: text)",
    )


def _export_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=commands.export, format="text")
    command.add_argument("spec", metavar="FOLDER", help="the spec folder, for example specs/shop")
    command.add_argument(
        "--openapi",
        choices=("3.1", "3.0"),
        default="3.1",
        help="version of OpenAPI (default: 3.1)",
    )
    command.add_argument(
        "--language",
        metavar="LANGUAGE",
        help="language of the texts (default: the first of the spec)",
    )
    command.add_argument(
        "--out",
        metavar="FILE",
        help="file to write, as JSON if its name ends in .json (default: YAML to standard output)",
    )


def _diff_parser(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=commands.diff)
    command.add_argument(
        "old",
        metavar="OLD",
        help="a spec folder, REVISION:FOLDER, or a git revision with --spec",
    )
    command.add_argument(
        "new", metavar="NEW", nargs="?", help="like OLD (default: the current spec folder)"
    )
    command.add_argument(
        "--spec",
        metavar="FOLDER",
        help="the spec folder for git revisions (default: the spec of the project, if it has only one)",
    )
    command.add_argument(
        "--format",
        choices=("text", "json", "markdown", "github"),
        default="text",
        help="output format; markdown is a section for a changelog (default: text)",
    )
    command.add_argument(
        "--fail-on",
        choices=("breaking", "compatible", "documentation"),
        help="exit with status 1 if there is a change of this class or a worse one",
    )
