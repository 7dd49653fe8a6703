"""Files that look like programs for other processors."""

from pathlib import Path

ARM64, ARM, X86_64 = 183, 40, 62


def write_program(path: Path, machine: int, *, size: int = 4096) -> Path:
    """Write the header of a program, and zeros."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00" + machine.to_bytes(2, "little")
    path.write_bytes(header + bytes(size - len(header)))
    return path
