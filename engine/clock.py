"""A clock that is never set back, for what Dask waits for.

Dask and Tornado measure waits by the time of day (dask/distributed#4528): once that is set back by an hour, a message
that was to be sent in two milliseconds is sent in an hour, and every run hangs as long. Each process of the lab that
talks to another calls `keep_steady` first; workers do so as a Dask preload, by `dask_setup`.
"""

import time

from distributed import batched
from tornado.ioloop import IOLoop

_BEGAN = time.time() - time.monotonic()


def steady() -> float:
    """Seconds of `time.time` as they were when this process began, and have passed since."""
    return _BEGAN + time.monotonic()


def keep_steady() -> None:
    """Have what waits in this process wait by `steady`."""
    batched.time = steady
    IOLoop.time = lambda _loop: steady()  # type: ignore[assignment,method-assign]


def dask_setup(_worker: object) -> None:
    """Dask calls it before a worker connects."""
    keep_steady()
