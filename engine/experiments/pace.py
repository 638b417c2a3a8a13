"""How long a run of pictures of several sizes still takes, and when it shows one on its way."""

import math
import time
from collections.abc import Sequence

MOST_SHOWN = 56
"""Pictures of a run on its way, beside its last one: all are kept with it."""

SHOWN_EVERY_S = 0.4
"""More often nobody can watch."""

Levels = Sequence[tuple[tuple[int, int], int]]

MEMORY = 0.8
"""How much of the pace so far counts beside the last step's."""


class Pace:
    """Seconds a pixel, from the steps done: each takes as long as its picture has pixels.

    levels: the size [height, width] and the steps of each, in the order they are done.
    """

    def __init__(self, levels: Levels) -> None:
        self._all = self._ahead = float(sum(height * width * steps for (height, width), steps in levels))
        self._a_pixel: float | None = None
        self._steps = 0

    def did(self, shape: Sequence[int], seconds: float) -> None:
        """A step on a picture of `shape` took so long. The first one does not count: graphs are made in it."""
        pixels = shape[0] * shape[1]
        self._ahead = max(0.0, self._ahead - pixels)
        self._steps += 1
        if self._steps > 1:
            now = seconds / pixels
            self._a_pixel = now if self._a_pixel is None else MEMORY * self._a_pixel + (1 - MEMORY) * now

    @property
    def done(self) -> float:
        """The share of the run, from 0 to 1, that is done."""
        return 1 - self._ahead / self._all

    @property
    def left(self) -> dict[str, float]:
        """`seconds_left` as a metric, or nothing where it is not known yet."""
        return {} if self._a_pixel is None else {"seconds_left": self._a_pixel * self._ahead}


class Shows:
    """When a run shows a picture on its way: at first as often as one can watch, then further and further apart, so
    that there are at most `MOST_SHOWN` however many steps it has and however long they take.
    """

    def __init__(self) -> None:
        self._place, self._at = -1, -math.inf

    def is_due(self, done: float) -> bool:
        """Whether to show a picture when `done`, from 0 to 1, of the run is; if so it counts as shown."""
        # With a square root the distance from one picture to the next grows as the run goes on.
        place = int((MOST_SHOWN - 1) * math.sqrt(done))
        if place == self._place or time.monotonic() - self._at < SHOWN_EVERY_S:
            return False
        self._place, self._at = place, time.monotonic()
        return True
