"""What TensorFlow raises, as a sentence with a next step."""

import re
from dataclasses import dataclass

from backends.conversion.source import CODE_HINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What failed, and what to do."""

    message: str
    hint: str = ""


_FLEX = re.compile(r"(?:Flex|TF Select) ops: ([\w ,]+)")
_CUSTOM = re.compile(r"Custom ops: ([\w ,]+)")
_OP = re.compile(r"'?(tf\.[A-Za-z0-9_]+)'? op")
_NOT_QUANTISED = re.compile(r"Quantization not yet supported for op: '?([A-Z0-9_]+)'?")
_UNKNOWN_CLASS = re.compile(r"(?:Could not locate class|Unknown (?:layer|object|class)[^']*?:?) '([^']+)'")
_MISSING_NAME = re.compile(r"name '(\w+)' is not defined")
_MANY = 6


def translate(kind: str, text: str, what: str) -> Sentence:
    """Phrase a failure.

    Args:
        kind: the exception's class.
        text: its words.
        what: what was being done, such as ``convert net.keras to int8``.
    """
    for find in (_translate_code, _translate_operators, _translate_quantising, _translate_loading):
        found = find(kind, text, what)
        if found is not None:
            return found
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    last = lines[-1] if lines else kind
    return Sentence(
        message=f"TensorFlow could not {what}: {_clip(last)}", hint="The log and the details have its own words."
    )


def _translate_operators(_kind: str, text: str, what: str) -> Sentence | None:
    flex, custom = _FLEX.search(text), _CUSTOM.search(text)
    names = _names(flex) or _names(custom)
    if not names and "neither a custom op nor a flex op" in text:
        names = list(dict.fromkeys(name.removeprefix("tf.") for name in _OP.findall(text)))
    if not names:
        return None
    shown = ", ".join(f"tf.{name}" for name in names[:_MANY])
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    has, word = ("has", "operator") if len(names) == 1 else ("have", "operators")
    return Sentence(
        message=f"Could not {what}: {word} {shown}{more} {has} no TFLite kernel.",
        hint="Replace them by operators that have one, fix the inputs' shapes, or allow TensorFlow's own operators "
        "(Flex): then few runtimes and no accelerator take them.",
    )


def _names(found: re.Match[str] | None) -> list[str]:
    return [name.strip() for name in found[1].split(",") if name.strip()] if found else []


def _translate_quantising(kind: str, text: str, what: str) -> Sentence | None:
    found = _NOT_QUANTISED.search(text)
    if found:
        return Sentence(
            message=f"Could not {what}: operator {found[1]} has no integer kernel.",
            hint="Choose full integer with float inputs and outputs, where such operators stay float, or replace it.",
        )
    if "_experimental_default_ranges" in text or "min/max" in text.lower() or "failed to quantize" in text.lower():
        return Sentence(
            message=f"Could not {what}: an activation has no usable range.",
            hint="Use samples that reach every part of the network, and look for values that are not numbers.",
        )
    if kind == "MemoryError" or "OOM" in text or "bad_alloc" in text:
        return Sentence(message=f"Could not {what}: memory ran out.", hint="Close other programs, or convert less.")
    return None


def _translate_code(_kind: str, text: str, what: str) -> Sentence | None:
    if "safe_mode" in text or "unsafe deserialization" in text.lower() or "`Lambda` layer" in text:
        return Sentence(
            message=f"Could not {what}: it holds code that would run (a Lambda layer), which was not run.",
            hint=CODE_HINT,
        )
    return None


def _translate_loading(kind: str, text: str, what: str) -> Sentence | None:
    found = _UNKNOWN_CLASS.search(text)
    if found or ("Custom" in text and "registered" in text):
        name = f"the class {found[1]!r}" if found else "a class in it"
        return Sentence(
            message=f"Could not {what}: Keras does not know {name}, which is code of your own.",
            hint="Export the network as a SavedModel (model.export('folder')), which needs no classes.",
        )
    missing = _MISSING_NAME.search(text)
    if missing and kind == "NameError":
        return Sentence(
            message=f"Could not {what}: code in a Lambda layer uses {missing[1]!r}, which is not saved with it.",
            hint="Export the network as a SavedModel (model.export('folder')), which needs no code.",
        )
    if kind in ("OSError", "BadZipFile", "DecodeError") or ("Unable to" in text and "open file" in text):
        return Sentence(
            message=f"Could not {what}: the file is damaged or not what its name says.", hint="Save or copy it again."
        )
    return None


def _clip(text: str, most: int = 300) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
