"""The part of LiteRT's C API that a measurement needs, through ``ctypes``; standard library only.

The structures are those of LiteRT 2.3 (``litert/c/*.h``); the API is not frozen, so the caller checks the version
before it starts a child. Handles are opaque pointers. Nothing here is safe against a hostile model: run it in a child.
"""

import ctypes
import mmap
from collections.abc import Sequence
from ctypes import byref, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Any, NamedTuple

MAX_RANK = 8
"""Largest rank that the API's tensor layout can hold."""

_CPU = 1
_OPTION_LIBRARY_FOLDER, _OPTION_AUTO_REGISTER, _OPTION_LOG_SEVERITY = 22, 24, 25
_ANY_INT, _ANY_STRING = 2, 8
_LOG_WARNING = 2
_LOCK_READ, _LOCK_WRITE = 0, 1
_EVENT_WORDS = 104 // 8
_TAG, _TYPE, _START, _ELAPSED, _META1, _META2 = 0, 1, 2, 3, 10, 11
_HANDLE = ctypes.POINTER(c_void_p)
_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "LiteRtCreateEnvironment": (c_int, c_void_p, _HANDLE),
    "LiteRtCreateModelFromFile": (c_void_p, c_char_p, _HANDLE),
    "LiteRtCreateModelFromBuffer": (c_void_p, c_void_p, c_size_t, _HANDLE),
    "LiteRtCreateOptions": (_HANDLE,),
    "LiteRtSetOptionsHardwareAccelerators": (c_void_p, c_int),
    "LiteRtCreateOpaqueOptions": (c_char_p, c_void_p, c_void_p, _HANDLE),
    "LiteRtAddOpaqueOptions": (c_void_p, c_void_p),
    "LiteRtCreateCompiledModel": (c_void_p, c_void_p, c_void_p, _HANDLE),
    "LiteRtCompiledModelGetProfiler": (c_void_p, _HANDLE),
    "LiteRtStartProfiler": (c_void_p,),
    "LiteRtStopProfiler": (c_void_p,),
    "LiteRtGetNumProfilerEvents": (c_void_p, ctypes.POINTER(c_int)),
    "LiteRtGetProfilerEvents": (c_void_p, c_int, c_void_p),
    "LiteRtGetCompiledModelInputTensorLayout": (c_void_p, c_size_t, c_size_t, c_void_p),
    "LiteRtGetCompiledModelOutputTensorLayouts": (c_void_p, c_size_t, c_size_t, c_void_p, ctypes.c_bool),
    "LiteRtCompiledModelResizeInputTensor": (c_void_p, c_size_t, c_size_t, c_void_p, c_size_t),
    "LiteRtCompiledModelResizeInputTensorNonStrict": (c_void_p, c_size_t, c_size_t, c_void_p, c_size_t),
    "LiteRtGetCompiledModelInputBufferRequirements": (c_void_p, c_size_t, c_size_t, _HANDLE),
    "LiteRtGetCompiledModelOutputBufferRequirements": (c_void_p, c_size_t, c_size_t, _HANDLE),
    "LiteRtCreateManagedTensorBufferFromRequirements": (c_void_p, c_void_p, c_void_p, _HANDLE),
    "LiteRtGetTensorBufferSize": (c_void_p, ctypes.POINTER(c_size_t)),
    "LiteRtLockTensorBuffer": (c_void_p, _HANDLE, c_int),
    "LiteRtUnlockTensorBuffer": (c_void_p,),
    "LiteRtRunCompiledModel": (c_void_p, c_size_t, c_size_t, c_void_p, c_size_t, c_void_p),
}


class LiteRtError(Exception):
    """A call failed.

    Args:
        call: what was tried, in words.
        status: LiteRT's status code.
    """

    def __init__(self, call: str, status: int) -> None:
        super().__init__(f"{call} (status {status})")
        self.call = call
        self.status = status


class EventList(NamedTuple):
    """Events of one run in the order they began; times in microseconds."""

    tags: list[str]
    types: list[int]
    starts: list[int]
    elapsed: list[int]
    nodes: list[int]
    subgraphs: list[int]


class _Value(ctypes.Union):
    _fields_ = (("as_int", c_int64), ("as_string", c_char_p))


class _AnyValue(ctypes.Structure):
    _fields_ = (("kind", c_int), ("value", _Value))


class _EnvironmentOption(ctypes.Structure):
    _fields_ = (("tag", c_int), ("any", _AnyValue))


class _Layout(ctypes.Structure):
    _fields_ = (("head", c_uint32), ("dims", c_int32 * MAX_RANK), ("strides", c_uint32 * MAX_RANK))


class _TensorType(ctypes.Structure):
    _fields_ = (("element", c_int), ("layout", _Layout))


