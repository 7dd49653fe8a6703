"""Devices as they are listed, asked and checked, through a real adb server."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backends.devices.adb.address import ServerAddress
from backends.devices.adb.device import AdbDevice
from backends.devices.adb.provider import AdbProvider
from backends.devices.adb.server import AdbServer
from backends.devices.device import Device, RemoteDevice
from backends.devices.discovery import list_devices
from backends.errors import DeviceError
from backends.reports.device_content import DeviceContent
from tests.support.adb_peer import OLD_FEATURES, AdbPeer, install_board, install_linux, install_phone


def _device(server: AdbServer, peer: AdbPeer) -> AdbDevice:
    return AdbProvider(server).find_device(f"adb:{peer.address}")


@pytest.fixture(params=["new", "old"])
def phone(request: pytest.FixtureRequest, make_peer: Callable[..., AdbPeer], server: AdbServer) -> AdbDevice:
    """Give a phone of each shell protocol."""
    peer = make_peer(features=OLD_FEATURES) if request.param == "old" else make_peer()
    install_phone(peer.files)
    return _device(server, peer)


def test_a_phone_tells_what_it_is(phone: AdbDevice) -> None:
    environment = phone.environment()

    assert environment["maker"] == "Example"
    assert environment["model"] == "Phone 7"
    assert environment["chipset"] == "Snapdragon 855"
    assert environment["chipset_code"] == "SM8150"
    assert environment["system"] == "Android 12, kernel 5.4.86"
    assert environment["api_level"] == "31"
    assert environment["nnapi"] == "1.3, feature level 5 or higher"
    assert environment["abi"] == "arm64-v8a, armeabi-v7a, armeabi"
    assert environment["cores"] == "8"
    assert environment["clusters"] == (
        "4 x core, 0.3 to 1.79 GHz (cores 0 to 3, mask f); 3 x core, 0.71 to 2.42 GHz (cores 4 to 6, mask 70); "
        "1 x core, 0.83 to 2.84 GHz (core 7, mask 80)"
    )
    assert environment["governor"] == "schedutil"
    assert environment["free_space"] == "47.7 GiB"
    assert environment["root"] == "no"
    assert environment["nnapi_accelerators"] == "qti-default, qti-dsp"
    assert environment["opencl_library"] == "/vendor/lib64/libOpenCL.so"
    assert environment["hexagon_library"] == "/vendor/lib64/libcdsprpc.so"
    assert environment["battery"] == "83 %, charging, 29.1 °C"
    assert environment["thermal_status"] == "none"
    assert environment["screen"] == "on"
    assert "synap" not in environment


def test_a_phone_in_order_passes_all_checks(phone: AdbDevice) -> None:
    checks = phone.checks()

    assert [check.name for check in checks] == [
        "Connection", "Processor type", "Space", "Heat", "Battery", "Screen", "Frequency", "Load",
    ]  # fmt: skip
    assert [check for check in checks if not check.is_ok] == []


def test_a_television_board_tells_its_npu(make_peer: Callable[..., AdbPeer], server: AdbServer) -> None:
    peer = make_peer()
    install_board(peer.files)

    device = _device(server, peer)

    assert device.environment()["chipset"] == "VS680"
    assert device.environment()["nnapi"] == "1.3"
    assert device.environment()["nnapi_accelerators"] == "synap-npu"
    assert device.environment()["synap"] == "3.2.0"
    assert device.environment()["vx_library"] == "/vendor/lib64/libvx_delegate.so"
    assert "battery" not in device.environment()
    assert "Battery" not in [check.name for check in device.checks()]


def test_a_linux_board_tells_what_it_can(make_peer: Callable[..., AdbPeer], server: AdbServer) -> None:
    peer = make_peer()
    install_linux(peer.files)

    environment = _device(server, peer).environment()

    assert environment["model"] == "Synaptics SL1680 RDK"
    assert environment["chipset"] == "SL1680"
    assert environment["system"] == "Poky (Yocto Project) 4.0, kernel 5.4.86"
    assert environment["abi"] == "arm64-v8a"
    assert environment["clusters"].startswith("4 x Cortex-A53, 0.6 to 1.8 GHz")
    assert environment["root"] == "yes"


def test_devices_are_listed_beside_this_computer(peer: AdbPeer, server: AdbServer) -> None:
    devices: list[Device] = list(list_devices(server))
    found = next(device for device in devices if device.info.id == f"adb:{peer.address}")

    assert devices[0].info.id == "host"
    assert (found.info.name, found.info.kind, found.info.state) == ("Peer Phone", "android", "ready")


def test_a_device_keeps_the_promises_of_a_remote_device(peer: AdbPeer, server: AdbServer) -> None:
    device: RemoteDevice = _device(server, peer)

    assert device.work_folder == "/data/local/tmp/tflite-profiler"


def test_a_report_adds_the_accelerators_of_the_chipset(phone: AdbDevice) -> None:
    tree = DeviceContent([phone]).tree()["devices"]

    assert [accelerator["id"] for accelerator in tree[0]["accelerators"]] == ["qualcomm-hexagon", "qualcomm-adreno"]


@pytest.mark.parametrize(
    ("state", "words"),
    [("recovery", "in recovery mode"), ("sideload", "in sideload mode"), ("bootloader", "in the boot loader")],
)
def test_a_device_that_is_not_in_android_says_so(
    state: str, words: str, make_peer: Callable[..., AdbPeer], server: AdbServer
) -> None:
    peer = make_peer()
    server.disconnect(peer.address)
    peer.faults.state = state
    server.connect(peer.address)

    with pytest.raises(DeviceError, match=words) as caught:
        _device(server, peer)
    assert "restart it" in caught.value.hint.lower()
    listed = next(device for device in list_devices(server) if device.info.id == f"adb:{peer.address}")
    assert words in listed.info.state
    assert [check.is_ok for check in listed.checks()] == [False]
    assert listed.environment() == {"device": f"adb:{peer.address}"}


def test_an_unauthorised_phone_asks_for_its_dialog(make_peer: Callable[..., AdbPeer], server: AdbServer) -> None:
    peer = make_peer()
    server.disconnect(peer.address)
    peer.faults.is_unauthorised = True

    with pytest.raises(DeviceError, match=r"has not allowed this computer|refused the key") as caught:
        server.connect(peer.address)
    assert "dialog" in caught.value.hint


def test_a_phone_that_was_unplugged_is_said_to_be_offline(
    peer: AdbPeer, server: AdbServer, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    device = _device(server, peer)
    peer.unplug()

    def is_offline() -> bool:
        entry = server.entry(peer.address)
        return entry is None or not entry.is_ready

    assert eventually(is_offline)
    with pytest.raises(DeviceError, match=r"offline|not connected"):
        device.environment()
    assert [check.is_ok for check in device.checks()] == [False]
    (answer,) = DeviceContent([device]).tree()["devices"]
    assert "offline" in answer["state"] or "not connected" in answer["state"]


def test_an_unknown_device_is_told_with_those_that_are_there(peer: AdbPeer, server: AdbServer) -> None:
    with pytest.raises(DeviceError, match="is not connected") as caught:
        AdbProvider(server).find_device("adb:missing")
    assert peer.address in caught.value.hint


def test_without_a_server_there_are_no_devices_and_none_is_started(tmp_path: Path) -> None:
    nowhere = AdbServer(ServerAddress(port=1))

    assert AdbProvider(nowhere).list_devices() == ()
    assert not nowhere.is_running()


def test_files_of_ours_are_removed_on_request(peer: AdbPeer, server: AdbServer, tmp_path: Path) -> None:
    device = _device(server, peer)
    (tmp_path / "m.tflite").write_bytes(b"1")
    device.shell.push_once(tmp_path / "m.tflite")

    device.remove_files()

    assert list(peer.files.path("/data/local/tmp").iterdir()) == []


def test_a_cut_answer_gives_the_facts_that_arrived(peer: AdbPeer, server: AdbServer) -> None:
    install_phone(peer.files)
    peer.faults.missing_tools = {"dumpsys"}

    environment = _device(server, peer).environment()

    assert environment["model"] == "Phone 7"
    assert "battery" not in environment
