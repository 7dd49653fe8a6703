import pytest

from backends.errors import ResourceError, RunError
from backends.runs.benchmark.command import Loop, RemoteInput, Tool, build_command, check_options
from backends.runs.benchmark.delegates import load_delegates
from backends.runs.benchmark.known_flags import KnownFlags, parse_help
from backends.runs.plan import Plan
from tests.support.benchmark_tool import KNOWN, a_help

_LOOP = Loop(runs=7, warmup=2, max_seconds=30)
_TABLE = load_delegates()


def _all_flags() -> KnownFlags:
    """Give a build that knows every flag of every delegate."""
    flags = {name for delegate in _TABLE.delegates for name in delegate.flags} | set(KNOWN)
    for delegate in _TABLE.delegates:
        flags |= {option.flag for option in _TABLE.options_of(delegate) if option.flag}
    return KnownFlags(defaults=dict.fromkeys(flags | {"external_delegate_options"}, ""))


def _command(delegate: str, inputs: tuple[RemoteInput, ...] = (), **options: str) -> list[str]:
    plan = Plan(delegate=delegate, delegate_options=options, threads=3)
    return build_command(plan, _TABLE, Tool(path="/d/bm", flags=_all_flags()), "/d/m x.tflite", _LOOP, inputs=inputs)


def test_a_command_is_a_list_with_every_number_of_the_plan() -> None:
    assert _command("cpu") == [
        "/d/bm",
        "--graph=/d/m x.tflite",
        "--num_runs=7",
        "--warmup_runs=2",
        "--min_secs=0",
        "--warmup_min_secs=0",
        "--max_secs=30",
        "--num_threads=3",
        "--use_xnnpack=false",
    ]


@pytest.mark.parametrize(
    ("delegate", "options", "expected"),
    [
        ("gpu", {"precision_loss": "no", "backend": "cl"}, ["--gpu_precision_loss_allowed=false", "--gpu_backend=cl"]),
        ("nnapi", {"accelerator": "synap-npu", "fp16": "1"}, ["--nnapi_accelerator_name=synap-npu"]),
        ("vx", {"cache_mode": "1", "device_id": "0"}, ["--external_delegate_options=allowed_cache_mode:1;device_id:0"]),
        ("vx", {}, ["--external_delegate_path=libvx_delegate.so"]),
        ("external", {"path": "/d/lib.so", "options": "a:1;b:2"}, ["--external_delegate_options=a:1;b:2"]),
        ("hexagon", {"cycles": "true"}, ["--use_hexagon=true", "--hexagon_profiling=true"]),
        ("xnnpack", {"max_partitions": "3"}, ["--use_xnnpack=true", "--max_delegated_partitions=3"]),
    ],
)
def test_options_of_a_delegate_become_flags(delegate: str, options: dict[str, str], expected: list[str]) -> None:
    assert set(expected) <= set(_command(delegate, **options))


@pytest.mark.parametrize(
    ("text", "mask"), [("4-7", "f0"), ("0,2", "5"), ("0xF0", "f0"), ("7", "80"), ("0-1,6-7", "c3")]
)
def test_cores_become_a_mask(text: str, mask: str) -> None:
    assert _command("cpu", affinity=text)[:3] == ["taskset", mask, "/d/bm"]


@pytest.mark.parametrize(
    ("delegate", "options", "message"),
    [
        ("warp", {}, "no delegate 'warp'"),
        ("gpu", {"warp": "1"}, "no option 'warp'"),
        ("gpu", {"backend": "vulkan"}, "backend cannot be 'vulkan'"),
        ("gpu", {"sustained": "maybe"}, "sustained cannot be 'maybe'"),
        ("xnnpack", {"min_nodes": "2.5"}, "min_nodes cannot be"),
        ("external", {}, "needs the option path"),
        ("vx", {"cache_file": "a:b"}, "cannot hold ':'"),
        ("cpu", {"affinity": "big"}, "affinity cannot be 'big'"),
        ("cpu", {"affinity": "200-300"}, "affinity cannot be"),
        ("nnapi", {"accelerator": "a\nb"}, "accelerator cannot be"),
    ],
)
def test_wrong_options_are_refused_before_anything_runs(delegate: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(RunError, match=message) as caught:
        check_options(Plan(delegate=delegate, delegate_options=options), _TABLE)

    assert caught.value.hint


def test_a_build_without_the_delegate_is_an_error() -> None:
    tool = Tool(path="bm", flags=parse_help(a_help(KNOWN).splitlines()))

    with pytest.raises(RunError, match="built without GPU: it does not know --use_gpu"):
        build_command(Plan(delegate="gpu"), _TABLE, tool, "m", _LOOP)
    with pytest.raises(RunError, match="does not know --xnnpack_force_fp16"):
        build_command(Plan(delegate="xnnpack", delegate_options={"force_fp16": "true"}), _TABLE, tool, "m", _LOOP)


def test_the_first_builds_have_no_time_limit() -> None:
    flags = {name: kind for name, kind in KNOWN.items() if name != "max_secs"}
    tool = Tool(path="bm", flags=parse_help(a_help(flags).splitlines()))

    assert not any("max_secs" in word for word in build_command(Plan(delegate="cpu"), _TABLE, tool, "m", _LOOP))


def test_inputs_are_named_by_position_where_their_names_hold_separators() -> None:
    inputs = (
        RemoteInput(name="serving:0", shape=(1, 2), path="/d/a.bin"),
        RemoteInput(name="x/y", shape=(3,), path="/d/b.bin"),
    )
    command = _command("cpu", inputs)

    assert "--input_layer=input0,x/y" in command
    assert "--input_layer_shape=1,2:3" in command
    assert "--input_layer_value_files=input0:/d/a.bin,x/y:/d/b.bin" in command


def test_inputs_of_one_name_are_told_apart() -> None:
    inputs = [RemoteInput(name=name, shape=(1,), path=f"/d/{name}") for name in ("x", "input0", "x")]

    assert "--input_layer=input0,input1,input2" in _command("cpu", tuple(inputs))


def test_a_rate_overrides_a_pause() -> None:
    tool = Tool(path="bm", flags=_all_flags())
    paused = build_command(Plan(delegate="cpu", pause_seconds=0.5), _TABLE, tool, "m", _LOOP)
    rated = build_command(Plan(delegate="cpu", pause_seconds=0.5, rate_hz=30), _TABLE, tool, "m", _LOOP)

    assert "--run_delay=0.5" in paused
    assert "--run_frequency=30" in rated
    assert "--run_delay=0.5" not in rated


def test_every_delegate_of_the_table_can_be_planned_with_its_defaults() -> None:
    for delegate in (item for item in _TABLE.delegates if item.program == "benchmark_model"):
        required = {option.id: "x" for option in delegate.options if option.is_required}
        options = {o.id: o.default for o in _TABLE.options_of(delegate) if o.default} | required

        assert _command(delegate.id, **options)


def test_what_another_program_runs_is_refused() -> None:
    with pytest.raises(RunError, match="benchmark_model does not run models for SyNAP"):
        _command("synap", bundle="m.synap")


@pytest.mark.parametrize(
    "text",
    ["no toml [", "schema_version = 2", "schema_version = 1\n[[delegate]]\nid = 'x'", "schema_version = 1\n[[option]]"],
)
def test_a_broken_table_is_refused(text: str) -> None:
    with pytest.raises(ResourceError):
        load_delegates(text)
