"""SciPy's L-BFGS as a generator: it asks for values and gradients instead of calling a function.

SciPy calls back and never pauses, so it runs in a thread of its own and the two take turns. Whoever closes the
generator ends the thread.
"""

import math
import queue
import threading
from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, minimize

Doubles = NDArray[np.float64]


class _Closed(Exception):
    """Nobody wants the result any more."""


def lbfgs(start: Doubles, low: float, high: float, evaluations: int) -> Generator[Doubles, tuple[float, Doubles], None]:
    """Yields the points [n] at which it needs to know (value, gradient [n]); ends after about so many, or when done.

    Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989; with every coordinate
    between `low` and `high` (which may be infinite). The first step moves a coordinate by 1 (root mean square).
    """
    # SciPy's first step has at most the length 1, whatever the number of coordinates and the size of the values: for a
    # picture less than bfloat16 can tell, so that all it saw was a constant.
    unit, height = math.sqrt(start.size), 0.0
    points: queue.Queue[Doubles | None] = queue.Queue()
    answers: queue.Queue[tuple[float, Doubles] | None] = queue.Queue()

    def ask(point: Doubles) -> tuple[float, Doubles]:
        nonlocal height
        points.put(point * unit)
        if (answer := answers.get()) is None:
            raise _Closed
        value, slope = answer
        height = height or unit * float(np.linalg.norm(slope)) or 1.0
        return value / height, slope * (unit / height)

    def search() -> None:
        options: Any = {"maxfun": evaluations, "maxiter": evaluations, "maxcor": 20, "ftol": 0.0, "gtol": 0.0}
        try:
            bounds = Bounds(low / unit, high / unit)
            minimize(ask, start / unit, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        except _Closed:
            return
        finally:
            points.put(None)

    thread = threading.Thread(target=search, name="l-bfgs", daemon=True)
    thread.start()
    try:
        while (point := points.get()) is not None:
            answers.put((yield point))
    finally:
        answers.put(None)
        thread.join()
