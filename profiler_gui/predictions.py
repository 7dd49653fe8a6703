"""What was predicted of the chosen run's delegate beside what it did."""

from backends.runs.prediction import PredictionRow, compare_prediction, find_predicting_target
from backends.targets.verdict import ModelVerdict
from profiler_gui.session import OpenModel


def predicting_verdict(record: OpenModel) -> ModelVerdict | None:
    """Give the answer of the target that is about the chosen run's delegate, once it is known."""
    if record.run is None:
        return None
    return record.verdicts.get(find_predicting_target(record.run, record.verdicts.keys(), record.target_id))


def predictions_of(record: OpenModel) -> tuple[PredictionRow, ...]:
    """Put prediction and run side by side, operator by operator; empty where no target is about the delegate."""
    verdict = predicting_verdict(record)
    return compare_prediction(record.run, verdict) if record.run is not None and verdict is not None else ()
