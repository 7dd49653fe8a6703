"""``python -m backends.accuracy.worker``: runs two models on the same samples and answers with sums, in JSON lines.

It ends with its input. Imports NumPy, Pillow and LiteRT's interpreter only.
"""

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from backends.accuracy.dataset import DataChoice, InputSpec, Samples, open_samples, read_image
from backends.accuracy.layer_sums import LayerSums
from backends.accuracy.output_sums import OutputSums
from backends.accuracy.quantities import to_real, to_stored
from backends.errors import ProfilerError

Request = Mapping[str, Any]


class LoadedModel:
    """A model in LiteRT's interpreter, fed with real values.

    Raises:
        RuntimeError: the runtime refuses it.
        ValueError: the file is no model.
    """

    def __init__(self, fields: Mapping[str, Any], *, keeps_all: bool = False) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        resolvers = {
            "xnnpack": OpResolverType.AUTO,
            "builtin": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            "reference": OpResolverType.BUILTIN_REF,
        }
        self.name = str(fields["name"])
        # What a delegate fuses has no tensors to look at.
        kernels = "builtin" if keeps_all and fields["kernels"] == "xnnpack" else fields["kernels"]
        self._interpreter: Any = Interpreter(
            model_path=fields["path"],
            num_threads=int(fields["threads"]),
            experimental_op_resolver_type=resolvers[kernels],
            experimental_preserve_all_tensors=keeps_all,
        )
        details = {item["index"]: item for item in self._interpreter.get_input_details()}
        self._inputs = [details[index] for index in fields["inputs"]]
        for item, shape in zip(self._inputs, fields["shapes"], strict=True):
            if list(item["shape"]) != list(shape):
                self._interpreter.resize_tensor_input(item["index"], shape)
        self._interpreter.allocate_tensors()
        ends = {item["index"]: item for item in self._interpreter.get_output_details()}
        self._outputs = [ends[index] for index in fields["outputs"]]
        self._tensors = {item["index"]: item for item in self._interpreter.get_tensor_details()} if keeps_all else {}

    def run(self, values: Sequence[Any]) -> None:
        """Run once."""
        for item, array in zip(self._inputs, values, strict=True):
            self._interpreter.set_tensor(item["index"], to_stored(array, item))
        self._interpreter.invoke()

    def outputs(self) -> list[Any]:
        """Give the outputs as real values."""
        return [to_real(self._interpreter.get_tensor(item["index"]), item) for item in self._outputs]

    def stored_outputs(self) -> list[Any]:
        """Give the outputs as they are stored."""
        return [self._interpreter.get_tensor(item["index"]) for item in self._outputs]

    def tensor(self, index: int) -> Any:
        """Give a tensor of the first subgraph as real values; ``None`` where the runtime has none."""
        details = self._tensors.get(index)
        if details is None:
            return None
        try:
            return to_real(self._interpreter.get_tensor(index), details)
        except ValueError:
            return None


class Worker:
    """Answers requests one after the other."""

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers

    def say(self, **reply: Any) -> None:
        """Send one reply at once."""
        self._answers.write(json.dumps(_plain(reply)) + "\n")
        self._answers.flush()

    def serve(self, requests: TextIO) -> None:
        """Answer requests until the input ends."""
        verbs = {"compare": self._compare, "layers": self._look_at_layers}
        for line in requests:
            request = json.loads(line)
            try:
                verbs[request["do"]](request)
            except ProfilerError as error:
                self.say(error={"sentence": error.message, "hint": error.hint, "detail": error.detail})
            except MemoryError:
                self.say(error={"text": "memory ran out"})
            except (RuntimeError, ValueError, KeyError, TypeError) as error:
                self.say(error={"text": str(error)})
            else:
                self.say(done=request["do"])

    def _open(self, request: Request, *, keeps_all: bool) -> tuple[LoadedModel, LoadedModel, Samples]:
        models = []
        for side in ("reference", "actual"):
            self.say(step=f"Loading {request[side]['name']}")
            models.append(LoadedModel(request[side], keeps_all=keeps_all))
        specs = [
            InputSpec(name=item["name"], shape=tuple(item["shape"]), dtype=item["dtype"]) for item in request["inputs"]
        ]
        samples = open_samples(DataChoice(**request["data"]), specs, request["range"])
        return models[0], models[1], samples

    def _compare(self, request: Request) -> None:
        reference, actual, samples = self._open(request, keeps_all=False)
        sums = [OutputSums(name) for name in request["output_names"]]
        labels, pictures = request["labels"], request["pictures"]
        for index, name in enumerate(samples.names):
            self.say(step="Comparing", done=index, total=len(samples))
            values = samples[index]
            reference.run(values)
            actual.run(values)
            label = labels.get(name, labels.get(Path(name).name))
            picture = pictures.get(Path(name).stem)
            pairs = zip(sums, reference.outputs(), actual.outputs(), actual.stored_outputs(), strict=True)
            for one, a, b, stored in pairs:
                truth = _truth(picture, b.shape) if picture else None
                one.add(a, b, stored, label=label, truth=truth)
        self.say(
            outputs=[one.result() for one in sums], samples=len(samples), notes=list(samples.notes), names=samples.names
        )

    def _look_at_layers(self, request: Request) -> None:
        reference, actual, samples = self._open(request, keeps_all=True)
        sums = [LayerSums() for _ in request["pairs"]]
        limits = request["limits"]
        for index in range(len(samples)):
            self.say(step="Comparing layers", done=index, total=len(samples))
            values = samples[index]
            reference.run(values)
            actual.run(values)
            for one, (first, second), limit in zip(sums, request["pairs"], limits, strict=True):
                a, b = reference.tensor(first), actual.tensor(second)
                if a is not None and b is not None and a.shape == b.shape and a.size:
                    one.add(a, b, tuple(limit) if limit else None)
        self.say(layers=[one.result() for one in sums], samples=len(samples), notes=list(samples.notes))


def _truth(path: str, shape: tuple[int, ...]) -> Any:
    """Read a reference picture in pixels, in the size of the output."""
    return read_image(Path(path), shape, (0.0, 255.0)) if len(shape) == 4 else None


def _plain(value: Any) -> Any:
    """Make what JSON can hold: infinities become texts that ``float`` reads, what is not a number ``None``."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        number = float(value)
        return None if math.isnan(number) else str(number) if math.isinf(number) else number
    if isinstance(value, np.integer):
        return int(value)
    return value


def main() -> None:
    """Serve until standard input ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    Worker(channel).serve(sys.stdin)
    channel.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
