"""``python -m backends.conversion.worker``: reads requests as JSON lines, answers as JSON lines.

What TensorFlow prints goes to standard error, which the parent shows as the log. The process ends with its input, so
that it never outlives its parent.
"""

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from backends.conversion.kinds import Kind
from backends.conversion.worker.refusal import Refusal
from backends.errors import ProfilerError

Request = Mapping[str, Any]
_MOST_TEXT = 20_000


class Worker:
    """Answers requests one after the other."""

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers

    def say(self, **reply: Any) -> None:
        """Send one reply at once."""
        self._answers.write(json.dumps(reply) + "\n")
        self._answers.flush()

    def serve(self, requests: TextIO) -> None:
        """Answer requests until the input ends."""
        verbs: dict[str, Callable[[Request], None]] = {
            "stage": self._stage,
            "convert": self._convert,
            "example": self._make_example,
        }
        for line in requests:
            request = json.loads(line)
            try:
                self._import()
                verbs[request["do"]](request)
            except (Refusal, ProfilerError) as refusal:
                sentence = refusal.sentence if isinstance(refusal, Refusal) else refusal.message
                self.say(error={"sentence": sentence, "hint": refusal.hint})
            except MemoryError:
                self.say(error={"kind": "MemoryError", "text": "MemoryError"})
            except Exception as error:  # noqa: BLE001 - whatever TensorFlow raises is a sentence for the parent to find
                text = str(error)[-_MOST_TEXT:]
                self.say(error={"kind": type(error).__name__, "text": text, "trace": traceback.format_exc(limit=12)})
            else:
                self.say(done=request["do"])

    def step(self, text: str, done: int = 0, total: int = 0) -> None:
        """Say where the work stands."""
        self.say(step=text, done=done, total=total)

    def _import(self) -> None:
        if "tensorflow" in sys.modules:
            return
        self.step("Loading TensorFlow")
        try:
            import tensorflow as tf
        except ImportError as error:
            raise Refusal(
                f"TensorFlow cannot be loaded: {error}", "Install it beside this program: pip install tensorflow"
            ) from error
        tf.config.threading.set_intra_op_parallelism_threads(max(1, (os.cpu_count() or 2) - 1))

    def _stage(self, request: Request) -> None:
        from backends.conversion.worker.staging import stage

        self.step(f"Loading {Path(request['path']).name}")
        self.say(staged=stage(request, Path(request["folder"]), bool(request["unrolls"])))

    def _convert(self, request: Request) -> None:
        from backends.conversion.worker.kind_converter import make_kind

        kind, staged = Kind(request["kind"]), request["staged"]
        wanted = {**request["request"], "input_names": [item["name"] for item in staged["inputs"]]}
        self.step("Converting")
        data, notes = make_kind(kind, staged, Path(request["folder"]), wanted, self.step)
        Path(request["out"]).write_bytes(data)
        self.say(notes=notes, bytes=len(data))

    def _make_example(self, request: Request) -> None:
        from backends.conversion.worker.networks import make_network

        self.step(f"Making {request['name']}")
        size = request.get("size")
        make_network(request["name"], int(request["width"]), tuple(size) if size else None).save(request["out"])
        self.say(made=request["out"])


def main() -> None:
    """Serve until standard input ends."""
    # Native code prints: its standard output must not be the channel.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with contextlib.suppress(OSError):
        # When memory runs out the system shall end this process and not the window.
        Path("/proc/self/oom_score_adj").write_text("1000")
    Worker(channel).serve(sys.stdin)
    channel.flush()
    # No destructors: TensorFlow's may crash after everything was written.
    os._exit(0)


if __name__ == "__main__":
    main()
