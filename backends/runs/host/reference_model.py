"""A model on TFLite's reference kernels, driven like ``litert_api.CompiledModel``.

LiteRT 2.3's compiled model takes the word "reference" and runs its built-in kernels all the same (measured: one
thread, a U-Net of 18 convolutions took 46 ms with either, 887 ms on reference kernels). The interpreter in the same
package has an operator resolver of its own for them, but no profiler: operators have no times of their own then.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from backends.runs.host.litert_api import LiteRtError

REFERENCE_MODE = "reference"
"""The word for these kernels in a request to the child."""
_FAILED = 1


def load_interpreter() -> None:
    """Import the interpreter and numpy, so that their memory belongs to the baseline."""
    import ai_edge_litert.interpreter  # noqa: F401
    import numpy as np  # noqa: F401


class ReferenceModel:
    """A model in the interpreter, with reference kernels only; runs the first subgraph.

    Raises:
        LiteRtError: the interpreter refuses the model; its words went to standard error.
    """

    def __init__(self, path: str, threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self._log = sys.stderr
        self._interpreter: Any = self._try(
            "create the interpreter",
            lambda: Interpreter(
                model_path=path, num_threads=threads, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
            ),
        )
        self._inputs = self._interpreter.get_input_details()

    def resize_input(self, index: int, shape: Sequence[int]) -> None:
        """Give an input another shape."""
        if list(self._inputs[index]["shape"]) != list(shape):
            tensor = self._inputs[index]["index"]
            self._try("resize an input", lambda: self._interpreter.resize_tensor_input(tensor, shape))

    def create_buffers(self, _inputs: Sequence[tuple[int, Sequence[int]]], _outputs: Sequence[int]) -> None:
        """Prepare the operators and allocate all tensors."""
        self._try("allocate tensors", self._interpreter.allocate_tensors)

    def write_input(self, index: int, data: bytes) -> None:
        """Set the values of an input from its raw bytes."""
        import numpy as np

        details = self._interpreter.get_input_details()[index]
        values = np.frombuffer(data, details["dtype"]).reshape(details["shape"])
        self._try("write an input", lambda: self._interpreter.set_tensor(details["index"], values))

    def run_call(self) -> tuple[Callable[[], int], tuple[()]]:
        """Give the function that runs once; it answers a status, 0 for success."""

        def run() -> int:
            try:
                self._interpreter.invoke()
            except RuntimeError as error:
                self._report(error)
                return _FAILED
            return 0

        return run, ()

    def _try(self, call: str, work: Callable[[], Any]) -> Any:
        """Run one step; what the interpreter says goes to the log."""
        try:
            return work()
        except (RuntimeError, ValueError) as error:
            self._report(error)
            raise LiteRtError(call, _FAILED) from error

    def _report(self, error: Exception) -> None:
        """Write to the log that a failure shows, in the form of the runtime's own messages."""
        self._log.write(f"ERROR: {error}\n")
        self._log.flush()