class Library:
    """The loaded shared library with one environment."""

    def __init__(self, path: str, folder: str) -> None:
        self._functions = ctypes.CDLL(path)
        for name, types in _SIGNATURES.items():
            function = getattr(self._functions, name)
            function.restype = c_int
            function.argtypes = types
        no_op = ctypes.CFUNCTYPE(None, c_void_p)
        # The options keep pointers to these for as long as the library lives.
        self._keep: list[object] = []
        self._deleter = no_op(lambda _pointer: None)
        options = (_EnvironmentOption * 3)()
        options[0].tag, options[0].any.kind = _OPTION_LIBRARY_FOLDER, _ANY_STRING
        options[0].any.value.as_string = folder.encode()
        for slot, tag, number in ((1, _OPTION_AUTO_REGISTER, _CPU), (2, _OPTION_LOG_SEVERITY, _LOG_WARNING)):
            options[slot].tag, options[slot].any.kind = tag, _ANY_INT
            options[slot].any.value.as_int = number
        self._keep.append(options)
        self.environment = c_void_p()
        self.call("LiteRtCreateEnvironment", "start the runtime", len(options), options, byref(self.environment))

    def call(self, name: str, what: str, *arguments: object) -> None:
        """Call a function.

        Raises:
            LiteRtError: it answered something else than success.
        """
        status = getattr(self._functions, name)(*arguments)
        if status != 0:
            raise LiteRtError(what, status)

    def try_call(self, name: str, *arguments: object) -> bool:
        """Call a function and say whether it succeeded."""
        return bool(getattr(self._functions, name)(*arguments) == 0)

    def function(self, name: str) -> Any:
        """Give the raw function, for the timed loop."""
        return getattr(self._functions, name)

    def options(self, runtime: str, xnnpack: str) -> c_void_p:
        """Make compilation options from the two TOML texts, for the CPU."""
        handle = c_void_p()
        self.call("LiteRtCreateOptions", "make options", byref(handle))
        self.call("LiteRtSetOptionsHardwareAccelerators", "choose the CPU", handle, _CPU)
        for name, text in ((b"runtime_options_string", runtime), (b"xnnpack", xnnpack)):
            payload = ctypes.create_string_buffer(text.encode())
            self._keep += [payload, name]
            opaque = c_void_p()
            self.call(
                "LiteRtCreateOpaqueOptions",
                "make options",
                name,
                ctypes.cast(payload, c_void_p),
                ctypes.cast(self._deleter, c_void_p),
                byref(opaque),
            )
            self.call("LiteRtAddOpaqueOptions", "add options", handle, opaque)
        return handle


