"""Experiments without TensorFlow, for the tests of the lab."""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psutil
from distributed import get_worker

from engine import worker
from engine.errors import InvalidInput
from engine.events import Completed, Event, Progress
from engine.rules import check, setting

left: list[bytes] = []


@dataclass(frozen=True)
class CountSettings:
    """Counts to `steps`, `pause_s` a step; at step `fails_at` it does what `failure` says."""

    module: ClassVar[str] = "tests.fakes"
    slots: ClassVar[int] = 1

    steps: int = 3
    pause_s: float = 0.0
    fails_at: int = -1
    failure: str = ""


@dataclass(frozen=True)
class LightSettings(CountSettings):
    """The same without a slot."""

    slots: ClassVar[int] = 0


@dataclass(frozen=True)
class SteeredSettings:
    """Counts, and says the learning rate of each step."""

    module: ClassVar[str] = "tests.steered"
    slots: ClassVar[int] = 1

    steps: int = 100_000
    pause_s: float = 0.01
    learning_rate: float = setting(0.1, 0.001, 1, "A rate.")

    def __post_init__(self):
        check(self)


def load(data: Path | None = None) -> None:
    """Nothing to load."""


def run(settings: CountSettings, _resources: None) -> Iterator[Event]:
    for step in range(1, settings.steps + 1):
        time.sleep(settings.pause_s)
        if step == settings.fails_at:
            _fail(settings.failure)
        yield Progress(step, settings.steps, {"pid": os.getpid(), "at": time.time()})
    yield Completed({"pid": os.getpid()})


def _fail(failure: str) -> None:
    match failure:
        case "killed":
            os._exit(1)
        case "bad input":
            raise InvalidInput("The picture is blank.")
        case "memory":
            # As fast as pictures are read, up to more than any limit of a test.
            kept = []
            for _ in range(400):
                kept.append(b"x" * 10_000_000)
                time.sleep(0.02)
        case "bug":
            raise ZeroDivisionError("division by zero")


def process_id() -> int:
    return os.getpid()


def grow(extra: int) -> None:
    """Leave so many bytes in this worker, as runs do over hours."""
    worker._fresh = psutil.Process().memory_info().rss
    left.append(b"x" * extra)


def leave_a_file() -> Path:
    """Write what TensorFlow writes of a function that it translates, and would delete in the end."""
    path = Path(tempfile.gettempdir()) / "__autograph_generated_fileabc.py"
    path.touch()
    return path


def remembered_messages() -> int:
    """How many of the messages that this worker sent are still in its memory."""
    return len(get_worker().batched_stream.recent_message_log)


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def fail() -> None:
    raise InvalidInput("The digit is blank.")
