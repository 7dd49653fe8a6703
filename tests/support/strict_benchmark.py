"""A stand-in for ``benchmark_model`` that takes flags as strictly as the real one and really runs the model.

One file without imports of this project, so that it can be pushed to a device: ``write_strict_tool`` puts the shebang
before it. It parses, checks, orders and words as LiteRT f674577 does (tflite/tools/command_line_flags.cc,
tflite/tools/benchmark/benchmark_{model,tflite_model}.cc); the interpreter of ai-edge-litert computes. Operators are not
timed: the profile divides the inference evenly.

``BENCHMARK_FAULTY=N`` makes a delegate that computes operator N wrongly, ``BENCHMARK_OBEYS_RANGE=1`` a build whose
delegates obey the range of nodes.
"""

import os
import sys
import time
from pathlib import Path

FLAGS = {
    "num_runs": ("int32", "50"), "min_secs": ("float", "1"), "max_secs": ("float", "150"),
    "run_delay": ("float", "-1"), "run_frequency": ("float", "-1"), "num_threads": ("int32", "-1"),
    "use_caching": ("bool", "false"), "benchmark_name": ("string", ""), "output_prefix": ("string", ""),
    "warmup_runs": ("int32", "1"), "warmup_min_secs": ("float", "0.5"), "verbose": ("bool", "false"),
    "dry_run": ("bool", "false"), "report_peak_memory_footprint": ("bool", "false"),
    "memory_footprint_check_interval_ms": ("int32", "50"), "graph": ("string", ""), "input_layer": ("string", ""),
    "input_layer_shape": ("string", ""), "input_layer_value_range": ("string", ""),
    "input_layer_value_files": ("string", ""), "allow_fp16": ("bool", "false"),
    "require_full_delegation": ("bool", "false"), "enable_op_profiling": ("bool", "false"),
    "op_profiling_output_mode": ("string", "stdout"), "op_profiling_output_file": ("string", ""),
    "max_profiling_buffer_entries": ("int32", "1024"), "allow_dynamic_profiling_buffer_increase": ("bool", "false"),
    "profiling_output_csv_file": ("string", ""), "export_model_runtime_info": ("bool", "false"),
    "model_runtime_info_output_file": ("string", ""), "output_filepath": ("string", ""),
    "signature_to_run_for": ("string", ""), "list_signatures": ("bool", "false"), "result_file_path": ("string", ""),
    "help": ("bool", "false"), "max_delegated_partitions": ("int32", "0"), "min_nodes_per_partition": ("int32", "0"),
    "first_delegate_node_index": ("int32", "0"), "last_delegate_node_index": ("int32", "2147483647"),
    "delegate_serialize_dir": ("string", ""), "delegate_serialize_token": ("string", ""),
    "external_delegate_path": ("string", ""), "external_delegate_options": ("string", ""),
    "use_xnnpack": ("bool", "false"), "xnnpack_force_fp16": ("bool", "false"),
    "xnnpack_weight_cache_file_path": ("string", ""),
}  # fmt: skip
_APPLIED = "Explicitly applied {} delegate, and the model graph will be {}"
_NOT_APPLIED = "Though EXTERNAL delegate is explicitly applied, the model graph will not be executed by the delegate."
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


class FailedError(Exception):
    """The tool gives up; its words are printed already."""


def info(text):
    sys.stdout.write(f"INFO: {text}\n")


def fail(text):
    sys.stderr.write(f"ERROR: {text}\n")
    raise FailedError


def parse(arguments):
    """Give the values, and those that were set; unknown flags are only warned about."""
    values = {name: _value(kind, default) for name, (kind, default) in FLAGS.items()}
    given, unknown = set(), []
    for argument in arguments:
        name, separator, text = argument[2:].partition("=")
        if not argument.startswith("--") or not separator or name not in FLAGS or name in given:
            unknown.append(argument)
            continue
        value = _value(FLAGS[name][0], text)
        if value is None:
            sys.stderr.write(f"ERROR: Failed to parse flag '{name}' against argv '{argument}'\n")
            usage()
        values[name] = value
        given.add(name)
    if values["help"] or unknown[:1] == ["--help"]:
        usage()
    if unknown:
        sys.stdout.write(f"WARN: Unconsumed cmdline flags: {' '.join(unknown)}\n")
    return values, given


