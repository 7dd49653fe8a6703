"""A target file as a user would write it, put where the program looks for it."""

from pathlib import Path

from backends.targets.user_folder import user_target_folder

TARGET_FILE = """\
schema_version = 1
id = "my-npu"
name = "Example NPU of mine"
description = "Takes what NNAPI 1.2 takes, without RELU."
extends = "nnapi-1.2"
removes_kinds = ["RELU"]
caveats = ["Only guessed."]
"""


def drop_target_file(text: str = TARGET_FILE, name: str = "my-npu.toml") -> Path:
    """Write a file into the folder for own targets."""
    folder = user_target_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
