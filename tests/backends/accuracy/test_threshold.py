import pytest

from backends.accuracy.comparison import OutputComparison
from backends.accuracy.threshold import parse_threshold

OUTPUT = OutputComparison(name="y", shape=(1, 10), samples=3, psnr_db=29.9, max_abs=0.5, top={1: 0.9})


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("psnr<30", True),
        ("psnr < 29.5", False),
        ("top1<95%", True),
        ("top1<0.9", False),
        ("max-abs>0.4", True),
        ("ssim<1", False),
    ],
)
def test_conditions(text: str, is_met: bool) -> None:
    assert parse_threshold(text).is_met(OUTPUT) is is_met


@pytest.mark.parametrize("text", ["psnr", "psnr=3", "quality<3", "psnr<x"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"should look like|no measure"):
        parse_threshold(text)


def test_outputs_that_are_not_numbers_meet_every_condition() -> None:
    odd = OutputComparison(name="y", shape=(1,), samples=3, odd=1)

    assert parse_threshold("psnr<30").is_met(odd)
