"""Reading the documented answer of a query: our codec, which also knows what does not fit, beside bare readers of JSON."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import msgspec

from . import fapiao, report
from .processes import Times, figure

READS = 2000
OURS, BARE, DICTS = (
    "specloom, into models",
    "msgspec alone, into the same models",
    "json.loads, into dicts",
)
MISFIT = "specloom, with a field that does not fit"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one answer each way."""
    report.machine(options.runs, f"seconds of one answer, of {READS} in a row")
    report.heading("Reading one answer")
    model = fapiao.package().models.FapiaoPage
    codec: Any = import_module("wechatpay._runtime.codec").codec(model)
    decoder: Any = msgspec.json.Decoder(model)
    content = fapiao.answer()
    broken = json.dumps({**json.loads(content), "total_count": "5"}).encode()
    if codec.decode(content) != (decoder.decode(content), []):
        raise AssertionError("the two ways do not give the same")
    ways: dict[str, Callable[[], object]] = {
        OURS: lambda: codec.decode(content),
        BARE: lambda: decoder.decode(content),
        DICTS: lambda: json.loads(content),
        MISFIT: lambda: codec.decode(broken),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(options.runs + 1):
        for name, way in ways.items():
            begun = time.perf_counter()
            for _ in range(READS):
                way()
            if number:  # the first round warms up
                seconds[name].append((time.perf_counter() - begun) / READS)
    times = {name: Times(tuple(found)) for name, found in seconds.items()}
    found = {name: figure(lambda seconds, name=name: seconds[OURS] / seconds[name], times) for name in (BARE, DICTS)}  # type: ignore[misc]
    notes = {name: f"specloom takes {one.median:.2f} × of it" for name, one in found.items()}
    report.table(times, {OURS: f"{len(content):,} bytes", **notes})
