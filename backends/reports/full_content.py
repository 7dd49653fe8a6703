"""A whole report: the model, its graph, what was measured, what targets would do, and how they compare."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backends.compare.comparison import Subject as Side
from backends.compare.comparison import compare
from backends.compare.judgement import format_change
from backends.exchange.layered_run import DEVICE as IMPORTED
from backends.model.model import OperatorId
from backends.power.throttling import find_throttling
from backends.reports.advice_content import advice_sections
from backends.reports.columns import OPERATOR_COLUMNS, TARGET_COLUMNS
from backends.reports.comparison_content import ComparisonContent, Drawn
from backends.reports.content import Records, Section, Tree
from backends.reports.figure import Figure
from backends.reports.graph_figure import MOST_NODES, Paint, graph_figure, operator_link
from backends.reports.heat import heat_colours
from backends.reports.limited_table import limit_table
from backends.reports.model_content import ModelContent
from backends.reports.number_columns import number_column
from backends.reports.plain_text import plain
from backends.reports.power_facts import SAMPLED
from backends.reports.rows import operator_rows
from backends.reports.run_columns import format_moment
from backends.reports.run_content import RunContent
from backends.reports.run_figures import latency_figures, trace_figures
from backends.reports.subject import Detail, Subject
from backends.reports.tabulation import table_of
from backends.reports.verdict_content import VerdictContent
from backends.reports.verdict_matrix import matrix_section
from backends.runs.baseline import change_of
from backends.runs.run import Run
from backends.runs.summary import summarize_latencies
from backends.targets.verdict import ModelVerdict, Placement
from backends.units import format_bytes, format_count, format_latency, format_share

_MOST_ROWS = {Detail.FULL: 1000, Detail.PAPER: 150, Detail.BRIEF: 15}
_MOST_COLUMNS_ON_PAPER = 6
_DRAWN = {Detail.FULL: Drawn.SCREEN, Detail.PAPER: Drawn.PAGES, Detail.BRIEF: Drawn.NOTHING}
_BRIEF_COLUMNS = frozenset({"target", "accelerated", "fallback", "unknown", "macs_share", "partitions"})
_MOST_GRAPHS = 6
_MOST_RUNS, _MOST_COMPARED = 12, 3
_LAYERS = "Layers"
_COLOURS = {Placement.ACCELERATED: "#bfe0f5", Placement.FALLBACK: "#f7b48a", Placement.UNKNOWN: "#d5dae1"}
"""Light enough for dark text; fallback is told from the others by brightness too."""


class FullContent:
    """Everything that is known of a model, in one report.

    Args:
        subject: what there is.
        detail: how much of it to tell.
        most_rows: rows of a table of operators; ``None`` for what suits the detail.
    """

    schema = "tflite-profiler/report/1"

    def __init__(self, subject: Subject, *, detail: Detail = Detail.FULL, most_rows: int | None = None) -> None:
        self._subject = subject
        self._detail = detail
        self._most_rows = most_rows or _MOST_ROWS[detail]

    @property
    def title(self) -> str:
        """Name the model."""
        return f"{self._subject.model.name}: report"

    def sections(self) -> Sequence[Section]:
        """Give overview, graph, runs, comparison, targets and model."""
        is_full = self._detail is not Detail.BRIEF
        return [
            self._overview(),
            *(self._graphs() if is_full else ()),
            *self._runs(),
            *self._comparisons(),
            *self._targets(),
            *(self._model() if is_full else ()),
            self._method(),
        ]

    def records(self) -> Records:
        """Give a record for each operator: of the first run, or of the model where there is none."""
        subject = self._subject
        if subject.runs:
            return RunContent(subject.model, subject.runs[0], subject.costs).records()
        return ModelContent(subject.model, subject.costs, subject.summary).records()

    def tree(self) -> Mapping[str, Tree]:
        """Give what `inspect`, `check` and `profile` give, in one tree."""
        subject = self._subject
        return {
            "inspect": ModelContent(subject.model, subject.costs, subject.summary, subject.advice).tree(),
            "check": VerdictContent(subject.model, subject.verdicts).tree(),
            "runs": [RunContent(subject.model, run).tree() for run in subject.runs],
            "notes": list(subject.notes),
        }

    # Parts ------------------------------------------------------------------------------------------------------------

    def _overview(self) -> Section:
        subject = self._subject
        summary = subject.summary
        facts = [
            ("Model", f"{subject.model.name}, {format_bytes(subject.model.size_bytes)}"),
            ("SHA-256", subject.model.sha256),
            ("Operators", f"{summary.operator_count} of {len(summary.operators_by_type)} types"),
            ("Parameters", format_count(summary.parameter_count)),
            ("MACs", format_count(summary.macs)),
            ("Quantisation", summary.quantization.text),
        ]
        base = subject.baseline
        if base is not None:
            is_own = base.model_sha256 == subject.model.sha256
            facts.append(("Baseline", f"{'' if is_own else base.model_name + ', '}{_headline(base)}"))
        facts += [(self._run_title(number), _headline(run, base)) for number, run in self._numbered()]
        if subject.made_at:
            made = f"{format_moment(subject.made_at)}, TFLite Profiler {subject.version}".rstrip()
            facts.append(("Report made", made))
        return Section(title="", facts=tuple((label, text) for label, text in facts if text), sentences=subject.notes)

    def _graphs(self) -> list[Section]:
        subject = self._subject
        paint = self._paint()
        figures: list[Figure] = []
        sentences: list[str] = []
        for graph in subject.model.subgraphs:
            if len(figures) == _MOST_GRAPHS:
                sentences.append(f"The first {_MOST_GRAPHS} of {len(subject.model.subgraphs)} subgraphs are drawn.")
                break
            figure = graph_figure(subject.model, graph.index, paint)
            if figure is not None:
                figures.append(figure)
            elif graph.operators:
                count = len(graph.operators)
                sentences.append(
                    f"Subgraph {graph.index} has {count:,} operators; graphs of up to {MOST_NODES:,} nodes are drawn."
                )
        return [Section(title="Graph", sentences=tuple(sentences), figures=tuple(figures))]

    def _paint(self) -> Paint:
        """Colour by the time of the first run that has some, else by the chosen target's verdict."""
        for _, run in self._numbered():
            times = {item.operator: item.time_ns for item in run.operators if item.time_ns is not None}
            if times:
                shares = {item.operator: item.share for item in run.operators if item.share is not None}
                texts = {id_: f"{format_latency(time)}{_share_text(shares.get(id_))}" for id_, time in times.items()}
                most = format_latency(max(times.values()))
                return Paint(
                    colours=heat_colours(times),
                    texts=texts,
                    tips=_tips(run),
                    caption=f"Coloured by time: yellow for little, dark violet for the most ({most}). White: no time "
                    "of its own (fused into a neighbour, or not run).",
                )
        verdict = self._chosen_verdict()
        if verdict is None:
            return Paint(colours={}, texts={}, tips={}, caption="")
        return Paint(
            colours={id_: _COLOURS.get(item.placement, "#e08080") for id_, item in verdict.verdicts.items()},
            texts={},
            tips={
                id_: "\n".join([str(item.placement), *(finding.message for finding in item.findings)])
                for id_, item in verdict.verdicts.items()
            },
            caption=f"Coloured by {verdict.target_name}: blue accelerated, orange falls back, grey unknown.",
        )

    def _chosen_verdict(self) -> ModelVerdict | None:
        verdicts = self._subject.verdicts
        chosen = [verdict for verdict in verdicts if verdict.target_id == self._subject.chosen_target]
        return chosen[0] if chosen else verdicts[0] if verdicts else None

    def _runs(self) -> list[Section]:
        sections: list[Section] = []
        for number, run in self._numbered():
            title = self._run_title(number)
            columns = [column for column in self._subject.columns if not column.is_diverging]
            for section in RunContent(self._subject.model, run, columns=columns).sections():
                named = replace(section, title=section.title or title, is_part=bool(section.title))
                if section.title == _LAYERS:
                    named = self._limited(named)
                if section.title == "Latency and memory" and self._detail is not Detail.BRIEF:
                    named = replace(named, figures=latency_figures(run))
                if section.title == SAMPLED and self._detail is not Detail.BRIEF:
                    throttles = find_throttling(run.traces, run.windows)
                    named = replace(named, figures=trace_figures(run.traces, throttles))
                is_brief = self._detail is Detail.BRIEF and section.title in ("Partitions as they ran", "Notes")
                if not is_brief:
                    sections.append(named)
        return sections

    def _limited(self, section: Section) -> Section:
        """Shorten the table of layers to the slowest ones."""
        table = section.table
        if table is None:
            return section
        place = table.headings.index("Time") if "Time" in table.headings else -1
        keys = table.keys.get(place)
        weights = [key if isinstance(key, int | float) else 0.0 for key in keys] if keys is not None else None
        shorter, sentence = limit_table(table, self._most_rows, weights)
        return replace(section, table=shorter, sentences=(*section.sentences, *([sentence] if sentence else [])))

    def _comparisons(self) -> list[Section]:
        """Compare the runs with the baseline, or the first one: is the difference real, and where does it come from."""
        sections: list[Section] = []
        side_a, name = self._reference()
        if side_a is None or side_a.run is None or not side_a.run.latencies_ns:
            return []
        others = [(n, run) for n, run in self._numbered() if run.id != side_a.run.id and run.latencies_ns]
        for number, run in others[:_MOST_COMPARED]:
            model = self._subject.model
            side_b = Side(title=f"run {number}", model=model, runs=(run,))
            content = ComparisonContent(compare(side_a, side_b), drawn=_DRAWN[self._detail])
            head, *parts = content.sections()
            what = f"Run {number} (B)" if len(self._subject.runs) > 1 else "The run (B)"
            sections += [replace(head, title=f"{what} against {name} (A)", facts=()), *map(_as_part, parts)]
        # Graphs of one and the same model are drawn once, at the beginning.
        if side_a.model is not None and side_a.model.sha256 == self._subject.model.sha256:
            return [_without_graphs(section) for section in sections]
        return sections

    def _reference(self) -> tuple[Side | None, str]:
        """Give what runs are compared with, and how it is called."""
        subject, numbered = self._subject, self._numbered()
        base = subject.baseline
        if base is None:
            first = numbered[0][1] if numbered else None
            return (Side(title="run 1", model=subject.model, runs=(first,)) if first is not None else None), "run 1"
        place = next((number for number, run in numbered if run.id == base.id), None)
        own = subject.model if base.model_sha256 == subject.model.sha256 else subject.baseline_model
        title = f"run {place}, the baseline" if place is not None else f"the baseline, {plain(base.model_name)}"
        return Side(title=title, model=own, runs=(base,)), title

    def _targets(self) -> list[Section]:
        subject = self._subject
        if not subject.verdicts:
            return []
        if self._detail is Detail.BRIEF:
            columns = [column for column in TARGET_COLUMNS if column.id in _BRIEF_COLUMNS]
            summary = Section(title="Targets", table=table_of(columns, subject.verdicts))
            chosen = [verdict for verdict in subject.verdicts if verdict.target_id == subject.chosen_target]
            reasons = VerdictContent(subject.model, chosen).sections()[1:] if chosen else []
            return [summary, *map(_as_part, reasons)]
        summary, *reasons = VerdictContent(subject.model, subject.verdicts).sections()
        if self._detail is Detail.FULL or len(subject.verdicts) <= _MOST_COLUMNS_ON_PAPER:
            reasons = [matrix_section(subject.model, subject.verdicts), *reasons]
        return [summary, *map(_as_part, reasons), *advice_sections(subject.advice)]

    def _model(self) -> list[Section]:
        """Give the model's own parts; its operators only where no run lists them already."""
        subject = self._subject
        head, *sections = ModelContent(subject.model, subject.costs, subject.summary).sections()
        has_layers = any(run.operators for run in subject.runs)
        kept = [*self._numbers(has_layers), replace(head, title="The file")]
        for section in sections:
            is_operators = section.title.startswith(("Subgraph", "Operators")) and section.title != "Operators by type"
            if is_operators and has_layers:
                continue
            if section.table is not None and len(section.table.rows) > self._most_rows:
                table, sentence = limit_table(section.table, self._most_rows)
                section = replace(section, table=table, sentences=(*section.sentences, sentence))
            kept.append(_as_part(section))
        return kept

    def _numbers(self, has_layers: bool) -> list[Section]:
        """Give columns that were imported or computed, where no run's table of layers holds them."""
        columns = self._subject.columns
        if has_layers or not columns:
            return []
        rows = operator_rows(self._subject.model, self._subject.costs)
        shown = [column for column in OPERATOR_COLUMNS if column.id in ("index", "kind", "shape")]
        table = table_of([*shown, *map(number_column, columns)], rows)
        links = tuple(operator_link(row.id) if row.id is not None else "" for row in rows)
        shorter, sentence = limit_table(replace(table, links=links), self._most_rows)
        sources = dict.fromkeys(
            f"{plain(column.title)}: {plain(column.source)}." for column in columns if column.source
        )
        sentences = (*sources, *([sentence] if sentence else []))
        return [Section(title="Numbers of operators", sentences=sentences, table=shorter)]

    def _method(self) -> Section:
        sentences = [
            "MACs, bytes and parameters are counted from the shapes in the file. Verdicts come from the delegates' "
            "sources and documents; they say what an accelerator would take, not how fast it is."
        ]
        if any(run.plan.device != IMPORTED for _, run in self._numbered()):
            sentences.append(
                "Latency was measured with the profiler off. Operators' times are from runs with it on; operators plus "
                "overhead equal the mean latency."
            )
        return Section(title="How to read this", sentences=tuple(sentences))

    # Runs -------------------------------------------------------------------------------------------------------------

    def _numbered(self) -> list[tuple[int, Run]]:
        return list(enumerate(self._subject.runs[:_MOST_RUNS], 1))

    def _run_title(self, number: int) -> str:
        """Name a run by its number where there are several, and by where it was made."""
        run = self._subject.runs[number - 1]
        source = self._subject.sources.get(run.id, "")
        where = run.environment.get("model") or run.environment.get("processor") or run.plan.device
        name = source or " ".join(filter(None, (where, run.plan.delegate)))
        count = f" {number}" if len(self._subject.runs) > 1 else ""
        return f"Run{count}, {name}"


