"""CIFAR-10's two archives of 50,000 and 10,000 pictures, where both are here."""

import numpy as np
import pytest

from engine.sources.cifar10 import read_archive
from tests.conftest import REAL_DATA
from tests.engine.test_cifar_source import ARCHIVES

BIG = [next(REAL_DATA.glob(f"**/{name}"), None) for name in ARCHIVES] if REAL_DATA else [None]


@pytest.mark.skipif(not all(BIG), reason="CNN_LAB_DATA holds no CIFAR-10 archives")
def test_the_big_archives_give_the_same_pixels():
    binary, python = (read_archive(path) for path in BIG)
    for batch, same in zip(binary, python, strict=True):
        assert batch.images.shape == (10_000, 32, 32, 3)
        np.testing.assert_array_equal(batch.images, same.images)
        np.testing.assert_array_equal(batch.labels, same.labels)
