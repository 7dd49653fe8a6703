"""The stand-in for ``benchmark_model``: replays what it was given, with faults on demand. Standard library only.

``tests.support.benchmark_tool`` puts a first line and a ``RECIPE`` before this text, so that it is one file.
"""

import base64
import json
import os
import signal
import sys
import time
from pathlib import Path

RECIPE = json.loads(os.environ.get("BENCHMARK_RECIPE", "{}"))
# --- end of what is replaced


def main():
    flags = dict(argument[2:].partition("=")[::2] for argument in sys.argv[1:] if argument.startswith("--"))
    if "help" in flags:
        sys.stdout.write("INFO: STARTING!\n")
        sys.stderr.write(RECIPE["help"])
        return 1
    count = _count_call()
    key = "plain"
    if flags.get("enable_op_profiling") == "true":
        key = flags.get("op_profiling_output_mode", "text")
    if flags.get("use_profiler") == "true":
        key = "litert"
    answer = RECIPE["answers"].get(key) or RECIPE["answers"]["plain"]
    _write_files(flags, answer)
    out = answer["stdout"]
    unknown = [f"--{name}={value}" for name, value in flags.items() if f"--{name}=" not in RECIPE["help"]]
    if unknown:
        out = out.replace(
            "INFO: STARTING!\n", f"INFO: STARTING!\nWARN: Unconsumed cmdline flags: {' '.join(unknown)}\n"
        )
    fault = RECIPE.get("fault", {})
    if fault and count >= fault.get("at_call", 1) and key in fault.get("keys", [key]):
        return _fail(fault, out)
    time.sleep(RECIPE.get("seconds", 0))
    sys.stderr.write(answer["stderr"])
    sys.stdout.write(out)
    return answer["exit"]


def _count_call():
    """Count calls in a file beside the script."""
    counter = Path(sys.argv[0] + ".calls")
    count = (int(counter.read_text()) if counter.exists() else 0) + 1
    counter.write_text(str(count))
    return count


def _write_files(flags, answer):
    for flag, data in answer["files"].items():
        if flags.get(flag):
            Path(flags[flag]).write_bytes(base64.b64decode(data))


def _fail(fault, out):
    """Print the first part and end as told: by a signal, by hanging, cut off, or with words and a code."""
    sys.stdout.write(out[: int(len(out) * fault.get("part", 0.5))])
    sys.stdout.flush()
    sys.stderr.write(fault.get("stderr", ""))
    sys.stderr.flush()
    if "signal" in fault:
        os.kill(os.getpid(), getattr(signal, fault["signal"]))
        time.sleep(5)
    if "hang" in fault:
        time.sleep(fault["hang"])
    return fault.get("exit", 0)


if __name__ == "__main__":
    sys.exit(main())