def _value(kind, text):
    if kind == "bool":
        return _BOOLS.get(text)
    if kind == "string":
        return text
    try:
        return int(text) if kind == "int32" else float(text)
    except ValueError:
        return None


def usage():
    width = max(len(f"--{name}={default}") for name, (_, default) in FLAGS.items())
    lines = [
        f"\t{f'--{name}={default}':<{width}}\t{kind}\toptional\tsays something"
        for name, (kind, default) in FLAGS.items()
    ]
    fail(f"usage: {sys.argv[0]} <flags>\nFlags:\n" + "\n".join(lines) + "\n")


class Tool:
    """One process: the model, its inputs, and what the listeners write."""

    def __init__(self, values, given):
        self.values = values
        self.given = given
        self.is_accelerated = bool(values["external_delegate_path"])
        self.layers = self._layers()
        started = time.perf_counter()
        self.interpreter = self._load()
        self.details = self._entry()
        self._resize()
        self.delegated = self._apply()
        try:
            self.interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            sys.stderr.write(f"ERROR: {error}\n")
            fail("Failed to allocate tensors!")
        self.init_us = round(1e6 * (time.perf_counter() - started))

    def _layers(self):
        names, shapes = _split(self.values["input_layer"], ","), _split(self.values["input_layer_shape"], ":")
        if len(names) != len(shapes):
            fail(f"The number of items in --input_layer_shape ({len(shapes)}) must match the number of --input_layer")
        layers = {}
        for name, text in zip(names, shapes, strict=True):
            layers.setdefault(name, {"shape": [int(size) for size in text.split(",")], "file": ""})
        for item in _split(self.values["input_layer_value_files"], ","):
            parts = item.split(":")
            if len(parts) != 2:
                fail(f"Wrong input value file item specified: {item}")
            if parts[0] not in layers:
                sys.stderr.write(f"FATAL: Cannot find the corresponding input_layer name({parts[0]})\n")
                os.abort()
            layers[parts[0]]["file"] = parts[1]
        return [{"name": name, **layer} for name, layer in layers.items()]

    def _load(self):
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        path = self.values["graph"]
        if not path:
            fail("Please specify the name of your TF Lite input file with --graph")
        if not Path(path).is_file():
            sys.stderr.write(f"ERROR: Could not open '{path}'.\nERROR: The model allocation is null/empty\n")
            fail(f"Failed to load model {path}")
        uses_own_kernels = "use_xnnpack" in self.given and not self.values["use_xnnpack"]
        resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if uses_own_kernels else OpResolverType.AUTO
        try:
            interpreter = Interpreter(
                path,
                experimental_op_resolver_type=resolver,
                num_threads=max(1, self.values["num_threads"]),
                experimental_preserve_all_tensors=self._is_faulty(),
            )
        except ValueError as error:
            sys.stderr.write(f"ERROR: {error}\n")
            fail(f"Failed to load model {path}")
        info(f"Loaded model {path}")
        self.operators = interpreter._get_ops_details()
        return interpreter

    def _is_faulty(self):
        return self.is_accelerated and "BENCHMARK_FAULTY" in os.environ

    def _entry(self):
        wanted, keys = self.values["signature_to_run_for"], list(self.interpreter.get_signature_list())
        if (wanted and wanted not in keys) or (not wanted and len(keys) > 1):
            fail('Signature not specified or incorrect. Pass one of the following to the flag "--signature_to_run_for"')
        if wanted:
            info(f"Using signature: {wanted}")
        return self.interpreter.get_input_details()

    def _resize(self):
        if self.layers and len(self.layers) != len(self.details):
            sys.stderr.write(f"FATAL: Inputs mismatch: Model inputs #:{len(self.layers)}\n")
            os.abort()
        for layer, detail in zip(self.layers, self.details, strict=bool(self.layers)):
            if layer["name"] != detail["name"]:
                sys.stdout.write(f"WARN: Tensor # {detail['index']} is named {detail['name']} but flags differ\n")
            if len(layer["shape"]) != len(detail["shape"]):
                fail(f"Input tensor #{detail['index']} should have {len(detail['shape'])} dimensions!")
            if list(detail["shape"]) != layer["shape"]:
                self.interpreter.resize_tensor_input(detail["index"], layer["shape"])

    def _apply(self):
        """Say what a delegate took; the external one takes all but what the range forbids."""
        count = len(self.operators)
        if not self.is_accelerated:
            if self.values["use_xnnpack"]:
                info("XNNPACK delegate created.")
                info(_APPLIED.format("XNNPACK", "completely executed by the delegate."))
            elif self.values["require_full_delegation"]:
                fail("Disallowed CPU fallback detected.")
            return range(0)
        obeys = os.environ.get("BENCHMARK_OBEYS_RANGE") == "1"
        first = self.values["first_delegate_node_index"] if obeys else 0
        last = self.values["last_delegate_node_index"] if obeys else count
        taken = range(max(0, first), min(count, last + 1))
        info("EXTERNAL delegate created.")
        sys.stderr.write(
            f"INFO: Replacing {len(taken)} out of {count} node(s) with delegate (Example Delegate) node, yielding "
            f"{1 if len(taken) in (0, count) else 2} partitions for the whole graph.\n"
        )
        how = (
            "completely executed by the delegate."
            if len(taken) == count
            else ("partially executed by the delegate w/ 1 delegate kernels.")
        )
        if len(taken):
            info(_APPLIED.format("EXTERNAL", how))
        else:
            info(_NOT_APPLIED)
        if self.values["require_full_delegation"] and len(taken) < count:
            fail("Disallowed CPU fallback detected.")
        return taken

    def prepare(self):
        import numpy

        generator = numpy.random.default_rng()
        self.data = []
        for number, detail in enumerate(self.interpreter.get_input_details()):
            file = self.layers[number]["file"] if self.layers else ""
            size = int(numpy.prod(detail["shape"])) * numpy.dtype(detail["dtype"]).itemsize
            if not file:
                self.data.append(generator.integers(0, 1, detail["shape"]).astype(detail["dtype"]))
                continue
            content = Path(file).read_bytes() if Path(file).is_file() else None
            if content is None or len(content) != size:
                sys.stderr.write(f"FATAL: The size of {file} is not {size} bytes.\n")
                os.abort()
            self.data.append(numpy.frombuffer(content, detail["dtype"]).reshape(detail["shape"]))

    def loop(self, least, least_s, most_s):
        info(
            f"Running benchmark for at least {least} iterations and at least {least_s:g} seconds but terminate if "
            f"exceeding {most_s:g} seconds."
        )
        times, began = [], time.perf_counter()
        while (len(times) < least or time.perf_counter() - began < least_s) and time.perf_counter() - began <= most_s:
            for detail, data in zip(self.interpreter.get_input_details(), self.data, strict=True):
                self.interpreter.set_tensor(detail["index"], data)
            start = time.perf_counter()
            self.interpreter.invoke()
            times.append(round(1e6 * (time.perf_counter() - start)))
            if self.values["run_frequency"] > 0:
                time.sleep(max(0.0, began + len(times) / self.values["run_frequency"] - time.perf_counter()))
            elif self.values["run_delay"] > 0:
                time.sleep(self.values["run_delay"])
        info(_stats(times) + "\n")
        return times

    def outputs(self):
        """Give the outputs' bytes one after the other; those that follow from the faulty operator are off."""
        import numpy

        odd = self._odd_tensors() if self._is_faulty() else set()
        parts = []
        for detail in self.interpreter.get_output_details():
            values = self.interpreter.get_tensor(detail["index"])
            if detail["index"] in odd:
                values = values + values.dtype.type(40 if numpy.issubdtype(values.dtype, numpy.integer) else 1.5)
            parts.append(values.tobytes())
        return b"".join(parts)

    def _odd_tensors(self):
        fault = int(os.environ["BENCHMARK_FAULTY"])
        odd = set()
        for number, operator in enumerate(self.operators):
            is_wrong = number == fault and number in self.delegated
            if is_wrong or odd & {int(tensor) for tensor in operator["inputs"]}:
                odd |= {int(tensor) for tensor in operator["outputs"]}
        return odd