class CompiledModel:
    """A model compiled for the CPU, with its buffers; lives as long as the process.

    Args:
        library: where it runs.
        path: of the model file.
        options: from ``Library.options``.
        signature: index of the signature.
        hidden: positions and lengths of bytes that are zero while LiteRT's own reader looks (see ``hidden``).
    """

    def __init__(
        self,
        library: Library,
        path: str,
        options: c_void_p,
        signature: int,
        hidden: Sequence[tuple[int, int]] = (),
    ) -> None:
        self._library = library
        self._signature = signature
        self._model = c_void_p()
        self._handle = c_void_p()
        self._profiler = c_void_p()
        self._inputs = (c_void_p * 0)()
        self._outputs = (c_void_p * 0)()
        if hidden:
            self._read_hiding(path, hidden)
        else:
            name = "LiteRtCreateModelFromFile"
            library.call(name, "read the model", library.environment, path.encode(), byref(self._model))
        library.call(
            "LiteRtCreateCompiledModel",
            "prepare the model",
            library.environment,
            self._model,
            options,
            byref(self._handle),
        )

    def _read_hiding(self, path: str, hidden: Sequence[tuple[int, int]]) -> None:
        """Read the model from our own copy-on-write mapping, whose hidden bytes are zero meanwhile."""
        with open(path, "rb") as file:  # noqa: PTH123 - keeps the child small
            self._mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        kept = [self._mapping[start : start + size] for start, size in hidden]
        for start, size in hidden:
            self._mapping[start : start + size] = bytes(size)
        buffer = (ctypes.c_char * len(self._mapping)).from_buffer(self._mapping)
        name, environment = "LiteRtCreateModelFromBuffer", self._library.environment
        self._library.call(name, "read the model", environment, byref(buffer), len(buffer), byref(self._model))
        for (start, size), value in zip(hidden, kept, strict=True):
            self._mapping[start : start + size] = value

    def resize_input(self, index: int, shape: Sequence[int]) -> None:
        """Give an input another shape; a fixed dimension is overridden where the runtime lets us.

        Raises:
            LiteRtError: the runtime refuses the shape.
        """
        layout = _Layout()
        arguments = (self._handle, self._signature, index)
        if self._library.try_call("LiteRtGetCompiledModelInputTensorLayout", *arguments, byref(layout)):
            rank = layout.head & 0x7F
            if list(layout.dims[:rank]) == list(shape):
                return
        sizes = (c_int * max(1, len(shape)))(*shape)
        resize = (*arguments, ctypes.cast(sizes, c_void_p), len(shape))
        if self._library.try_call("LiteRtCompiledModelResizeInputTensor", *resize):
            return
        what = f"give input {index} the shape {list(shape)}"
        self._library.call("LiteRtCompiledModelResizeInputTensorNonStrict", what, *resize)

    def create_buffers(self, inputs: Sequence[tuple[int, Sequence[int]]], output_elements: Sequence[int]) -> None:
        """Create the buffers of all inputs (element type and shape) and outputs (element type).

        Raises:
            LiteRtError: a tensor cannot be allocated.
        """
        layouts = (_Layout * max(1, len(output_elements)))()
        self._library.call(
            "LiteRtGetCompiledModelOutputTensorLayouts",
            "allocate the tensors",
            self._handle,
            self._signature,
            len(output_elements),
            layouts,
            True,
        )
        self._inputs = (c_void_p * len(inputs))()
        for index, (element, shape) in enumerate(inputs):
            layout = _Layout(head=len(shape))
            layout.dims[: len(shape)] = list(shape)
            self._inputs[index] = self._buffer("Input", index, _TensorType(element, layout))
        self._outputs = (c_void_p * len(output_elements))()
        for index, element in enumerate(output_elements):
            self._outputs[index] = self._buffer("Output", index, _TensorType(element, layouts[index]))

    def _buffer(self, side: str, index: int, kind: _TensorType) -> int | None:
        requirements, buffer = c_void_p(), c_void_p()
        what = f"allocate the buffer of {side.lower()} {index}"
        name = f"LiteRtGetCompiledModel{side}BufferRequirements"
        self._library.call(name, what, self._handle, self._signature, index, byref(requirements))
        self._library.call(
            "LiteRtCreateManagedTensorBufferFromRequirements",
            what,
            self._library.environment,
            byref(kind),
            requirements,
            byref(buffer),
        )
        return buffer.value

    def write_input(self, index: int, data: bytes) -> None:
        """Fill an input; missing bytes become zeros.

        Raises:
            LiteRtError: the buffer cannot be written.
        """
        buffer, size, address = c_void_p(self._inputs[index]), c_size_t(), c_void_p()
        self._library.call("LiteRtGetTensorBufferSize", "size an input", buffer, byref(size))
        self._library.call("LiteRtLockTensorBuffer", "write an input", buffer, byref(address), _LOCK_WRITE)
        if address.value:
            ctypes.memset(address, 0, size.value)
            ctypes.memmove(address, data, min(len(data), size.value))
        self._library.call("LiteRtUnlockTensorBuffer", "write an input", buffer)

    def run_call(self) -> tuple[Any, tuple[object, ...]]:
        """Give the function and the arguments of one inference; the function returns a status."""
        arguments = (self._handle, self._signature, len(self._inputs), self._inputs, len(self._outputs), self._outputs)
        return self._library.function("LiteRtRunCompiledModel"), arguments

    def start_profiler(self) -> None:
        """Forget all events and record."""
        if not self._profiler:
            self._library.call("LiteRtCompiledModelGetProfiler", "profile", self._handle, byref(self._profiler))
        self._library.call("LiteRtStartProfiler", "profile", self._profiler)

    def stop_profiler(self) -> EventList:
        """Stop recording and give the events; an empty list when there are none."""
        self._library.call("LiteRtStopProfiler", "profile", self._profiler)
        count = c_int()
        self._library.call("LiteRtGetNumProfilerEvents", "profile", self._profiler, byref(count))
        if count.value <= 0:
            return EventList([], [], [], [], [], [])
        words = (ctypes.c_uint64 * (count.value * _EVENT_WORDS))()
        self._library.call("LiteRtGetProfilerEvents", "profile", self._profiler, count, words)
        view = memoryview(words).cast("B").cast("Q")
        columns = [view[word::_EVENT_WORDS].tolist() for word in (_TAG, _TYPE, _START, _ELAPSED, _META1, _META2)]
        names = {tag: (ctypes.string_at(tag).decode(errors="replace") if tag else "") for tag in set(columns[0])}
        # The type is 32 bits wide, the other half of its word is padding.
        kinds = [word & 0xFFFFFFFF for word in columns[1]]
        return EventList([names[tag] for tag in columns[0]], kinds, *columns[2:])
