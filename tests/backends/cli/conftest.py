from pathlib import Path

import pytest

from tests.support.model_builder import a_model, a_stored_tensor, an_operator


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    """A file with two operators."""
    x, y, z = (a_stored_tensor(shape=(1, 8, 8, 4), name=name) for name in "xyz")
    path = tmp_path / "small.tflite"
    path.write_bytes(a_model([an_operator("ADD", [x, x], [y]), an_operator("LOGISTIC", [y], [z])]))
    return path


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the target files, or the phones, of whoever runs it."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
