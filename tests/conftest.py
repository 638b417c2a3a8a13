"""Every test starts without the user's own data and caches."""

import os
from pathlib import Path

import pytest

# Out of the way at once, for fixtures of a whole module come before those of a test; this file is imported twice.
os.environ.setdefault("CNN_LAB_TEST_DATA", os.environ.pop("CNN_LAB_DATA", ""))
REAL_DATA = Path(os.environ["CNN_LAB_TEST_DATA"]) if os.environ["CNN_LAB_TEST_DATA"] else None
"""The folder of real data that the tests were started with."""

needs_real_data = pytest.mark.skipif(not REAL_DATA, reason="CNN_LAB_DATA names no folder of real data")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """An empty cache and an empty Keras folder, also for what is made once for many tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNN_LAB_CACHE", str(tmp_path_factory.getbasetemp() / "cache-of-nobody"))
        patch.setenv("KERAS_HOME", str(tmp_path_factory.getbasetemp() / "keras-of-nobody"))
        yield
