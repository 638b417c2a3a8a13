"""The record of every run, and the queue: what the lab remembers, without a word about how runs are computed."""

import itertools
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.events import Completed, Event
from engine.rules import Settings

KEPT_RUNS = 50
"""Finished runs that are remembered; the oldest are forgotten first."""


class State(StrEnum):
    """Where a run is; the words are those of the screen."""

    QUEUED = "Queued"
    RUNNING = "Running"
    COMPLETED = "Completed"
    STOPPED = "Stopped"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was when it was asked for.

    place: 1 for the next to start, 0 once it has; reason: a sentence why it failed or was stopped by the lab.
    """

    id: str
    settings: Settings
    state: State
    place: int
    elapsed_s: float
    reason: str
    events: tuple[Event, ...]

    @property
    def active(self) -> bool:
        """Whether it is still to end."""
        return self.state in (State.QUEUED, State.RUNNING)


@dataclass(slots=True)
class Record:
    """What the lab knows of a run.

    watched: time of `time.monotonic`; worker: its address; sent: it has been handed to Dask; holds_slot: until
    its worker has really let go; future: Dask's, until Dask is done with it and no longer, for Dask computes again what
    a dead worker had computed and somebody still holds.
    """

    id: str
    settings: Settings
    watched: float
    state: State = State.QUEUED
    reason: str = ""
    elapsed_s: float = 0.0
    events: list[Event] = field(default_factory=list)
    worker: str = ""
    sent: bool = False
    holds_slot: bool = False
    future: Any = None

    @property
    def active(self) -> bool:
        """Whether it is still to end."""
        return self.state in (State.QUEUED, State.RUNNING)

    def end(self, state: State, reason: str = "") -> None:
        """End it, unless it has ended already: the first reason counts."""
        if self.active:
            self.state, self.reason = state, reason

    def add(self, event: Event) -> None:
        """Keep an event, unless the run has ended."""
        if self.active:
            self.events.append(event)
            if isinstance(event, Completed):
                self.end(State.COMPLETED)


class Runs:
    """The runs of a lab, in the order they were started.

    Hold `changed` while changing a record, and notify it after. A run takes `settings.slots` slots: those that take
    none start at once, the others one after another as slots become free.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._records: dict[str, Record] = {}

    def add(self, settings: Settings) -> str:
        """Queue a run and return its id."""
        with self.changed:
            run_id = secrets.token_hex(4)
            self._records[run_id] = Record(run_id, settings, watched=time.monotonic())
            self._forget_oldest()
            self.changed.notify_all()
        return run_id

    def get(self, run_id: str) -> Record | None:
        """The record itself, or None for a run that is not known."""
        return self._records.get(run_id)

    def all(self) -> list[Record]:
        """Every record, the oldest first."""
        with self.changed:
            return list(self._records.values())

    def watch(self, run_id: str) -> Run | None:
        """The run as it is now, or None if it is not known; notes that somebody watches it."""
        with self.changed:
            record = self._records.get(run_id)
            if not record:
                return None
            record.watched = time.monotonic()
            events = tuple(record.events)
            place = self._place(record)
            return Run(run_id, record.settings, record.state, place, record.elapsed_s, record.reason, events)

    def wait(self, run_id: str, timeout_s: float) -> Run | None:
        """Like `watch`, when the run has ended or `timeout_s` has passed."""
        with self.changed:
            self.changed.wait_for(lambda: not ((r := self.get(run_id)) and r.active), timeout_s)
            return self.watch(run_id)

    def active_like(self, settings: Settings) -> str | None:
        """The id of a run of just these settings that is still to end."""
        return next((r.id for r in self.all() if r.active and r.settings == settings), None)

    def unwatched(self, limit_s: float) -> list[Record]:
        """Runs still to end that nobody has watched for `limit_s`."""
        now = time.monotonic()
        return [r for r in self.all() if r.active and now - r.watched > limit_s]

    def startable(self, slots: int) -> list[Record]:
        """What may start now, where `slots` heavy runs can go on at once."""
        waiting = [r for r in self.all() if r.state == State.QUEUED and not r.sent]
        free = max(0, slots - sum(r.holds_slot for r in self.all()))
        heavy = itertools.islice((r for r in waiting if r.settings.slots), free)
        return [*(r for r in waiting if not r.settings.slots), *heavy]

    def take_startable(self, slots: int) -> list[Record]:
        """The same, marked as sent, each holding its slot."""
        with self.changed:
            records = self.startable(slots)
            for record in records:
                record.sent, record.holds_slot = True, record.settings.slots > 0
            return records

    def fail(self, records: Iterable[Record], reason: str) -> None:
        """End these runs and free what they held."""
        with self.changed:
            for record in records:
                record.end(State.FAILED, reason)
                record.future, record.holds_slot = None, False
            self.changed.notify_all()

    def _place(self, record: Record) -> int:
        if record.state != State.QUEUED:
            return 0
        queued = [r.id for r in self._records.values() if r.state == State.QUEUED and r.settings.slots]
        return queued.index(record.id) + 1 if record.id in queued else 1

    def _forget_oldest(self) -> None:
        ended = [r.id for r in self._records.values() if not r.active and not r.holds_slot]
        for run_id in ended[: max(0, len(ended) - KEPT_RUNS)]:
            del self._records[run_id]