def _without_graphs(section: Section) -> Section:
    return replace(section, figures=tuple(figure for figure in section.figures if not figure.is_zoomable))


def _as_part(section: Section) -> Section:
    return replace(section, is_part=True)


def _headline(run: Run, baseline: Run | None = None) -> str:
    """Give a run's latency, how it does against the baseline, and where most of it went."""
    parts = []
    if run.latencies_ns:
        summary = summarize_latencies(run.latencies_ns)
        parts.append(f"mean {format_latency(summary.mean_ns)}")
        if len(run.latencies_ns) > 1:
            parts.append(f"p50 {format_latency(summary.p50_ns)}, p90 {format_latency(summary.p90_ns)}")
    change = change_of(run, baseline) if baseline is not None and run.id != baseline.id else None
    if change is not None:
        parts.append(f"{format_change(change)} against the baseline")
    timed = [(item.time_ns, item) for item in run.operators if item.time_ns is not None]
    if timed:
        _, slowest = max(timed, key=lambda pair: pair[0])
        parts.append(f"slowest operator {slowest.operator.index} {slowest.kind}{_share_text(slowest.share)}")
    if run.energy is not None and run.energy.per_inference_mj is not None:
        parts.append(f"{run.energy.per_inference_mj:.3g} mJ per inference")
    return ", ".join(parts)


def _share_text(share: float | None) -> str:
    return "" if share is None else f" ({format_share(share)})"


def _tips(run: Run) -> dict[OperatorId, str]:
    tips = {}
    for item in run.operators:
        lines = [f"{item.operator.index} {item.kind}", item.name, item.placement, item.kernel]
        if item.fused_into is not None:
            lines.append(f"fused into {item.fused_into.index}")
        tips[item.operator] = "\n".join(filter(None, lines))
    return tips
