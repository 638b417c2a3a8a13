"""Processes that the engine starts for itself."""

import numpy as np
import pytest

from engine.preparing.writers import writers
from engine.sources.tried import try_apart


@pytest.fixture
def own_modules(tmp_path, monkeypatch):
    """A folder of the user's own, in which Python finds a module and what is run first of all."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "of_the_user.py").write_text("def read(path):\n    path.with_suffix('.read').write_text('here')\n")
    (folder / "sitecustomize.py").write_text(
        f"import pathlib\npathlib.Path({str(tmp_path)!r}, 'customized').write_text('here')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def test_a_file_is_tried_where_the_users_own_modules_are_found(own_modules, tmp_path):
    try_apart("of_the_user", "read", tmp_path / "a.txt")
    assert (tmp_path / "a.read").read_text() == "here"


def test_writers_find_the_users_own_modules(own_modules, tmp_path):
    with writers(tmp_path, count=1) as pool:
        pool.send([("a.png", np.zeros((2, 2, 3), np.uint8))])
        assert [path for answers in pool.rest() for path, _ in answers] == ["a.png"]
    assert (tmp_path / "customized").read_text() == "here"
