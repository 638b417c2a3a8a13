"""Every test starts without the user's own data and caches."""

import pytest


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory, monkeypatch):
    """No CNN_LAB_DATA, an empty cache and an empty Keras folder."""
    monkeypatch.delenv("CNN_LAB_DATA", raising=False)
    monkeypatch.setenv("CNN_LAB_CACHE", str(tmp_path_factory.getbasetemp() / "cache-of-nobody"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.getbasetemp() / "keras-of-nobody"))
