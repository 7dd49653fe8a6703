"""What the verb ``accuracy`` wrote, read back for a score."""

from pathlib import Path

from backends.challenges.challenge import Challenge
from backends.cli.usage import UsageError
from backends.errors import StoreError
from backends.exchange.json_text import number_of, parse_json

_SCHEMA = "tflite-profiler/accuracy/1"
_MOST_BYTES = 256 << 20
_FIELDS = {"psnr": ("actual_truth_psnr_db", 1.0), "top1": ("actual_top_1", 100.0), "top3": ("actual_top_3", 100.0)}
"""Field of the first output for each metric, and what it is multiplied by."""


def read_metrics(path: Path, challenge: Challenge, model_name: str) -> dict[str, float]:
    """Give a challenge's metrics from a file that ``accuracy --output FILE.json`` wrote.

    Args:
        path: the file.
        challenge: whose metrics.
        model_name: name of the model that is scored.

    Raises:
        StoreError: it cannot be read, or is something else.
        UsageError: it is about another model, or holds none of the metrics.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise StoreError(f"{path.name} is too large for what the verb accuracy writes.")
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise StoreError(f"{path.name} cannot be read: {error.strerror}.", hint="Check the path.") from error
    tree = parse_json(text, path.name)
    outputs = tree.get("outputs") if isinstance(tree, dict) and tree.get("schema") == _SCHEMA else None
    if not isinstance(outputs, list) or not outputs or not isinstance(outputs[0], dict):
        raise StoreError(f"{path.name} is not what the verb accuracy wrote.", hint="Write it with --output FILE.json.")
    if tree.get("model") != model_name:
        raise UsageError(f"{path.name} is about another model than {model_name}.")
    found = {}
    for metric in challenge.metrics:
        field, factor = _FIELDS.get(metric.id, ("", 1.0))
        value = number_of(outputs[0].get(field))
        if value is not None:
            found[metric.id] = value * factor
    if not found:
        raise UsageError(f"{path.name} compares with the original only: run accuracy with --reference or --labels.")
    return found
