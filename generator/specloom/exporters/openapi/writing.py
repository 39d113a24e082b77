"""Text of a document: JSON, or YAML that readers of YAML 1.1 and of 1.2 understand in the same way."""

from __future__ import annotations

import re
from decimal import Decimal

import yaml

from ...model import Json, json_text

_NUMBER_OF_YAML_12 = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"
)


def json_document(document: dict[str, Json]) -> str:
    """Return a document as indented JSON. A lone surrogate is escaped."""
    return json_text(document, 0).encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def yaml_document(document: dict[str, Json]) -> str:
    """Return a document as YAML, in the order of its keys."""
    return yaml.dump(  # pyright: ignore[reportUnknownMemberType]
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
    )


class _Dumper(yaml.SafeDumper):
    """Writes texts with several lines as blocks, and numbers with all their digits."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _write_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else "'" if _NUMBER_OF_YAML_12.fullmatch(text) else None
    return _scalar(dumper, "tag:yaml.org,2002:str", text, style)


def _write_number(dumper: _Dumper, number: Decimal) -> yaml.ScalarNode:
    text = str(number).lower()
    if "e" in text and "." not in text:  # YAML 1.1 takes 1e-7 for a text
        text = text.replace("e", ".0e")
    return _scalar(dumper, "tag:yaml.org,2002:float", text, None)


def _scalar(dumper: _Dumper, tag: str, text: str, style: str | None) -> yaml.ScalarNode:
    return dumper.represent_scalar(tag, text, style)  # pyright: ignore[reportUnknownMemberType]


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(Decimal, _write_number)
