"""Calls that take minutes, few at a time: a worker computes them on the threads that answer what takes a moment."""

import threading
from collections.abc import Callable
from typing import TypeVar

from engine.errors import TooMany

MOST = 2
"""Of a worker's four threads one is the experiment's, and one is left for short calls."""

R = TypeVar("R")

_places = threading.BoundedSemaphore(MOST)
"""Of this worker. Whoever stops waiting for a call does not end it, so only the worker knows how many there are."""


def call_long(function: Callable[..., R], *arguments: object) -> R:
    """What `function` returns; called on a worker. Raises `TooMany` where it is at two others already."""
    if not _places.acquire(blocking=False):
        raise TooMany(f"{MOST} others are having something made that takes minutes: try again when one has got it.")
    try:
        return function(*arguments)
    finally:
        _places.release()
