"""Several writers at once, each a process of its own: encoding and the file system keep every core busy.

A worker of the lab may not have children of `multiprocessing`, so these are plain programs that are spoken to by pipes.
"""

import json
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.children import child_environment
from engine.errors import InvalidInput
from engine.images import Pixels
from engine.preparing.writer import Written

WAITING = 2
"""Lists of pictures that a writer may have before the first is answered, so that it never waits."""

Chunk = Sequence[tuple[str, Pixels]]
Answers = list[tuple[str, Written]]


class Writers:
    """Writers below one folder. `send` returns what has been written meanwhile, `rest` what was still to come."""

    def __init__(self, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        self._processes = processes
        self._waiting: list[deque[list[str]]] = [deque() for _ in processes]
        self._next = 0

    def send(self, chunk: Chunk) -> Answers:
        """Give the pictures to the next writer. Raises `InvalidInput` where one cannot go on."""
        number = self._next
        self._next = (number + 1) % len(self._processes)
        answers = self._answer(number) if len(self._waiting[number]) >= WAITING else []
        pipe = self._processes[number].stdin
        assert pipe
        try:
            pickle.dump(chunk, pipe, pickle.HIGHEST_PROTOCOL)
            pipe.flush()
        except OSError as error:
            raise InvalidInput(f"A process that writes pictures ended ({error}); try again.") from error
        self._waiting[number].append([path for path, _ in chunk])
        return answers

    def rest(self) -> Iterator[Answers]:
        """The answers that are still to come, list by list."""
        for number, waiting in enumerate(self._waiting):
            while waiting:
                yield self._answer(number)

    def _answer(self, number: int) -> Answers:
        pipe = self._processes[number].stdout
        assert pipe
        line = pipe.readline()
        if not line:
            raise InvalidInput("A process that writes pictures ended; try again.")
        answer = json.loads(line)
        if isinstance(answer, str):
            raise InvalidInput(f"A picture could not be written: {answer}.")
        return [(path, (size, crc)) for path, (size, crc) in zip(self._waiting[number].popleft(), answer, strict=True)]


@contextmanager
def writers(folder: Path, count: int = 0) -> Iterator[Writers]:
    """`count` writers, or one a core; they finish the pictures they have and end with the block."""
    command = [sys.executable, "-m", "engine.preparing.writer", str(folder)]
    environment = child_environment()
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        for _ in range(count or max(2, os.cpu_count() or 2))
    ]
    try:
        yield Writers(processes)
    finally:
        for process in processes:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.communicate(timeout=10)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()
