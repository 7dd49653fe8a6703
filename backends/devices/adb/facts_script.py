"""The one question that is asked a device for its facts: a script, and its answer cut into sections."""

from collections.abc import Mapping

LIBRARY_FOLDERS = (
    "/vendor/lib64", "/system/vendor/lib64", "/system/lib64", "/odm/lib64", "/vendor/lib", "/system/lib",
    "/usr/lib", "/usr/lib/aarch64-linux-gnu", "/data/local/tmp",
)  # fmt: skip
"""Where vendors put libraries; also on Linux boards."""

LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "opencl": ("libOpenCL.so", "libOpenCL-pixel.so", "libOpenCL-car.so"),
    "hexagon": ("libcdsprpc.so", "libadsprpc.so"),
    "qnn": ("libQnnTFLiteDelegate.so", "libQnnHtp.so"),
    "neuron": ("libneuron_runtime.so", "libneuronusdk_adapter.mtk.so", "libneuron_adapter.so"),
    "vx": ("libvx_delegate.so",),
}
"""Libraries that tell which accelerators can be reached, by the way to reach them."""

_MARK = "@@@"
_NAMES = " ".join(name for names in LIBRARIES.values() for name in names)
SCRIPT = f"""
exec 2>/dev/null
part() {{ echo; echo "{_MARK} $1"; }}
part properties; getprop
part machine; uname -m
part kernel; uname -r
part system; cat /etc/os-release
part board; tr '\\0' '\\n' < /proc/device-tree/model; echo; tr '\\0' '\\n' < /proc/device-tree/compatible
part cpuinfo; cat /proc/cpuinfo
part meminfo; cat /proc/meminfo
part uptime; cat /proc/uptime
part load; cat /proc/loadavg
part user; id -u
part space; df -k "$1"
part cores
for core in /sys/devices/system/cpu/cpu[0-9]*; do
  least=; most=; governor=; now=
  read -r least < $core/cpufreq/cpuinfo_min_freq
  read -r most < $core/cpufreq/cpuinfo_max_freq
  read -r governor < $core/cpufreq/scaling_governor
  read -r now < $core/cpufreq/scaling_cur_freq
  echo "${{core##*/cpu}}|$least|$most|$governor|$now"
done
part zones
for zone in /sys/class/thermal/thermal_zone*; do
  kind=; value=
  read -r kind < $zone/type; read -r value < $zone/temp
  echo "$kind|$value"
done
part libraries
for folder in {" ".join(LIBRARY_FOLDERS)}; do
  for name in {_NAMES}; do [ -e $folder/$name ] && echo $folder/$name; done
done
part synap
if [ -e /sys/class/misc/synap ] || [ -e /dev/synap ]; then echo present; synap_cli --version; fi
part battery; dumpsys battery
part thermal; dumpsys thermalservice
part screen; dumpsys power | grep -E 'mWakefulness=|Display Power'
part nnapi
service list | grep neuralnetworks || lshal list -i | grep neuralnetworks
part end
"""
"""Takes the folder for files as ``$1``. Reads with the shell's own ``read`` where many small files are read.
What some devices take seconds for comes last; devices before Android 7 accept no more than 4,096 bytes."""


def split_sections(text: str) -> Mapping[str, str]:
    """Cut the answer; what the device does not have is an empty section, and a cut answer lacks the last ones."""
    sections: dict[str, str] = {}
    name, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith(_MARK + " "):
            sections[name] = "\n".join(lines).strip("\n")
            name, lines = line.removeprefix(_MARK + " ").strip(), []
        else:
            lines.append(line)
    sections[name] = "\n".join(lines).strip("\n")
    return sections
