"""A file that nobody knows is read by a process of its own first: if that crashes or fills the memory, nothing is lost.

Libraries in C that read MATLAB's and HDF5's files end the whole process on some damaged ones, and no `except` helps. So
whatever has no published checksum is tried here, and read in earnest when that went well.

`python -m engine.sources.tried MODULE FUNCTION FILE` ends with 0, or with 2 and a sentence on standard error.
"""

import contextlib
import importlib
import subprocess
import sys
from pathlib import Path

from engine.children import child_environment
from engine.errors import DamagedSource, LabError

MOST_SECONDS = 120
MOST_MEMORY = 2_500_000_000
"""Bytes of address space; the chapter's MATLAB file, the largest of all, takes half of it."""

REFUSED = 2


def try_apart(module: str, function: str, path: Path) -> None:
    """Have another process call `function` of `module` with `path`. Raises `DamagedSource` where that goes wrong."""
    command = [sys.executable, "-m", "engine.sources.tried", module, function, str(path)]
    try:
        done = subprocess.run(command, env=child_environment(), capture_output=True, text=True, timeout=MOST_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DamagedSource(f"{path} could not be tried ({type(error).__name__}); fetch it again.") from error
    if done.returncode == REFUSED:
        raise DamagedSource(done.stderr.strip().rpartition("\n")[2])
    if done.returncode:
        raise DamagedSource(f"{path} is damaged: the process that read it crashed ({done.returncode}); fetch it again.")


def main() -> int:
    """Read the file of the command line; returns the exit status."""
    module, function, path = sys.argv[1:]
    _limit_memory()
    try:
        getattr(importlib.import_module(module), function)(Path(path))
    except LabError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return REFUSED
    except MemoryError:
        print(f"{path} takes more memory than any such file.", file=sys.stderr)
        return REFUSED
    return 0


def _limit_memory() -> None:
    # Windows has no such limits; there the other process alone must do.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
