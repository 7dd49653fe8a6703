"""The words of adb, its server and the device turned into one sentence and what to do."""

import re

from backends.errors import DeviceError

# The first pattern that is found counts; "{serial}" is the device.
_KNOWN = (
    (
        r"unauthori[sz]ed|still authori[sz]ing",
        "{serial} has not allowed this computer to debug it",
        "Unlock the device and accept its dialog. If none appears, revoke the USB debugging authorisations in its "
        "developer options, and plug it in again.",
    ),
    (
        r"failed to authenticate",
        "{serial} refused the key of this computer",
        "Pair with the device again, and accept the dialog on it.",
    ),
    (r"offline|still connecting", "{serial} is offline", "Plug it in again, or switch USB debugging off and on."),
    (
        r"no permissions|insufficient permissions",
        "this user may not open {serial}",
        "Add a udev rule for the device (package android-sdk-platform-tools-common), and plug it in again.",
    ),
    (r"device .*not found|no devices", "{serial} is not connected", "Plug it in, or connect to it again."),
    (
        r"no space left",
        "there is no space left on {serial}",
        "Remove files from the device; the files this program keeps there can be removed too.",
    ),
    (
        r"read-only file system",
        "the file system of {serial} cannot be written",
        "Choose a folder that can be written, such as /data/local/tmp.",
    ),
    (
        r"permission denied|operation not permitted",
        "{serial} denies the access",
        "Choose a folder that the shell user may use, such as /data/local/tmp.",
    ),
    (r"no such file", "{serial} has no such file", ""),
    (
        r"protocol fault|unknown data|version .* doesn't match",
        "the adb server gave an answer that cannot be understood",
        "Restart the adb server; several versions of adb on one computer disturb each other.",
    ),
)


def device_error(text: str, serial: str, *, what: str = "") -> DeviceError:
    """Give the error for what adb or the device said.

    Args:
        text: their words.
        serial: the device's serial number.
        what: what was tried, to begin the sentence with (``cannot push m.tflite``).
    """
    for pattern, message, hint in _KNOWN:
        if re.search(pattern, text, re.IGNORECASE):
            sentence = message.format(serial=serial)
            return DeviceError(f"{what}: {sentence}" if what else sentence, hint=hint, detail=text)
    said = " ".join(text.split()) or "nothing"
    return DeviceError(f"{what or f'{serial} cannot be used'}: adb said '{said}'", detail=text)
