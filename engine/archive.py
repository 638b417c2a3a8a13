"""Runs on disk, so that they survive a restart of the app: a folder a run, below the app's cache.

`run.json` holds what a list of runs shows, written anew when it changes; `events.jsonl` a line an event, appended;
`<name>-<step>.npz` each `Arrays` event. Nothing here is pickled. A file that is cut off or gone costs what was in it,
and no more.
"""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.events import Arrays, Event, Progress, as_json, from_json
from engine.rules import Settings, as_plain, from_plain
from engine.sources.npz import read_npz
from engine.whole_files import whole_file, write_whole

RUN_ID = re.compile(r"[0-9a-f]{8,32}")

MOST_OF_ARRAYS = 500_000_000
"""Bytes; the largest network that is kept has a tenth of it."""

MOST_RUNS = 2**53
"""That are ever started; what is more was not written by the app."""

END_OF_TIME = 1e11
"""Seconds of `time.time` that a date can still be made of."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a run without its events.

    created: seconds of `time.time`; number: larger than those of all runs that were started before, so that a clock
    that was set back changes no order; state: a word of `records.State`.
    """

    id: str
    settings: Settings
    name: str
    state: str
    reason: str
    created: float
    elapsed_s: float
    result: Mapping[str, Any] | None
    owner: str = ""
    number: int = 0


class Archive:
    """The runs of `experiments` in `folder`, which is made when the first is written. Errors of the disk are `OSError`.

    Runs of other settings are not kept on disk.
    """

    def __init__(self, folder: Path, experiments: Mapping[str, type[Settings]], limit_bytes: int) -> None:
        self._folder = folder
        self._tidy_up()
        self._experiments = experiments
        self._limit_bytes = limit_bytes

    def keeps(self, settings: Settings) -> bool:
        """Whether runs of these settings are written."""
        return type(settings) in self._experiments.values()

    def write_head(self, head: Head) -> None:
        """Write what a list shows, whole or not at all."""
        experiment = next(name for name, cls in self._experiments.items() if cls is type(head.settings))
        values = {"experiment": experiment, **_plain(head), "settings": as_plain(head.settings)}
        write_whole(self._made(head.id) / "run.json", json.dumps(values).encode())

    def append_events(self, run_id: str, events: Iterable[tuple[Event, float]]) -> None:
        """Append events, each with the seconds it came after; a `Progress` without metrics is left out."""
        lines = [json.dumps(as_json(e, s)) for e, s in events if not (isinstance(e, Progress) and not e.metrics)]
        path = self._made(run_id) / "events.jsonl"
        before = path.stat().st_size if path.exists() else 0
        try:
            with path.open("a") as file:
                file.writelines(line + "\n" for line in lines)
        except OSError:
            # What was written of them would stand in the way of those that are written once there is room again.
            with contextlib.suppress(OSError):
                os.truncate(path, before)
            raise

    def write_arrays(self, run_id: str, event: Arrays) -> None:
        """Write the arrays of one event, whole or not at all."""
        with whole_file(self._made(run_id) / f"{event.name}-{event.step}.npz") as file:
            np.savez(file, allow_pickle=False, **event.arrays)

    def delete_arrays(self, run_id: str, name: str, step: int) -> None:
        """Forget the arrays of one event. Where the disk does not let it, they stay."""
        with contextlib.suppress(OSError):
            (self._folder / run_id / f"{name}-{step}.npz").unlink()

    def heads(self) -> list[Head]:
        """Every run whose `run.json` can be read, the oldest first."""
        files = self._folder.glob("*/run.json") if self._folder.is_dir() else ()
        return sorted(filter(None, map(self._head, files)), key=lambda head: (head.number, head.created))

    def events(self, run_id: str) -> list[Event]:
        """The events of a run, up to the first line that cannot be read."""
        found: list[Event] = []
        try:
            with (self._folder / run_id / "events.jsonl").open() as file:
                found.extend(from_json(json.loads(line)) for line in file)
        # Whatever is wrong with a line: those before it count.
        except Exception:
            return found
        return found

    def arrays(self, run_id: str, name: str, step: int) -> dict[str, NDArray[np.generic]]:
        """The arrays of one event. Raises `InvalidInput` where the file is gone or damaged."""
        path = self._folder / run_id / f"{name}-{step}.npz"
        try:
            return read_npz(path, MOST_OF_ARRAYS)
        except (OSError, InvalidInput) as error:
            reason = "is gone" if isinstance(error, FileNotFoundError) else "is damaged"
            raise InvalidInput(f"The file {path.name} of run {run_id} {reason}; train again to have it.") from error

    def kept(self, run_id: str) -> tuple[tuple[str, int], ...]:
        """Name and step of each `Arrays` event on disk, by step."""
        stems = [path.stem.rpartition("-") for path in (self._folder / run_id).glob("*-*.npz")]
        steps = [(name, int(step)) for name, _, step in stems if step.isascii() and step.isdigit()]
        return tuple(sorted(steps, key=lambda kept: kept[::-1]))

    def delete(self, run_id: str) -> None:
        """Forget a run."""
        if RUN_ID.fullmatch(run_id):
            shutil.rmtree(self._folder / run_id, ignore_errors=True)

    def beyond_limit(self, run_ids: Sequence[str]) -> list[str]:
        """Which of these, the oldest first, must go so that all of the archive fits its limit."""
        sizes = {run_id: _size(self._folder / run_id) for run_id in run_ids}
        total, gone = _size(self._folder), list[str]()
        for run_id, size in sizes.items():
            if total <= self._limit_bytes:
                break
            total -= size
            gone.append(run_id)
        return gone

    def _tidy_up(self) -> None:
        """Delete what an app that was killed was writing just then, and what is left of runs that nothing is known of.

        A `run.json` that is whole stays, though this version of the app may not know what it says.
        """
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            if RUN_ID.fullmatch(folder.name) and not _is_json(folder / "run.json"):
                self.delete(folder.name)
            for part in folder.glob("*.part"):
                part.unlink(missing_ok=True)

    def _made(self, run_id: str) -> Path:
        folder = self._folder / run_id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _head(self, path: Path) -> Head | None:
        try:
            values = json.loads(path.read_text())
            cls = self._experiments[values.pop("experiment")]
            head = replace(Head(**values), settings=from_plain(cls, values["settings"]))
            return head if _is_whole(head) and head.id == path.parent.name else None
        # A file that is no head may be wrong in any way; the app starts without this run.
        except Exception:
            return None


def _is_json(path: Path) -> bool:
    """Also where the disk does not let one look."""
    try:
        json.loads(path.read_text())
    except (FileNotFoundError, ValueError, RecursionError):
        return False
    except OSError:
        return True
    return True


def _is_whole(head: Head) -> bool:
    """Whether its fields are of their types; those of the settings have been checked."""
    texts = (head.id, head.name, head.state, head.reason, head.owner)
    numbers = (head.created, head.elapsed_s)
    return (
        isinstance(head.number, int)
        and 0 <= head.number < MOST_RUNS
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(number, int | float) and 0 <= number < END_OF_TIME for number in numbers)
        and isinstance(head.result, Mapping | None)
    )


def _plain(head: Head) -> dict[str, Any]:
    names = ("id", "name", "state", "reason", "created", "elapsed_s", "result", "owner", "number")
    return {name: getattr(head, name) for name in names}


def _size(folder: Path) -> int:
    """Bytes of what is in `folder` and its folders now; other threads write and delete there meanwhile."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size += os.stat(os.path.join(parent, name)).st_size
    return size
