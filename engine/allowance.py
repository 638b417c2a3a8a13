"""So many in so long, or one at a time: what one visitor, and all of them, may ask of a lab that many share."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Allowance:
    """At most `most` within `seconds` for each visitor and `of_all` for everybody, counted in memory, from any thread.

    Whoever leaves their cookie away is a new visitor each time, so the second number is what holds against them.
    """

    def __init__(self, most: int, of_all: int, seconds: float = 60.0) -> None:
        self._most, self._of_all, self._seconds = most, of_all, seconds
        self._lock = threading.Lock()
        self._taken: deque[tuple[float, str]] = deque()

    def left(self, who: str) -> bool:
        """Whether `who` may have one more just now."""
        with self._lock:
            return self._left(who)

    def take(self, who: str) -> bool:
        """Count one more of `who`'s if it is left to them, and say whether it was."""
        with self._lock:
            left = self._left(who)
            if left:
                self._taken.append((time.monotonic(), who))
            return left

    def _left(self, who: str) -> bool:
        self._forget_old()
        own = sum(name == who for _, name in self._taken)
        return own < self._most and len(self._taken) < self._of_all

    def _forget_old(self) -> None:
        oldest = time.monotonic() - self._seconds
        while self._taken and self._taken[0][0] <= oldest:
            self._taken.popleft()


class OneEach:
    """One at a time for each visitor, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: set[str] = set()

    @contextmanager
    def take(self, who: str) -> Iterator[bool]:
        """Whether `who` has no other under way; if so, this one is until the block ends."""
        with self._lock:
            free = who not in self._under_way
            self._under_way.add(who)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._under_way.discard(who)
