"""Run a generator that pauses between its steps to its end."""

from collections.abc import Generator
from typing import Any, TypeVar

R = TypeVar("R")


def finish(steps: Generator[Any, None, R]) -> R:
    """What `steps` returns; what it yields is dropped."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: R = end.value
            return result
