"""Values to and from the compressed texts in a session's rows; sizes and types are checked on the way back."""

import json
import zlib
from typing import Any

from backends.errors import StoreError
from backends.model.model import OperatorId
from backends.runs.fields import Fields
from backends.runs.run import Run
from backends.runs.store import MAX_FILE_BYTES, plan_from_json, plan_to_json, run_from_json, run_to_json
from backends.sessions.values import Draft, KeptVerdict

RUN_MARK = b"TFR1"
"""Begins each packed run, so that one is recognised in a damaged file."""
_VERDICT_MARK, _DRAFT_MARK = b"TFV1", b"TFD1"
_MAX_TAGS = 100
_MAX_TAG = 200


def pack_run(run: Run) -> bytes:
    """Give a run as its saved JSON, compressed."""
    return _pack(RUN_MARK, run_to_json(run))


def unpack_run(data: object) -> Run:
    """Read a run.

    Raises:
        StoreError: it is damaged, too large, or not a run.
    """
    return run_from_json(_unpack(RUN_MARK, data, "a run"))


def pack_verdict(verdict: KeptVerdict) -> bytes:
    """Give what a target said, compressed."""
    operators = [
        [id_.subgraph, id_.index, placement, list(verdict.rules.get(id_, ()))]
        for id_, placement in verdict.placements.items()
    ]
    return _pack(_VERDICT_MARK, {"target": verdict.target_id, "name": verdict.target_name, "operators": operators})


def unpack_verdict(model_sha256: str, data: object) -> KeptVerdict:
    """Read what a target said.

    Raises:
        StoreError: it is damaged, too large, or something else.
    """
    value = _unpack(_VERDICT_MARK, data, "a verdict")
    fields = Fields(value)
    placements: dict[OperatorId, str] = {}
    rules: dict[OperatorId, tuple[str, ...]] = {}
    operators = value.get("operators") if isinstance(value, dict) else None
    for item in operators if isinstance(operators, list) else ():
        match item:
            case [int(subgraph), int(index), str(placement), list(found)] if all(isinstance(i, str) for i in found):
                placements[OperatorId(subgraph, index)] = placement
                if found:
                    rules[OperatorId(subgraph, index)] = tuple(found)
            case _:
                raise StoreError("a verdict of this session is wrong", hint="Check the model again.")
    return KeptVerdict(
        model_sha256=model_sha256,
        target_id=fields.text("target"),
        target_name=fields.text("name"),
        placements=placements,
        rules=rules,
    )


def pack_draft(draft: Draft) -> bytes:
    """Give a measurement under way, compressed."""
    value = {
        "model": draft.model_name,
        "sha256": draft.model_sha256,
        "plan": plan_to_json(draft.plan),
        "started_at": draft.started_at,
        "warmup_ns": list(draft.warmup_ns),
        "latencies_ns": list(draft.latencies_ns),
        "environment": dict(draft.environment),
    }
    return _pack(_DRAFT_MARK, value)


def unpack_draft(data: object) -> Draft:
    """Read a measurement that was under way.

    Raises:
        StoreError: it is damaged, too large, or something else.
    """
    fields = Fields(_unpack(_DRAFT_MARK, data, "a measurement"))
    return Draft(
        model_sha256=fields.text("sha256"),
        model_name=fields.text("model"),
        plan=plan_from_json(fields.child("plan")),
        started_at=fields.text("started_at"),
        warmup_ns=tuple(fields.integers("warmup_ns")),
        latencies_ns=tuple(fields.integers("latencies_ns")),
        environment=fields.child("environment").texts(),
    )


def pack_tags(tags: tuple[str, ...]) -> str:
    """Give tags as JSON."""
    return json.dumps(list(tags), ensure_ascii=False)


def unpack_tags(text: object) -> tuple[str, ...]:
    """Read tags; what is wrong is left out, a run is not lost for a tag."""
    try:
        value = json.loads(text) if isinstance(text, str) and len(text) <= _MAX_TAGS * _MAX_TAG * 2 else []
    except (ValueError, RecursionError):
        return ()
    found = value if isinstance(value, list) else []
    return tuple(tag[:_MAX_TAG] for tag in found[:_MAX_TAGS] if isinstance(tag, str) and tag)


def _pack(mark: bytes, value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return mark + zlib.compress(text.encode("utf-8", errors="surrogatepass"))


def _unpack(mark: bytes, data: object, what: str) -> Any:
    if not isinstance(data, bytes) or not data.startswith(mark):
        raise StoreError(f"{what} in this session is damaged")
    try:
        reader = zlib.decompressobj()
        text = reader.decompress(data[len(mark) :], MAX_FILE_BYTES)
        if not reader.eof:
            # Cut off, or more than can be meant: a few bytes may stand for gigabytes.
            raise StoreError(f"{what} in this session is damaged or too large")
        return json.loads(text.decode("utf-8", errors="surrogatepass"))
    except (zlib.error, ValueError, RecursionError) as error:
        raise StoreError(f"{what} in this session is damaged: {error}") from error
