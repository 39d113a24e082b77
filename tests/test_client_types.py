"""Types of the clients of several tests: mypy and pyright accept each client, and a program that uses what is new in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests import (
    test_body_choice,
    test_cookies,
    test_error_ranges,
    test_extra_fields,
    test_field_directions,
    test_filled_arguments,
    test_generic_types,
    test_includes,
    test_media_choice,
    test_object_unions,
    test_paging,
    test_polling,
    test_streams,
    test_success_ranges,
    test_text_bodies,
)
from tests.client_types import ClientTree
from tests.type_checkers import Mypy

from specloom.spec import load

CLIENTS: Mapping[str, tuple[Path | Mapping[str, str], str]] = {
    "body_choice": (
        {"_api": test_body_choice.API, "persons": test_body_choice.RESOURCE},
        test_body_choice.PROGRAM,
    ),
    "cookies": ({"_api": test_cookies.API, "rooms": test_cookies.RESOURCE}, test_cookies.PROGRAM),
    "error_ranges": (
        {
            "_api": test_error_ranges.API,
            "_types": test_error_ranges.TYPES,
            "repos": test_error_ranges.REPOS,
        },
        test_error_ranges.PROGRAM,
    ),
    "extra_fields": (
        {"_api": test_extra_fields.API, "items": test_extra_fields.ITEMS},
        test_extra_fields.PROGRAM,
    ),
    "field_directions": (
        {"_api": test_field_directions.API, "members": test_field_directions.MEMBERS},
        test_field_directions.PROGRAM,
    ),
    "filled_arguments": (
        {"_api": test_filled_arguments.API, "payments": test_filled_arguments.RESOURCE},
        test_filled_arguments.PROGRAM,
    ),
    "generic_types": (
        {
            "_api": test_generic_types.API,
            "_types": test_generic_types.TYPES,
            "invoices": test_generic_types.INVOICES,
        },
        test_generic_types.PROGRAM,
    ),
    "includes": (
        {"_api": test_includes.API, "_types": test_includes.TYPES, "pets": test_includes.PETS},
        test_includes.PROGRAM,
    ),
    "media_choice": (
        {"_api": test_media_choice.API, "pods": test_media_choice.RESOURCE},
        test_media_choice.PROGRAM,
    ),
    "object_unions": (
        {"_api": test_object_unions.API, "pets": test_object_unions.PETS},
        test_object_unions.PROGRAM,
    ),
    "paging": (test_paging.SPEC, test_paging.PROGRAM),
    "polling": (test_polling.SPEC, test_polling.PROGRAM),
    "streams": (test_streams.SPEC, test_streams.PROGRAM),
    "success_ranges": (test_success_ranges.SPEC, test_success_ranges.PROGRAM),
    "text_bodies": (test_text_bodies.SPEC, test_text_bodies.PROGRAM),
}
"""Specs, as a folder or the texts of its files, and programs."""


def test_type_checkers_accept_clients(tmp_path: Path, mypy: Mypy) -> None:
    """Pyright checks the runtime in `apis/test_apis.py` and in the generator."""
    tree = ClientTree(tmp_path / "tree")
    for name, (spec, program) in CLIENTS.items():
        folder = tmp_path / "specs" / name
        if isinstance(spec, Path):
            folder = spec
        else:
            folder.mkdir(parents=True)
            for file, text in spec.items():
                (folder / f"{file}.yaml").write_text(text, "utf-8")
        tree.add(name, load(folder, name).api, program)
    tree.check(mypy, with_runtime=False)
