"""How long a run of pictures of several sizes still takes."""

from collections.abc import Sequence

Levels = Sequence[tuple[tuple[int, int], int]]

MEMORY = 0.8
"""How much of the pace so far counts beside the last step's."""


class Pace:
    """Seconds a pixel, from the steps done: each takes as long as its picture has pixels.

    levels: the size [height, width] and the steps of each, in the order they are done.
    """

    def __init__(self, levels: Levels) -> None:
        self._ahead = float(sum(height * width * steps for (height, width), steps in levels))
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
    def left(self) -> dict[str, float]:
        """`seconds_left` as a metric, or nothing where it is not known yet."""
        return {} if self._a_pixel is None else {"seconds_left": self._a_pixel * self._ahead}
