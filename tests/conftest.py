"""Every test starts without the user's own data and caches."""

import os
from pathlib import Path

import pytest

REAL_DATA = Path(os.environ["CNN_LAB_DATA"]) if os.environ.get("CNN_LAB_DATA") else None
"""The folder of real data that the tests were started with."""

needs_real_data = pytest.mark.skipif(not REAL_DATA, reason="CNN_LAB_DATA names no folder of real data")


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory, monkeypatch):
    """No CNN_LAB_DATA, an empty cache and an empty Keras folder."""
    monkeypatch.delenv("CNN_LAB_DATA", raising=False)
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path_factory.getbasetemp() / "cache-of-nobody"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.getbasetemp() / "keras-of-nobody"))
