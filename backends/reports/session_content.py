"""What a session holds, as a report."""

from collections.abc import Mapping, Sequence

from backends.reports.content import Records, Section, Tree
from backends.reports.kept_run_columns import KEPT_RUN_COLUMNS, KeptRunRow
from backends.reports.tabulation import records_of, table_of
from backends.runs.store import run_to_json
from backends.sessions.values import SessionContent


class SessionReport:
    """The runs of a session, then its models.

    Args:
        name: the session's name.
        content: what was read.
        rows: its runs with their statistics.
    """

    schema = "tflite-profiler/session/1"

    def __init__(self, name: str, content: SessionContent, rows: Sequence[KeptRunRow]) -> None:
        self._name = name
        self._content = content
        self._rows = rows

    @property
    def title(self) -> str:
        """Name the session and count."""
        return f"{self._name}: {len(self._rows)} runs of {len(self._content.models)} models"

    def sections(self) -> Sequence[Section]:
        """Give the runs, and where the models are."""
        shown = [
            column
            for column in KEPT_RUN_COLUMNS
            if (column.is_default or column.id == "id")
            and (column.id == "id" or any(column.value(row) not in (None, "") for row in self._rows))
        ]
        sections = [Section(title="", table=table_of(shown, self._rows))]
        models = tuple(
            (model.name, f"{'inside the session' if model.is_embedded else model.path or 'place not known'}")
            for model in self._content.models
        )
        if models:
            sections.append(Section(title="Models", facts=models))
        if self._content.properties.get("note"):
            sections.append(Section(title="Note", sentences=(self._content.properties["note"],)))
        return sections

    def records(self) -> Records:
        """Give a record for each run."""
        return records_of(KEPT_RUN_COLUMNS, self._rows)

    def tree(self) -> Mapping[str, Tree]:
        """Give everything; runs as they are saved."""
        return {
            "baseline": self._content.properties.get("baseline") or None,
            "models": [
                {
                    "sha256": model.sha256,
                    "name": model.name,
                    "path": model.path,
                    "member": model.member,
                    "is_embedded": model.is_embedded,
                    "note": model.note,
                }
                for model in self._content.models
            ],
            "runs": [
                {
                    "title": row.kept.title,
                    "tags": list(row.kept.tags),
                    "note": row.kept.note,
                    "mean_us": row.mean_ns / 1000 if row.mean_ns is not None else None,
                    "change": row.change,
                    "run": run_to_json(row.run),
                }
                for row in self._rows
            ],
            "warnings": list(self._content.warnings),
        }
