"""What devices tell about power: transcripts of the real formats, and programs that keep them changing.

Sources of the formats: ``dumpsys battery``: AOSP ``BatteryService.dump`` (Samsung's line ``current now`` from public
outputs of a Galaxy S23); power rails: AOSP ``PowerStats::dumpEnergyMeter`` (``"  %32s   %14.2f mWs"``);
the HAL 1 dump and IIO's ``energy_value`` as Perfetto and androidx read them; ``dumpsys thermalservice``: AOSP
``ThermalManagerService.dump``; INA2xx: the kernel's ``Documentation/hwmon/ina2xx.rst``.
"""

from tests.support.adb_peer.device_files import DeviceFiles

SUPPLY = "/sys/class/power_supply/battery"

SAMSUNG_BATTERY = """Current Battery Service state:
  AC powered: false
  USB powered: {usb}
  Wireless powered: false
  Dock powered: false
  Max charging current: 0
  Max charging voltage: 0
  Charge counter: 3120000
  status: 3
  health: 2
  present: true
  level: 78
  scale: 100
  voltage: 4012
  temperature: 287
  technology: Li-ion
  current now: {current}
"""
PLAIN_BATTERY = SAMSUNG_BATTERY.replace("  current now: {current}\n", "").replace("3120000", "{charge}")

RAILS_2 = """
============= PowerStats HAL 2.0 energy consumers ==============
                     Consumer        Cumulative Energy
                          TPU          {tpu} mWs
========== End of PowerStats HAL 2.0 energy consumers ==========

============= PowerStats HAL 2.0 energy meter ==============
                           Channel    Cumulative Energy
            [S2M_VDD_CPUCL2]:CPU(BIG)          {big} mWs
                 [S7M_VDD_TPU]:TPU          {tpu} mWs
         [VSYS_PWR_MODEM]:Modem        184512.06 mWs
========== End of PowerStats HAL 2.0 energy meter ==========
"""
RAILS_1 = """
============= PowerStats HAL 1.0 rail energy data ==============
                  Rail    Cumulative Energy
            S2M_VDD_CPUCL2          {big} mWs
               S7M_VDD_TPU          {tpu} mWs
========== End of PowerStats HAL 1.0 rail energy data ==========
"""
IIO_RAILS = """t=1234567
CH2(T=1234567)[VSYS_PWR_RFFE], 88000
CH3(T=358356)[S2M_VDD_CPUCL2], 761330
"""

THERMAL = """IsStatusOverride: false
ThermalEventListeners:
\tcallbacks: 1
Thermal Status: 1
Cached temperatures:
\tTemperature{mValue=39.0, mType=3, mName=skin, mStatus=0}
HAL Ready: true
HAL connection:
\tThermalHAL AIDL 1  connected: yes
Current temperatures from HAL:
\tTemperature{mValue=41.3, mType=3, mName=skin, mStatus=1}
\tTemperature{mValue=62.5, mType=0, mName=CPU0, mStatus=0}
Current cooling devices from HAL:
\tCoolingDevice{mValue=2, mType=2, mName=thermal-cpufreq-0}
Temperature static thresholds from HAL:
\tTemperatureThreshold{mType=3, mName=skin, mHotThrottlingThresholds=[NaN, 39.0, 43.0, 45.0, 46.5, 52.0, 55.0]}
"""


def write_gauge(files: DeviceFiles, *, current: str, voltage: str = "4012000", status: str = "Discharging") -> None:
    """Give the kernel's gauge."""
    for name, text in {
        "type": "Battery",
        "current_now": current,
        "voltage_now": voltage,
        "status": status,
    }.items():
        files.write(f"{SUPPLY}/{name}", f"{text}\n")


def write_dump(files: DeviceFiles, name: str, text: str) -> None:
    """Give what ``dumpsys NAME`` prints."""
    files.write(f"/dumpsys/{name}", text)


def count_up(files: DeviceFiles, name: str, template: str, fields: dict[str, tuple[float, float]]) -> None:
    """Let ``dumpsys NAME`` print a template whose fields grow with the device's time: start and slope a second."""
    cases = "; ".join(
        f"{key}=$(awk -v t=$up 'BEGIN {{ printf \"%.2f\", {start} + {slope} * t }}')"
        for key, (start, slope) in fields.items()
    )
    text = template
    for key in fields:
        text = text.replace("{" + key + "}", "${" + key + "}")
    uptime = "read -r up rest < /proc/uptime"
    files.write(
        "/bin/dumpsys",
        f'#!/bin/sh\nif [ "$1" = "{name}" ]; then {uptime}; {cases}; cat <<END\n{text}\nEND\n'
        'else cat "$PEER_ROOT/dumpsys/$1"; fi\n',
        is_executable=True,
    )
