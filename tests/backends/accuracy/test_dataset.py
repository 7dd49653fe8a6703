import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backends.accuracy.dataset import DataChoice, InputSpec, open_samples
from backends.errors import RunError

IMAGE = InputSpec(name="image", shape=(1, 4, 6, 3))


def _write_image(path: Path, value: int = 255) -> None:
    Image.new("RGB", (12, 8), (value, 0, value)).save(path)


def test_images_are_resized_and_scaled(tmp_path: Path) -> None:
    for name in ("a10.png", "a2.png"):
        _write_image(tmp_path / name)
    samples = open_samples(DataChoice(source=str(tmp_path), value_range="-1..1"), [IMAGE])

    assert samples.names == ("a2.png", "a10.png")
    values = samples[0][0]
    assert values.shape == IMAGE.shape
    assert values.dtype == np.float32
    assert values[0, 0, 0].tolist() == [1.0, -1.0, 1.0]


def test_samples_are_spread_over_a_folder(tmp_path: Path) -> None:
    for number in range(10):
        _write_image(tmp_path / f"{number}.png")

    assert open_samples(DataChoice(source=str(tmp_path), count=2), [IMAGE]).names == ("0.png", "5.png")


@pytest.mark.parametrize("shape", [(7, 1, 4, 6, 3), (7, 4, 6, 3)])
def test_arrays_hold_samples_along_their_first_dimension(tmp_path: Path, shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    np.save(tmp_path / "x.npy", values)
    samples = open_samples(DataChoice(source=str(tmp_path / "x.npy"), count=3), [IMAGE])

    assert len(samples) == 3
    assert samples[1][0].ravel().tolist() == values[2].ravel().tolist()


def test_several_inputs_come_from_an_archive_by_name(tmp_path: Path) -> None:
    other = InputSpec(name="ids", shape=(1, 2), dtype="int32")
    np.savez(tmp_path / "x.npz", ids=np.array([[5, 6], [7, 8]]), image=np.ones((2, 4, 6, 3)))
    samples = open_samples(DataChoice(source=str(tmp_path / "x.npz")), [IMAGE, other])

    assert samples[1][1].tolist() == [[7, 8]]
    assert samples[1][1].dtype == np.int32


def test_random_values_are_the_same_each_time_and_warn_loudly() -> None:
    samples = open_samples(DataChoice(count=3, value_range="0..255"), [IMAGE])
    again = open_samples(DataChoice(count=3, value_range="0..255"), [IMAGE])

    assert np.array_equal(samples[2][0], again[2][0])
    assert not np.array_equal(samples[1][0], samples[2][0])
    assert samples[0][0].max() > 200
    assert samples.notes[0].startswith("RANDOM DATA")


def test_arrays_that_do_not_fit_are_named(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((5, 5)))
    with pytest.raises(RunError, match=r"x\.npy is 5x5, but input 'image' is 1x4x6x3"):
        open_samples(DataChoice(source=str(tmp_path / "x.npy")), [IMAGE])


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(RunError, match="cannot be read as a NumPy array"):
        open_samples(DataChoice(source=str(tmp_path / "x.npy")), [IMAGE])


def test_archives_that_unpack_to_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.accuracy.dataset._MOST_UNPACKED_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(5000))
    with pytest.raises(RunError, match="unpacks to more"):
        open_samples(DataChoice(source=str(tmp_path / "x.npz")), [IMAGE])


def test_a_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG nonsense")
    samples = open_samples(DataChoice(source=str(tmp_path)), [IMAGE])
    with pytest.raises(RunError, match=r"bad\.png cannot be read as an image"):
        samples[0]


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no images and no arrays"):
        open_samples(DataChoice(source=str(tmp_path)), [IMAGE])
