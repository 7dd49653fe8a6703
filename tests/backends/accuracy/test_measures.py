import math

import numpy as np
import pytest

from backends.accuracy import measures


def _picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 255, (1, 24, 20, 3))


def test_equal_pictures_are_equal() -> None:
    picture = _picture()

    assert measures.psnr_db(picture, picture, 255) == math.inf
    assert measures.ssim(picture, picture, 255) == pytest.approx(1)
    assert measures.cosine(picture, picture) == pytest.approx(1)


def test_psnr_of_a_constant_error_is_known() -> None:
    picture = _picture()

    assert measures.psnr_db(picture, picture + 5, 255) == pytest.approx(20 * math.log10(255 / 5))


def test_ssim_agrees_with_its_definition() -> None:
    a, b = _picture(1)[:, :11, :11, :1], _picture(2)[:, :11, :11, :1]
    places = np.arange(11) - 5
    line = np.exp(-(places**2) / (2 * 1.5**2))
    weights = np.outer(line, line) / np.outer(line, line).sum()
    x, y = a[0, :, :, 0], b[0, :, :, 0]
    mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
    var_x, var_y = (weights * x * x).sum() - mean_x**2, (weights * y * y).sum() - mean_y**2
    both = (weights * x * y).sum() - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    expected = (2 * mean_x * mean_y + c1) * (2 * both + c2) / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))

    assert measures.ssim(a, b, 255) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "peak"),
    [((0.0, 200.0), 255.0), ((0.0, 1.0), 1.0), ((-1.0, 1.0), 2.0)],
)
def test_the_peak_follows_what_a_picture_holds(values: tuple[float, float], peak: float) -> None:
    picture = np.resize(np.array(values), (1, 8, 8, 3))

    assert measures.peak_of(picture) == peak


def test_ranks_count_equal_scores_against_a_class() -> None:
    scores = np.array([[0.2, 0.5, 0.5, 0.1]])

    assert measures.is_among_best(scores, 1, 1)
    assert not measures.is_among_best(scores, 2, 1)
    assert measures.is_among_best(scores, 2, 2)
    assert not measures.is_among_best(scores, 9, 3)


def test_cosine_of_nothing() -> None:
    assert measures.cosine(np.zeros(3), np.zeros(3)) == 1.0
    assert measures.cosine(np.zeros(3), np.ones(3)) is None
