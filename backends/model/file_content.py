"""What kind of file the first bytes belong to, so that a wrong file is refused with a helpful sentence."""

from backends.errors import ModelFileError

IDENTIFIER = b"TFL3"
ZIP_MAGIC = b"PK\x03\x04"
_MIN_BYTES = 12
"""Root offset, identifier and the smallest root table."""

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (
        b"version https://git-lfs",
        "is a Git LFS pointer, not the model itself",
        "Run `git lfs pull` in its repository, or download the file itself.",
    ),
    (ZIP_MAGIC, "is a zip archive, not a model", "Open it as a bundle, or unpack the model that it holds."),
    (b"\x1f\x8b", "is a gzip archive", "Unpack it first."),
    (b"\x89HDF", "is an HDF5 file (Keras)", "Convert it to TFLite first."),
    (b"GGUF", "is a GGUF file", "Only TFLite models can be opened."),
    (b"LITERTLM", "is a LiteRT-LM container", "Unpack the TFLite models that it holds."),
    (b"\x7fELF", "is a program or library", "Open the .tflite file."),
)


def check_content(head: bytes, size: int, name: str) -> None:
    """Refuse what cannot be a TFLite model.

    Args:
        head: the first bytes of the file, at least 1 KiB where it is that long.
        size: length of the whole file in bytes.
        name: what to call the file.

    Raises:
        ModelFileError: the file is empty, too short, or of another kind.
    """
    if size == 0:
        raise ModelFileError(f"{name} is empty (0 bytes).", hint="Download or convert it again.")
    if head[4:8] == IDENTIFIER and size >= _MIN_BYTES:
        return
    if head[4:8] == IDENTIFIER:
        raise ModelFileError(
            f"{name} is cut off: it ends after {size} bytes, within the header.", hint="Download or convert it again."
        )
    for magic, sentence, hint in _SIGNATURES:
        if head.startswith(magic):
            raise ModelFileError(f"{name} {sentence}.", hint=hint)
    text = head.lstrip()[:256].lower()
    if text.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise ModelFileError(
            f"{name} is a web page, not a model.", hint="The download link led to a page; fetch the file itself."
        )
    if size < _MIN_BYTES:
        raise ModelFileError(
            f"{name} is too short for a TFLite model ({size} bytes).", hint="Download or convert it again."
        )
    if _looks_like_text(head):
        raise ModelFileError(f"{name} is a text file, not a TFLite model.", hint="Open the .tflite file.")
    raise ModelFileError(
        f"{name} is not a TFLite model: bytes 4 to 8 are {head[4:8].hex(' ')}, not '{IDENTIFIER.decode()}'.",
        hint="Check that it was downloaded as binary and converted to TFLite.",
    )


def is_model(head: bytes) -> bool:
    """Whether a file that begins like this claims to be a TFLite model."""
    return len(head) >= _MIN_BYTES and head[4:8] == IDENTIFIER


def _looks_like_text(head: bytes) -> bool:
    """Whether the bytes are readable text without control characters."""
    try:
        text = head[:1000].decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        if error.start < len(head[:1000]) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(char.isprintable() or char in "\r\n\t\f" for char in text)
