"""Which states of a network are kept while it is trained, and in what form."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.events import Arrays

MOST = 16
MOST_BYTES = 48_000_000
"""Of all checkpoints of a run together, as float32: a folder of runs must hold more than a few."""

LATEST = "latest"
"""The name of the weights that are kept beside the checkpoints, but only until newer ones are."""


def checkpoint_steps(points: Sequence[int], parameters: int) -> list[int]:
    """At most `MOST` of the steps `points`: the first, the last, and between them closer together at the start.

    Networks of many `parameters` keep fewer, the last only, or none where even that is beyond `MOST_BYTES`.
    """
    most = min(MOST, MOST_BYTES // (4 * parameters))
    if most < 2:
        return [points[-1]] if most else []
    wanted = np.geomspace(1, len(points), most).round().astype(int) - 1
    # The first few would fall together: there they are all taken, one after the other.
    places = np.minimum(np.maximum(wanted, np.arange(most)), len(points) - 1)
    return [points[place] for place in np.unique(places)]


def weights_event(step: int, weights: Sequence[NDArray[np.float32]], name: str = "weights") -> Arrays:
    """The weights, in the order of `get_weights`, named "0", "1", …"""
    return Arrays(name, step, {str(number): weight for number, weight in enumerate(weights)})


def weights_of(arrays: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
    """The weights of such an event, in their order again. Raises `InvalidInput` for arrays that are none."""
    if set(arrays) != {str(number) for number in range(len(arrays))}:
        raise InvalidInput("What this run kept of its weights is damaged; train again.")
    return [arrays[name].astype(np.float32, copy=False) for name in sorted(arrays, key=int)]
