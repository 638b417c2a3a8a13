"""A lock on a folder, for one run at a time, of whatever process; the system lets go of it when its holder dies."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engine.sources.locate import cache_folder

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def lock_of(folder: Path) -> Iterator[Callable[[], bool]]:
    """A function that takes the lock unless somebody has it, and returns whether it did; the block's end gives it back.

    Its file is in the app's cache: what is in `folder` is the user's. Raises `OSError` where it cannot be made.
    """
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:32]
    path = cache_folder() / "locks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:

        def take() -> bool:
            try:
                _lock(file)
            except (BlockingIOError, PermissionError):
                return False
            return True

        yield take