def _stats(times):
    ordered = sorted(times)
    if len(ordered) == 1:
        return f"count=1 curr={ordered[0]}"
    if ordered[0] == ordered[-1]:
        return f"count={len(times)} curr={times[-1]}(all same)"
    mean = sum(times) / len(times)
    spread = (sum((value - mean) ** 2 for value in times) / len(times)) ** 0.5
    shares = {name: ordered[min(len(times) - 1, int(share * len(times)))] for name, share in _SHARES.items()}
    text = " ".join(f"{name}={value}" for name, value in shares.items())
    return (
        f"count={len(times)} first={times[0]} curr={times[-1]} min={ordered[0]} max={ordered[-1]} avg={mean:g} "
        f"std={int(spread)} {text}"
    )


_SHARES = {"p5": 0.05, "median": 0.5, "p95": 0.95}


def _split(text, mark):
    return text.split(mark) if text else []


def _write_profile(tool, mean_us):
    """Write profile and graph in the form of the protos."""
    from ai_edge_litert import model_runtime_info_pb2, profiling_info_pb2

    values = tool.values
    path, mode = values["op_profiling_output_file"], values["op_profiling_output_mode"]
    names = [operator["op_name"] for operator in tool.operators]
    alone = [number for number in range(len(names)) if number not in tool.delegated]
    rows = [(names[number], f"[out]:{number}") for number in alone]
    if len(tool.delegated):
        rows.insert(0, ("Example Delegate", f"[out]:{len(names)}"))
    if values["enable_op_profiling"] and mode == "proto" and path:
        data = profiling_info_pb2.BenchmarkProfilingData()
        graph = data.runtime_profile.subgraph_profiles.add(subgraph_index=0)
        for order, (kind, name) in enumerate(rows):
            each = round(mean_us / len(rows))
            row = graph.per_op_profiles.add(node_type=kind, name=name, times_called=1, run_order=order + 1)
            row.inference_microseconds.first = row.inference_microseconds.avg = each
            row.inference_microseconds.sum, row.inference_microseconds.count = each, 1
        Path(path).write_bytes(data.SerializeToString())
    if values["export_model_runtime_info"] and values["model_runtime_info_output_file"]:
        details = model_runtime_info_pb2.ModelRuntimeDetails()
        graph = details.subgraphs.add(subgraph_id=0, subgraph_type=1)
        for number, name in enumerate(names):
            node = graph.nodes.add(id=number, name=name, type="0")
            if number in tool.delegated:
                node.delegated_to_node_id = len(names)
        if len(tool.delegated):
            node = graph.nodes.add(id=len(names), name="Example Delegate", type="Example Delegate")
            node.delegate_node_details.delegate_name = "Example Delegate"
            node.delegate_node_details.tflite_node_ids_replaced.extend(tool.delegated)
        plan = [*([len(names)] if len(tool.delegated) else []), *alone]
        graph.execution_plan.extend(plan)
        Path(values["model_runtime_info_output_file"]).write_bytes(details.SerializeToString())


def main():
    sys.stdout.write("INFO: STARTING!\n")
    try:
        values, given = parse(sys.argv[1:])
        tool = Tool(values, given)
        info(f"The input model file size (MB): {Path(values['graph']).stat().st_size / 1e6:g}")
        info(f"Initialized session in {tool.init_us / 1e3:g}ms.")
        tool.prepare()
        warmup = tool.loop(values["warmup_runs"], values["warmup_min_secs"], values["max_secs"])
        times = tool.loop(values["num_runs"], values["min_secs"], values["max_secs"])
        mean = sum(times) / len(times)
        info(
            f"Inference timings in us: Init: {tool.init_us}, First inference: {warmup[0]}, "
            f"Warmup (avg): {sum(warmup) / len(warmup):g}, Inference (avg): {mean:g}"
        )
        info("Memory footprint delta from the start of the tool (MB): init=5.41406 overall=5.73438")
        _write_profile(tool, mean)
        if values["output_filepath"]:
            Path(values["output_filepath"]).write_bytes(tool.outputs())
    except FailedError:
        sys.stdout.flush()
        sys.stderr.write("ERROR: Benchmarking failed.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
