"""Time of decoding a response: specloom's codec, which also reports mismatches, compared with plain JSON decoders."""

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

DECODES = 2000
OURS, BARE, DICTS = (
    "specloom, into models",
    "msgspec alone, into the same models",
    "json.loads, into dicts",
)
MISMATCH = "specloom, with a mismatch in one field"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one response with each decoder."""
    report.machine(options.runs, f"seconds of one response, of {DECODES} in a row")
    report.heading("Decoding one response")
    model = fapiao.package().models.FapiaoPage
    codec: Any = import_module("wechatpay._runtime.codec").codec(model)
    decoder: Any = msgspec.json.Decoder(model)
    content = fapiao.response()
    broken = json.dumps({**json.loads(content), "total_count": "5"}).encode()
    if codec.decode(content) != (decoder.decode(content), []):
        raise AssertionError("the two decoders return different values")
    decoders: dict[str, Callable[[], object]] = {
        OURS: lambda: codec.decode(content),
        BARE: lambda: decoder.decode(content),
        DICTS: lambda: json.loads(content),
        MISMATCH: lambda: codec.decode(broken),
    }
    seconds: dict[str, list[float]] = {name: [] for name in decoders}
    for number in range(options.runs + 1):
        for name, decode in decoders.items():
            begun = time.perf_counter()
            for _ in range(DECODES):
                decode()
            if number:  # the first round warms up
                seconds[name].append((time.perf_counter() - begun) / DECODES)
    times = {name: Times(tuple(runs)) for name, runs in seconds.items()}
    ratios = {name: figure(lambda seconds, name=name: seconds[OURS] / seconds[name], times) for name in (BARE, DICTS)}  # type: ignore[misc]
    notes = {name: f"{ratio.median:.2f} × in specloom" for name, ratio in ratios.items()}
    report.table(times, {OURS: f"{len(content):,} bytes", **notes})
