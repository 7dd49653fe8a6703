"""What becomes of a measurement whose program ended in the middle."""

import uuid

from backends.runs.run import Run
from backends.sessions.values import Draft


def run_of_draft(draft: Draft) -> Run | None:
    """Give what was measured until the end as a run that is not complete; ``None`` if nothing was measured yet."""
    if not draft.latencies_ns:
        return None
    count, planned = len(draft.latencies_ns), draft.plan.runs
    return Run(
        id=str(uuid.uuid4()),
        model_name=draft.model_name,
        model_sha256=draft.model_sha256,
        started_at=draft.started_at,
        plan=draft.plan,
        environment=draft.environment,
        init_ns=None,
        first_ns=draft.warmup_ns[0] if draft.warmup_ns else None,
        warmup_ns=draft.warmup_ns,
        latencies_ns=draft.latencies_ns,
        memory=None,
        operators=(),
        overhead_ns=None,
        profiled_total_ns=None,
        partitions=(),
        is_complete=False,
        warnings=(
            f"The program ended while this was measured: {count} of {planned} inferences are there, without layers.",
        ),
    )
