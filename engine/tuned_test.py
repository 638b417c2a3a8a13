"""The test pictures of a fine-tuning run once more, for a page that shows which were named wrong."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.paths import user_path
from engine.settings import FineTuningSettings
from engine.sources.examples import load_test, read_pictures, tested_files


def pick_test_pictures(
    settings: FineTuningSettings, labels: NDArray[np.integer[Any]], indices: NDArray[np.intp]
) -> NDArray[np.uint8]:
    """The pictures uint8 [n, side, side, 3] at `indices` of the run's test, whose `labels` it kept.

    Raises `InvalidInput` where these data are not here, or not any more.
    """
    images, here = _test(settings)
    if not np.array_equal(here, labels):
        raise InvalidInput("The pictures of this test are not here: the run had other data than there are now.")
    return images[indices]


def _test(settings: FineTuningSettings) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    if not settings.folder:
        return load_test(None, settings.test_images)
    files = tested_files(user_path("folder", settings.folder), settings.test_images)
    changed_ns = tuple(path.stat().st_mtime_ns for paths in files.values() for path in paths)
    return _read(tuple((name, tuple(paths)) for name, paths in files.items()), settings.side, changed_ns)


@lru_cache(maxsize=1)
def _read(
    files: tuple[tuple[str, tuple[Path, ...]], ...], size: int, _changed_ns: tuple[int, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Images and labels, read again when a file has changed, come or gone; of one test only, which may be 1.5 GB."""
    ((images, labels, _),) = read_pictures([{name: list(paths) for name, paths in files}], size)
    return images, labels
