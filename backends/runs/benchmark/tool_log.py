"""Reads what the tool and the runtime print: timings, memory, what delegates took, and what went wrong.

Lines of both streams are read together: the tool informs on standard output and complains on standard error, the
runtime has a logger of its own. Old and new wordings are understood; numbers may be written as ``1.59906e+06``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_MAX_LINES = 200_000
_MAX_LINE = 4000
_MAX_ERRORS = 200

_STATS = re.compile(r"\bcount=(?P<count>\d{1,15})(?=\s)(?P<rest>.*)")
_PAIR = re.compile(rf"\b(?P<key>first|curr|min|max|avg|std|p5|median|p95)=(?P<value>{_NUMBER})(?P<same>\(all same\))?")
_SUMMARY = re.compile(r"(?:Average i|I)nference timings in us: (?P<rest>.*)")
_SUMMARY_PAIR = re.compile(
    rf"(?P<key>Init|First inference|Warmup(?: \(avg\))?|Inference(?: \(avg\))?): (?P<value>{_NUMBER})"
)
_INIT_MS = re.compile(rf"Initialized session in (?P<value>{_NUMBER})\s*ms")
_MEMORY = re.compile(
    rf"(?P<kind>Memory footprint delta from the start of the tool|Peak memory footprint) \(MB\): "
    rf"init=(?P<init>{_NUMBER}) overall=(?P<overall>{_NUMBER})"
)
_PEAK = re.compile(rf"Overall peak memory footprint \(MB\) via periodic monitoring: (?P<value>{_NUMBER})")
_RSS = re.compile(rf"VmRSS\s*: (?P<value>{_NUMBER}) MB")
_VERSION = re.compile(r"Tensorflow Version\s*: (?P<value>\S{1,100})", re.IGNORECASE)
_REPLACING = re.compile(
    r"Replacing (?P<taken>\d{1,9})(?: out of (?P<of>\d{1,9}))? node\(s\) with delegate \((?P<name>.*?)\) node, "
    r"yielding (?P<partitions>\d{1,9}) partitions(?: for (?:the whole graph|subgraph (?P<subgraph>\d{1,9})))?"
)
_APPLIED = re.compile(
    r"(?:Explicitly a|A)pplied (?P<name>.{1,100}?) delegate, and the model graph will be (?P<how>completely|partially) "
    r"executed (?:by|w/) the delegate(?: w/ (?P<kernels>\d{1,9}) delegate kernels)?"
)
_NOT_APPLIED = re.compile(
    r"Though (?P<name>.{1,100}?) delegate is explicitly applied, the model graph will not be executed"
)
_ACCELERATORS = re.compile(r"NNAPI accelerators available: \[(?P<names>[^\]]*)\]")
_WRONG_ACCELERATOR = re.compile(r"Could not find the specified NNAPI accelerator: (?P<name>.*?)\. Must be one of: ")
_UNCONSUMED = re.compile(r"Unconsumed cmdline flags: (?P<flags>.*)")
_RESULT = re.compile(
    rf"^(?P<what>Model initialization|Warmup|Inference)(?: \((?P<key>first|avg|min|max|median|std|p5|p95)\))?:\s+"
    rf"(?P<value>{_NUMBER}) ms(?: \((?P<count>\d{{1,9}}) runs\))?\s*$"
)
"""The block at the end of the tool for Python; LiteRT's own prints a similar one beside lines of statistics."""
_BEGIN = re.compile(r"Running benchmark for at least (?P<runs>\d{1,9}) iterations")
_ERROR = re.compile(r"^(?:\S+\s+)*?(?:ERROR|FATAL|E/tflite)\b:?\s*(?P<text>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """One line of statistics, in ns; ``None`` where the version of the tool does not print it."""

    count: int
    first_ns: float
    last_ns: float
    min_ns: float
    max_ns: float
    mean_ns: float
    std_ns: float | None = None
    p5_ns: float | None = None
    median_ns: float | None = None
    p95_ns: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What the runtime says about a delegate; ``of`` is 0 where it does not say of how many."""

    taken: int
    of: int
    delegate: str
    partitions: int
    subgraph: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateVerdict:
    """What the tool says about a delegate it was told to use: ``completely``, ``partially`` or ``not``."""

    delegate: str
    how: str
    kernels: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolLog:
    """Everything read from one process; what was not printed is ``None`` or empty."""

    warmup: Stats | None = None
    runs: Stats | None = None
    init_ns: float | None = None
    first_ns: float | None = None
    init_bytes: int | None = None
    overall_bytes: int | None = None
    peak_bytes: int | None = None
    """Resident size, sampled by the tool."""
    version: str = ""
    replacements: tuple[Replacement, ...] = ()
    verdicts: tuple[DelegateVerdict, ...] = ()
    accelerators: tuple[str, ...] = ()
    unknown_accelerator: str = ""
    unconsumed: tuple[str, ...] = ()
    """Flags that the tool does not know and silently ignores."""
    errors: tuple[str, ...] = ()
    loops_begun: int = 0
    """How many of the loops (warm-up, measuring) had begun."""

    @property
    def is_finished(self) -> bool:
        """Whether the measuring loop came to its end."""
        return self.runs is not None


class LogReader:
    """Reads lines as they come, so that progress can follow; ``finish`` gives all that was read."""

    def __init__(self) -> None:
        self._stats: list[Stats] = []
        self._found: dict[str, float] = {}
        self._version = ""
        self._replacements: list[Replacement] = []
        self._verdicts: list[DelegateVerdict] = []
        self._accelerators: tuple[str, ...] = ()
        self._unknown = ""
        self._unconsumed: list[str] = []
        self._errors: list[str] = []
        self._begun = 0
        self._lines = 0
        self._block: dict[str, dict[str, float]] = {}
        self._in_profile = False

    def feed(self, line: str) -> Stats | None:
        """Read one line; gives statistics if it holds those of a loop."""
        self._lines += 1
        line = line.rstrip("\r\n")
        if self._lines > _MAX_LINES or len(line) > _MAX_LINE:
            return None
        if _BEGIN.search(line):
            self._begun += 1
            return None
        if len(self._stats) < self._begun and (match := _STATS.search(line)):
            stats = _stats(int(match["count"]), match["rest"])
            if stats is not None:
                self._stats.append(stats)
            return stats
        if match := _RESULT.match(line):
            found = self._block.setdefault(match["what"], {})
            found[match["key"] or "init"] = 1e6 * float(match["value"])
            if match["count"]:
                found["count"] = int(match["count"])
        elif not self._read_numbers(line):
            self._read_words(line)
        return None

    def finish(self) -> ToolLog:
        """Give what was read."""
        # The block at the end is for tools without lines of statistics.
        block = {} if self._stats else self._block
        warmup, runs = (_block_stats(block.get(what, {})) for what in ("Warmup", "Inference"))
        return ToolLog(
            warmup=self._stats[0] if self._stats else warmup,
            runs=self._stats[1] if len(self._stats) > 1 else runs,
            init_ns=self._found.get("init", block.get("Model initialization", {}).get("init")),
            first_ns=self._found.get("first", block.get("Warmup", {}).get("first")),
            init_bytes=_bytes(self._found.get("init_mb")),
            overall_bytes=_bytes(self._found.get("overall_mb")),
            peak_bytes=_bytes(self._found.get("peak_mb", self._found.get("rss_mb"))),
            version=self._version,
            replacements=tuple(self._replacements),
            verdicts=tuple(self._verdicts),
            accelerators=self._accelerators,
            unknown_accelerator=self._unknown,
            unconsumed=tuple(self._unconsumed),
            errors=tuple(self._errors),
            loops_begun=self._begun,
        )

    def _read_numbers(self, line: str) -> bool:
        if match := _SUMMARY.search(line):
            for pair in _SUMMARY_PAIR.finditer(match["rest"]):
                name = {"Init": "init", "First inference": "first"}.get(pair["key"])
                if name:
                    self._found[name] = 1000 * float(pair["value"])
        elif match := _INIT_MS.search(line):
            self._found.setdefault("init", 1e6 * float(match["value"]))
        elif match := _MEMORY.search(line):
            self._found["init_mb"], self._found["overall_mb"] = float(match["init"]), float(match["overall"])
        elif match := _PEAK.search(line):
            self._found["peak_mb"] = float(match["value"])
        elif match := _RSS.search(line):
            self._found["rss_mb"] = float(match["value"])
        else:
            return False
        return True

    def _read_words(self, line: str) -> None:
        if match := _REPLACING.search(line):
            self._replacements.append(
                Replacement(
                    taken=int(match["taken"]),
                    of=int(match["of"] or 0),
                    delegate=match["name"],
                    partitions=int(match["partitions"]),
                    subgraph=int(match["subgraph"] or 0),
                )
            )
        elif match := _APPLIED.search(line):
            kernels = int(match["kernels"]) if match["kernels"] else None
            self._verdicts.append(DelegateVerdict(delegate=match["name"], how=match["how"], kernels=kernels))
        elif match := _NOT_APPLIED.search(line):
            self._verdicts.append(DelegateVerdict(delegate=match["name"], how="not", kernels=0))
        elif match := _ACCELERATORS.search(line):
            self._accelerators = tuple(filter(None, (name.strip() for name in match["names"].split(","))))
        elif match := _UNCONSUMED.search(line):
            self._unconsumed.extend(match["flags"].split())
        elif match := _VERSION.search(line):
            self._version = match["value"]
        if match := _WRONG_ACCELERATOR.search(line):
            self._unknown = match["name"]
        if (match := _ERROR.match(line)) and len(self._errors) < _MAX_ERRORS and match["text"]:
            self._errors.append(match["text"])


def parse_log(lines: Iterable[str]) -> ToolLog:
    """Read the output of one process."""
    reader = LogReader()
    for line in lines:
        reader.feed(line)
    return reader.finish()


def _stats(count: int, rest: str) -> Stats | None:
    """Read ``first=.. curr=.. ...``; with one run or equal ones the tool prints ``curr`` only."""
    if count < 1:
        return None
    values = {pair["key"]: 1000 * float(pair["value"]) for pair in _PAIR.finditer(rest)}
    if "curr" not in values or not all(0 <= value < 1e18 for value in values.values()):
        return None
    last = values["curr"]
    is_single = "avg" not in values
    return Stats(
        count=count,
        first_ns=values.get("first", last),
        last_ns=last,
        min_ns=values.get("min", last),
        max_ns=values.get("max", last),
        mean_ns=values.get("avg", last),
        std_ns=0.0 if is_single and count > 1 else values.get("std"),
        p5_ns=values.get("p5"),
        median_ns=values.get("median", last if is_single else None),
        p95_ns=values.get("p95"),
    )


def _block_stats(values: Mapping[str, float]) -> Stats | None:
    """Give the statistics of a block at the end, in ns already; those that it does not hold are those of the mean."""
    mean = values.get("avg")
    if mean is None or not values.get("count"):
        return None
    return Stats(
        count=int(values["count"]),
        first_ns=values.get("first", mean),
        last_ns=mean,
        min_ns=values.get("min", mean),
        max_ns=values.get("max", mean),
        mean_ns=mean,
        std_ns=values.get("std"),
        p5_ns=values.get("p5"),
        median_ns=values.get("median"),
        p95_ns=values.get("p95"),
    )


def _bytes(megabytes: float | None) -> int | None:
    """Convert the tool's MB, which are MiB."""
    return None if megabytes is None or not 0 <= megabytes < 1e9 else int(megabytes * (1 << 20))
