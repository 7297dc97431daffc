"""Real data that the tests share: diamonds, iris, wine, digits, photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reszoo

ROOT = Path(__file__).parents[2]
DIAMONDS = ROOT / "examples" / "data" / "diamonds.csv.gz"
PHOTOS = ROOT / "tests" / "reference" / "photos"


@pytest.fixture(scope="session")
def diamonds() -> pd.DataFrame:
    """3,000 of the diamonds; carat, depth, table, x, y, z are numbers, cut, color and clarity are text."""
    return pd.read_csv(DIAMONDS).sample(3000, random_state=0)


@pytest.fixture(scope="session")
def regressor(diamonds: pd.DataFrame) -> reszoo.Model:
    return reszoo.train(diamonds, "price", epochs=3, progress=False)


@pytest.fixture(scope="session")
def classifier(diamonds: pd.DataFrame) -> reszoo.Model:
    return reszoo.train(diamonds, "cut", epochs=3, test=0.2, progress=False)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of class folders with 30 images of each of the ten digits, 8 x 8 pixels."""
    from PIL import Image
    from sklearn.datasets import load_digits

    folder = tmp_path_factory.mktemp("digits")
    data = load_digits()
    for label in range(10):
        (folder / str(label)).mkdir()
        for index in np.flatnonzero(data.target == label)[:30]:
            pixels = (data.images[index] * 15.9375).astype(np.uint8)
            Image.fromarray(pixels).save(folder / str(label) / f"{index}.png")
    return folder


@pytest.fixture(scope="session")
def digit_model(digits: Path) -> reszoo.Model:
    return reszoo.train(digits, epochs=2, batch_size=32, progress=False)
