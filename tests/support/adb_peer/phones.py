"""What devices say about themselves: a phone, a television board and a Linux board."""

from tests.support.adb_peer.device_files import DeviceFiles

_PHONE = {
    "ro.product.manufacturer": "Example",
    "ro.product.model": "Phone 7",
    "ro.soc.manufacturer": "QTI",
    "ro.soc.model": "SM8150",
    "ro.board.platform": "msmnile",
    "ro.hardware": "qcom",
    "ro.build.version.release": "12",
    "ro.build.version.sdk": "31",
    "ro.build.type": "user",
    "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi",
}
_BOARD = {
    "ro.product.manufacturer": "Synaptics",
    "ro.product.model": "VS680 EVK",
    "ro.board.platform": "vs680",
    "ro.build.version.release": "11",
    "ro.build.version.sdk": "30",
    "ro.build.type": "userdebug",
    "ro.product.cpu.abilist": "arm64-v8a",
}
_BATTERY = """Current Battery Service state:
  AC powered: false
  USB powered: true
  Wireless powered: false
  Max charging current: 500000
  status: 2
  health: 2
  present: true
  level: 83
  scale: 100
  voltage: 4211
  temperature: 291
  technology: Li-ion
"""
_NO_BATTERY = """Current Battery Service state:
  AC powered: true
  status: 1
  present: false
  level: 0
  scale: 100
  temperature: 0
"""
_THERMAL = """IsStatusOverride: false
ThermalEventListeners:
\tcallbacks: 1
Thermal Status: 0
Cached temperatures:
\tTemperature{mValue=31.4, mType=3, mName=skin, mStatus=0}
"""
_POWER = """POWER MANAGER (dumpsys power)
  mWakefulness=Awake
Display Power: state=ON
"""
_SERVICES = """Found 2 services:
12\tandroid.hardware.neuralnetworks.IDevice/qti-default: [android.hardware.neuralnetworks.IDevice]
13\tandroid.hardware.neuralnetworks.IDevice/qti-dsp: [android.hardware.neuralnetworks.IDevice]
"""
_HIDL_SERVICES = """android.hardware.neuralnetworks@1.2::IDevice/synap-npu
android.hardware.neuralnetworks@1.0::IDevice/synap-npu
"""
_DF = """Filesystem     1K-blocks     Used Available Use% Mounted on
/dev/block/dm-7 112000000 62000000  50000000  56% /data/user/0
"""


def install_phone(files: DeviceFiles) -> None:
    """Make the device a phone with eight cores, a battery and NNAPI."""
    _install_android(files, _PHONE, battery=_BATTERY)
    kinds = [(0x803, 300000, 1785600)] * 4 + [(0x804, 710400, 2419200)] * 3 + [(0x804, 825600, 2841600)]
    _install_cores(files, kinds, implementer=0x51)
    files.write("/services", _SERVICES)
    files.write("/sys/class/thermal/thermal_zone0/type", "cpu-0-0-usr\n")
    files.write("/sys/class/thermal/thermal_zone0/temp", "38100\n")
    files.write("/system/lib64/libneuralnetworks.so", "")
    files.write("/vendor/lib64/libOpenCL.so", "")
    files.write("/vendor/lib64/libcdsprpc.so", "")


def install_board(files: DeviceFiles) -> None:
    """Make the device a television board with an NPU, and without a battery."""
    _install_android(files, _BOARD, battery=_NO_BATTERY)
    _install_cores(files, [(0xD09, 800000, 2100000)] * 4, implementer=0x41)
    files.write("/services", "Found 0 services:\n")
    files.write("/lshal", _HIDL_SERVICES)
    files.write("/vendor/lib64/libvx_delegate.so", "")
    files.write("/sys/class/misc/synap/name", "synap\n")
    _install_program(files, "synap_cli", "echo 'SyNAP version 3.2.0'")


def install_linux(files: DeviceFiles) -> None:
    """Make the device a Linux board: no properties, no services."""
    for name in ("getprop", "dumpsys", "service", "lshal"):
        _install_program(files, name, f"echo '{name}: not found' >&2; exit 127")
    _install_common(files, user="0")
    _install_cores(files, [(0xD03, 600000, 1800000)] * 4, implementer=0x41)
    files.write("/etc/os-release", 'NAME="Poky"\nPRETTY_NAME="Poky (Yocto Project) 4.0"\n')
    files.write("/proc/device-tree/model", "Synaptics SL1680 RDK\0")
    files.write("/proc/device-tree/compatible", "synaptics,sl1680-rdk\0syna,sl1680\0")


def _install_android(files: DeviceFiles, properties: dict[str, str], *, battery: str) -> None:
    files.write("/properties", "".join(f"[{key}]: [{value}]\n" for key, value in properties.items()))
    files.write("/dumpsys/battery", battery)
    files.write("/dumpsys/thermalservice", _THERMAL)
    files.write("/dumpsys/power", _POWER)
    _install_program(files, "logcat", 'cat "$PEER_ROOT/logcat" 2>/dev/null')
    _install_program(files, "getprop", 'cat "$PEER_ROOT/properties"')
    _install_program(files, "dumpsys", 'cat "$PEER_ROOT/dumpsys/$1"')
    _install_program(files, "service", 'cat "$PEER_ROOT/services"')
    _install_program(files, "lshal", 'cat "$PEER_ROOT/lshal"')
    _install_common(files, user="2000")


def _install_common(files: DeviceFiles, *, user: str) -> None:
    files.write("/df", _DF)
    _install_program(files, "df", 'cat "$PEER_ROOT/df"')
    _install_program(files, "id", f"echo {user}")
    _install_program(files, "uname", "case $1 in -m) echo aarch64;; *) echo 5.4.86;; esac")
    files.write(
        "/proc/meminfo", "MemTotal:        5737000 kB\nMemFree:          211000 kB\nMemAvailable:    2869000 kB\n"
    )
    files.write("/proc/uptime", "7384.25 20000.00\n")
    files.write("/proc/loadavg", "1.20 1.50 1.61 2/2045 9876\n")


def _install_cores(files: DeviceFiles, kinds: list[tuple[int, int, int]], *, implementer: int) -> None:
    text = ""
    for number, (part, least, most) in enumerate(kinds):
        text += f"processor\t: {number}\nCPU implementer\t: {implementer:#x}\nCPU part\t: {part:#x}\n\n"
        folder = f"/sys/devices/system/cpu/cpu{number}/cpufreq"
        for name, value in (("cpuinfo_min_freq", least), ("cpuinfo_max_freq", most), ("scaling_governor", "schedutil")):
            files.write(f"{folder}/{name}", f"{value}\n")
    files.write("/proc/cpuinfo", text)


def _install_program(files: DeviceFiles, name: str, text: str) -> None:
    files.write(f"/bin/{name}", f"#!/bin/sh\n{text}\n", is_executable=True)
