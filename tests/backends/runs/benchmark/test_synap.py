from backends.runs.benchmark.synap import parse_network_profile, parse_synap_log

_NEW = """\
pid: 3628, nid: 38, inference_count: 22, inference_time: 40048, inference_last: 1843, layers: 34
| lyr |    cycle | time_us |  byte_rd |  byte_wr | ot | name
|   0 |   153811 |     202 |   151344 |    12288 | TP | TensorTranspose
|  29 |   125706 |     408 |   120720 |        0 | TP | Fully|Connected
pid: 9, nid: 2, inference_count: 0, inference_time: 0, inference_last: 0, layers: 0
"""
_OLD = """\
pid: 1, nid: 1, inference_count: 1, inference_time: 7
| lyr | type | cycle | time_us | name
| 3 | NN | 99 | 7 | Conv
| x | NN | broken
"""


def test_timings_of_the_command_line_tool_are_read() -> None:
    lines = [
        "Predict #0: 2.68 ms",
        "Predict #1: 1.78 ms",
        "Inference timings (ms):  load: 55.91  init: 3.84  min: 1.78  median: 1.82  max: 2.68  mean: 1.85",
    ]
    timings = parse_synap_log(lines)

    assert timings.runs_ns == (2_680_000, 1_780_000)
    assert (timings.load_ns, timings.init_ns, timings.mean_ns) == (55_910_000, 3_840_000, 1_850_000)


def test_layers_of_the_accelerator_are_read_by_their_header() -> None:
    first, second = parse_network_profile(_NEW.splitlines())

    assert (first.id, first.inference_count, first.inference_us) == (38, 22, 40048)
    assert [(x.index, x.name, x.engine, x.time_ns, x.cycles) for x in first.layers] == [
        (0, "TensorTranspose", "TP", 202_000, 153811),
        (29, "Fully|Connected", "TP", 408_000, 125706),
    ]
    assert second.layers == ()


def test_other_columns_and_broken_rows_do_no_harm() -> None:
    (network,) = parse_network_profile(_OLD.splitlines())

    assert [(x.name, x.engine, x.time_ns, x.read_bytes) for x in network.layers] == [("Conv", "NN", 7_000, None)]


def test_nothing_is_read_from_something_else() -> None:
    assert parse_network_profile(["| a | b", "Permission denied"]) == ()
    assert parse_synap_log(["Predict me"]).runs_ns == ()
