"""Folders that visitors fill: the oldest of what is in them goes, so that nobody fills the disk."""

import os
import shutil
from pathlib import Path

from engine.errors import InvalidSettings

ROOM_MB = {"CNN_LAB_RUNS_MB": 500, "CNN_LAB_UPLOADS_MB": 2_000}
"""Room in the app's cache by the operator's variable for it, in megabytes where it is not set."""


def room_bytes(variable: str = "CNN_LAB_UPLOADS_MB") -> int:
    """What `variable` allows. Raises `InvalidSettings` where it is no whole number."""
    text = os.environ.get(variable) or str(ROOM_MB[variable])
    if not text.isascii() or not text.isdecimal():
        raise InvalidSettings(f"{variable} is {text!r}, but must be a whole number of megabytes.")
    return int(text) * 1_000_000


def make_room(folder: Path, most_bytes: int, keep: Path | None = None) -> None:
    """Delete files and folders in `folder` until it has `most_bytes` at most, those first that were changed first.

    `keep` stays. A folder counts as changed when something was put right into it.
    """
    inside = [(_stat(path).st_mtime, _size(path), path) for path in folder.iterdir()] if folder.is_dir() else []
    total = sum(size for _, size, _ in inside)
    for _, size, path in sorted(inside):
        if total <= most_bytes:
            return
        if path != keep:
            total -= size
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    try:
        return sum(_stat(file).st_size for file in files if file.is_file())
    except FileNotFoundError:
        # A folder of it is gone: somebody is deleting it.
        return 0


def _stat(path: Path) -> os.stat_result:
    """Another thread may delete what is looked at here."""
    try:
        return path.stat()
    except FileNotFoundError:
        return os.stat_result([0] * 10)
