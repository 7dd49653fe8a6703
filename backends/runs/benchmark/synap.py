"""Reads what Synaptics' SyNAP tools and driver say: timings of ``synap_cli`` and the table ``network_profile``.

The driver's table has had other columns and widths before, so cells are found by the header. Its rows are layers of
the NPU's compiler, not operators of the model, and its cycles are no measure of time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from backends.runs.run import NpuLayer

_NUMBER = r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_PREDICT = re.compile(rf"Predict #\d{{1,9}}: (?P<value>{_NUMBER}) ms")
_TIMINGS = re.compile(r"Inference timings \(ms\):(?P<rest>.*)")
_TIMING = re.compile(rf"(?P<key>load|init|min|median|max|stddev|mean):\s*(?P<value>{_NUMBER})")
_NETWORK = re.compile(r"\b(?P<key>pid|nid|inference_count|inference_time|inference_last|layers): (?P<value>\d{1,18})")
_MAX_LINES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SynapTimings:
    """What ``synap_cli`` measured, in ns; each inference by itself."""

    runs_ns: tuple[int, ...] = ()
    load_ns: int | None = None
    init_ns: int | None = None
    min_ns: int | None = None
    median_ns: int | None = None
    max_ns: int | None = None
    std_ns: int | None = None
    mean_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NpuNetwork:
    """One network that is loaded on the NPU."""

    pid: int
    id: int
    inference_count: int
    inference_us: int
    """Over all inferences."""
    layers: tuple[NpuLayer, ...]


def parse_synap_log(lines: Iterable[str]) -> SynapTimings:
    """Read what ``synap_cli`` printed; fields stay ``None`` where nothing was said."""
    runs: list[int] = []
    found: dict[str, int] = {}
    for line in islice(lines, _MAX_LINES):
        if match := _PREDICT.search(line):
            runs.append(_ns(match["value"]))
        elif match := _TIMINGS.search(line):
            found = {pair["key"]: _ns(pair["value"]) for pair in _TIMING.finditer(match["rest"])}
    return SynapTimings(
        runs_ns=tuple(runs),
        load_ns=found.get("load"),
        init_ns=found.get("init"),
        min_ns=found.get("min"),
        median_ns=found.get("median"),
        max_ns=found.get("max"),
        std_ns=found.get("stddev"),
        mean_ns=found.get("mean"),
    )


def parse_network_profile(lines: Iterable[str]) -> tuple[NpuNetwork, ...]:
    """Read the driver's statistics of loaded networks, with their layers where they were profiled."""
    networks: list[tuple[dict[str, int], list[NpuLayer]]] = []
    columns: list[str] = []
    for line in islice(lines, _MAX_LINES):
        if line.lstrip().startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|", max(0, len(columns) - 1) or -1)]
            if "name" in cells and not (cells[0].isdigit() or cells[-1].isdigit()):
                columns = cells
            elif networks and len(cells) == len(columns):
                networks[-1][1].append(_layer(networks[-1][0]["nid"], dict(zip(columns, cells, strict=True))))
            continue
        fields = {match["key"]: int(match["value"]) for match in _NETWORK.finditer(line)}
        if "nid" in fields:
            networks.append((fields, []))
            columns = []
    return tuple(
        NpuNetwork(
            pid=fields.get("pid", 0),
            id=fields["nid"],
            inference_count=fields.get("inference_count", 0),
            inference_us=fields.get("inference_time", 0),
            layers=tuple(layers),
        )
        for fields, layers in networks
    )


def _layer(network: int, cells: dict[str, str]) -> NpuLayer:
    microseconds = _whole(cells.get("time_us"))
    return NpuLayer(
        network=network,
        index=_whole(cells.get("lyr")) or 0,
        name=cells.get("name", ""),
        engine=cells.get("ot", cells.get("type", "")),
        time_ns=None if microseconds is None else 1000.0 * microseconds,
        cycles=_whole(cells.get("cycle")),
        read_bytes=_whole(cells.get("byte_rd")),
        written_bytes=_whole(cells.get("byte_wr")),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 19 else None


def _ns(milliseconds: str) -> int:
    value = float(milliseconds)
    return round(value * 1e6) if value < 1e12 else 0
