"""What the lab remembers of one run, and what it shows of it."""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.archive import Head
from engine.checkpoints import LATEST
from engine.errors import LabError
from engine.events import Completed, Event, Snapshot
from engine.rules import Settings
from engine.work import work

MOST_SNAPSHOTS = 60
"""Pictures of one series that a run keeps in memory: a longer one keeps fewer of each stretch."""

CUT_OFF = "The app ended while it ran."


class State(StrEnum):
    """Where a run is; the words are those of the screen."""

    QUEUED = "Queued"
    RUNNING = "Running"
    PAUSED = "Paused"
    COMPLETED = "Completed"
    STOPPED = "Stopped"
    FAILED = "Failed"


ACTIVE = (State.QUEUED, State.RUNNING, State.PAUSED)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was when it was asked for.

    place: 1 for the next to start, 0 once it has; reason: a sentence why it failed or was stopped by the lab; name: the
    user's for it, or empty; created: seconds of `time.time`; kept: name and step of each `Arrays` event on disk;
    result: of its `Completed`; remark: a sentence why it is not saved, or empty; owner: who started it, as
    `Lab.start` was told; wait_s: about how many seconds it still waits in the queue, None where that is not known.
    """

    id: str
    settings: Settings
    state: State
    place: int
    elapsed_s: float
    reason: str
    events: tuple[Event, ...]
    name: str = ""
    created: float = 0.0
    kept: tuple[tuple[str, int], ...] = ()
    result: Mapping[str, Any] | None = None
    remark: str = ""
    owner: str = ""
    wait_s: float | None = None

    @property
    def active(self) -> bool:
        """Whether it is still to end."""
        return self.state in ACTIVE

    @property
    def newest_weights(self) -> tuple[str, int] | None:
        """Name and step of the last weights of the whole network on disk."""
        found = [(name, step) for name, step in self.kept if name in ("weights", LATEST)]
        return max(found, key=lambda kept: kept[1], default=None)


@dataclass(slots=True)
class Record:
    """What the lab knows of a run.

    number: as `Head` has it; work: what it has to do, in the unit of `engine.work`, 0 where that cannot be told;
    watched, paused: when it was last, by `time.monotonic`; worker: its address; sent: it has been handed to Dask;
    holds_slot: until its worker has really let go; future: Dask's, until Dask is done with it and no longer, for Dask
    computes again what a dead worker had computed and somebody still holds; events: None where they are on disk only;
    written: how many of them are there, and `head` what is there of the rest.
    """

    id: str
    settings: Settings
    watched: float
    work: float = 0.0
    paused: float = 0.0
    state: State = State.QUEUED
    reason: str = ""
    elapsed_s: float = 0.0
    events: list[Event] | None = field(default_factory=list)
    name: str = ""
    created: float = field(default_factory=time.time)
    kept: tuple[tuple[str, int], ...] = ()
    result: Mapping[str, Any] | None = None
    remark: str = ""
    owner: str = ""
    number: int = 0
    worker: str = ""
    sent: bool = False
    holds_slot: bool = False
    future: Any = None
    written: int = 0
    head: Head | None = None

    @property
    def active(self) -> bool:
        """Whether it is still to end."""
        return self.state in ACTIVE

    def as_head(self) -> Head:
        """What the archive keeps of it beside its events."""
        return Head(
            id=self.id,
            settings=self.settings,
            name=self.name,
            state=str(self.state),
            reason=self.reason,
            created=self.created,
            elapsed_s=self.elapsed_s,
            result=self.result,
            owner=self.owner,
            number=self.number,
        )

    def as_run(self, place: int, wait_s: float | None) -> Run:
        """The run as it is now."""
        return Run(
            id=self.id,
            settings=self.settings,
            state=self.state,
            place=place,
            elapsed_s=self.elapsed_s,
            reason=self.reason,
            events=tuple(self.events or ()),
            name=self.name,
            created=self.created,
            kept=self.kept,
            result=self.result,
            remark=self.remark,
            owner=self.owner,
            wait_s=wait_s,
        )

    def end(self, state: State, reason: str = "") -> None:
        """End it, unless it has ended already: the first reason counts."""
        if self.active:
            self.state, self.reason = state, reason

    def add(self, event: Event) -> None:
        """Keep an event, unless the run has ended."""
        if self.active and self.events is not None:
            self.events.append(event)
            if isinstance(event, Snapshot):
                # What is on disk stays there; `written` counts those of it that are still in memory.
                self.written -= thin_out(self.events, event.name, self.written)
            if isinstance(event, Completed):
                self.result = event.result
                self.end(State.COMPLETED)


def recalled(head: Head) -> Record:
    """The record of a run of an earlier start, whose events are still on disk."""
    record = Record(head.id, head.settings, watched=0.0, state=State(head.state), reason=head.reason)
    record.elapsed_s, record.name, record.created, record.result = head.elapsed_s, head.name, head.created, head.result
    record.events, record.head, record.owner, record.number = None, head, head.owner, head.number
    with contextlib.suppress(LabError):
        record.work = work(head.settings)
    record.end(State.STOPPED, CUT_OFF)
    return record


def thin_out(events: list[Event], name: str, before: int = 0) -> int:
    """While there are more than `MOST_SNAPSHOTS` of one series, leave out every second, but neither first nor last.

    Returns how many of the first `before` events went.
    """
    places = [i for i, event in enumerate(events) if isinstance(event, Snapshot) and event.name == name]
    kept = places
    while len(kept) > MOST_SNAPSHOTS:
        kept = [kept[0], *reversed(kept[:0:-2])]
    gone = set(places) - set(kept)
    for place in sorted(gone, reverse=True):
        del events[place]
    return sum(place < before for place in gone)
