"""The test pictures of a fine-tuning run once more, for a page that shows which were named wrong."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.settings import FineTuningSettings
from engine.sources.examples import load_chosen


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


@lru_cache(maxsize=2)
def _test(settings: FineTuningSettings) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    amount = (settings.per_class, settings.test_images, settings.seed)
    examples = load_chosen(settings.folder, settings.size, *amount, None)
    return examples.test_images, examples.test_labels
