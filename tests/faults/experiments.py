"""Experiments without TensorFlow that keep what real ones keep, and fetch as real downloads do."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.events import Arrays, Completed, Event, Progress, Snapshot
from engine.rules import setting
from engine.sources.catalog import Remote
from engine.sources.download import download


@dataclass(frozen=True)
class KeepSettings:
    """Counts, and keeps a picture and an array now and then."""

    module: ClassVar[str] = "tests.faults.experiments"
    slots: ClassVar[int] = 1

    steps: int = setting(20, 1, 1_000_000, "Steps.")
    pause_s: float = setting(0.005, 0.0, 10.0, "Seconds a step.")
    numbers: int = setting(1_000, 1, 10_000_000, "Numbers in an array.")


@dataclass(frozen=True)
class FetchSettings:
    """Fetch a file."""

    module: ClassVar[str] = "tests.faults.experiments"
    slots: ClassVar[int] = 0

    url: str
    size: int
    sha256: str
    folder: str


def load(data: Path | None = None) -> None:
    """Nothing to load."""


def run(settings: KeepSettings | FetchSettings, _resources: None) -> Iterator[Event]:
    if isinstance(settings, FetchSettings):
        remote = Remote(settings.url, "file.bin", settings.size, settings.sha256)
        yield from download(remote, Path(settings.folder))
        return
    rng = np.random.default_rng(0)
    for step in range(1, settings.steps + 1):
        time.sleep(settings.pause_s)
        yield Progress(step, settings.steps, {"value": float(rng.normal())})
        if step % 10 == 0:
            yield Snapshot(step, rng.bytes(2_000))
            yield Arrays("weights", step, {"w": np.full(settings.numbers, step, np.float32)})
    yield Completed({"steps": settings.steps})
