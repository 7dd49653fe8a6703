"""Pictures for the story in the README: scenes with edges, texture and gradients, whole and three times smaller.

    python -m tests.support.story_pictures FOLDER
    python -m tests.support.story_pictures --psnr FOLDER/convert.json

The first writes ``small/*.png`` (640 x 360) and ``large/*.png`` (1920 x 1080) into the folder; the second tells what
the conversion measured on them. They stand for a test set, and are
none: their PSNR says how the steps fit together, not how good a network is.
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

LARGE = (1920, 1080)
SCALE = 3
COUNT = 4
GRAIN = 7.0
"""Standard deviation of the finest texture, which enlarging cannot bring back."""


def make_picture(seed: int) -> Image.Image:
    """Draw one scene."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : LARGE[1], 0 : LARGE[0]]
    waves = np.sin(columns / random.uniform(90, 200)) + np.cos(rows / random.uniform(60, 160))
    base = np.stack([120 + 50 * waves, 110 + 40 * np.cos(waves * 2), 140 - 45 * waves], axis=-1)
    picture = Image.fromarray(np.clip(base, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = random.integers(0, LARGE[0]), random.integers(0, LARGE[1])
        size = int(random.integers(20, 260))
        colour = tuple(int(value) for value in random.integers(0, 255, 3))
        draw.rounded_rectangle((x, y, x + size, y + size // 2), radius=size // 6, fill=colour)
        draw.line((x, y, x + size, y + size), fill=(255, 255, 255), width=3)
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.2)), dtype=np.float32)
    grain = random.normal(0, GRAIN, soft.shape[:2])[:, :, None]
    return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))


def write_pictures(folder: Path) -> None:
    """Write all pictures, large and small."""
    for name in ("small", "large"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for seed in range(COUNT):
        picture = make_picture(seed)
        picture.save(folder / "large" / f"scene-{seed}.png")
        size = (LARGE[0] // SCALE, LARGE[1] // SCALE)
        picture.resize(size, Image.Resampling.BICUBIC).save(folder / "small" / f"scene-{seed}.png")


def read_psnr(path: Path) -> float:
    """Give the PSNR of the uint8 kind against the large pictures, from what ``convert --output`` wrote."""
    kinds = json.loads(path.read_text(encoding="utf-8"))["kinds"]
    return next(float(kind["truth_psnr_db"]) for kind in kinds if kind["kind"] == "uint8")


if __name__ == "__main__":
    if sys.argv[1] == "--psnr":
        sys.stdout.write(f"{read_psnr(Path(sys.argv[2])):.2f}\n")
    else:
        write_pictures(Path(sys.argv[1]))
