"""The record of every run, and the queue: what the lab remembers, without a word about how runs are computed.

With an archive, runs are on disk too: those of earlier starts are known by their heads, and their events are read when
somebody watches them.
"""

import itertools
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.allowance import Allowance
from engine.archive import Archive
from engine.checkpoints import LATEST
from engine.errors import InvalidInput
from engine.events import Arrays, Snapshot
from engine.fairness import STARTS_A_MINUTE, STARTS_OF_ALL, check_fair
from engine.records import Record, Run, State, recalled, thin_out
from engine.rules import Settings
from engine.waiting import expected_s, place, wait_s
from engine.work import work

KEPT_RUNS, KEPT_ON_DISK = 200, 2_000
"""Finished runs that are remembered where they are not on disk, and where they are; the oldest are forgotten first."""

LOADED_RUNS = 12
"""Finished runs whose events stay in memory though they are on disk, beside those that somebody watches: the last."""

WATCHED_S = 60.0
"""A run that was asked for within this is watched still: a page asks with each thing that is done on it."""

LONGEST_NAME = 60
NOT_SAVED = "This run is not saved"
KINDS_OF_ARRAYS = {
    "weights": "weights",
    LATEST: "weights",
    "head": "weights of the head",
    "test": "answers to the test",
}
"""In the words of the screen."""


class Runs:
    """The runs of a lab, in the order they were started.

    Hold `changed` while changing a record, and notify it after. A run takes `settings.slots` slots: those that take
    none start at once, the others one after another as slots become free.
    """

    def __init__(self, archive: Archive | None = None) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._archive = archive
        self._starts = Allowance(STARTS_A_MINUTE, STARTS_OF_ALL)
        self._records: dict[str, Record] = {}
        for head in archive.heads() if archive else ():
            if head.state in list(State):
                self._records[head.id] = recalled(head)

    def add(self, settings: Settings, owner: str = "", instead_of: str = "") -> str:
        """Queue a run and return its id, as `Lab.start` says.

        Raises `TooMany` where `owner` may not start one just now, `InvalidSettings` as `work` does.
        """
        record = Record(secrets.token_hex(8), settings, watched=time.monotonic(), work=work(settings), owner=owner)
        with self.changed:
            others = [other for other in self._records.values() if other.id != instead_of]
            check_fair(others, owner, settings.slots, self._starts)
            record.number = 1 + max((other.number for other in self._records.values()), default=0)
            self._records[record.id] = record
            ended = self._ended()
            for on_disk, most in ((False, KEPT_RUNS), (True, KEPT_ON_DISK)):
                for old in [other for other in ended if self._is_on_disk(other) == on_disk][:-most]:
                    self.delete(old.id)
            self.changed.notify_all()
        return record.id

    def get(self, run_id: str) -> Record | None:
        """The record itself, or None for a run that is not known."""
        return self._records.get(run_id)

    def all(self) -> list[Record]:
        """Every record, the oldest first."""
        with self.changed:
            return list(self._records.values())

    def watch(self, run_id: str) -> Run | None:
        """The run as it is now, or None if it is not known; notes that somebody watches it."""
        record = self._records.get(run_id)
        if not record:
            return None
        record.watched = time.monotonic()
        if record.events is None and self._archive:
            self._load(record, self._archive)
        with self.changed:
            return self._as_run(record)

    def listed(self) -> list[Run]:
        """Every run without its events, the newest first."""
        with self.changed:
            return [replace(self._as_run(record), events=()) for record in reversed(self._records.values())]

    def rename(self, run_id: str, name: str) -> None:
        """Call a run `name`, or nothing. Raises `InvalidInput` for a name that is too long."""
        name = " ".join(name.split())
        if len(name) > LONGEST_NAME:
            raise InvalidInput(f"The name has {len(name)} characters, but may have at most {LONGEST_NAME}.")
        with self.changed:
            if record := self._records.get(run_id):
                record.name = name
                self.changed.notify_all()

    def delete(self, run_id: str) -> None:
        """Forget a run that has ended, here and on disk."""
        with self.changed:
            if (record := self._records.get(run_id)) and not record.active:
                del self._records[run_id]
                if self._archive:
                    self._archive.delete(run_id)
                self.changed.notify_all()

    def keep_arrays(self, record: Record, event: Arrays) -> None:
        """Write arrays to disk; where that fails the run goes on, with a remark."""
        if not self._archive or not self._archive.keeps(record.settings) or not record.active:
            return
        try:
            self._archive.write_arrays(record.id, event)
        except OSError as error:
            what = KINDS_OF_ARRAYS.get(event.name, event.name)
            if not record.remark.startswith(NOT_SAVED):
                record.remark = f"Its {what} after step {event.step:,} could not be saved ({error.strerror or error})."
            return
        # Weights make those superfluous that were kept only until there are newer ones.
        with self.changed:
            old = [kept for kept in record.kept if kept[0] == LATEST] if event.name in ("weights", LATEST) else []
            record.kept = (*(kept for kept in record.kept if kept not in old), (event.name, event.step))
        for name, step in old:
            if (name, step) != (event.name, event.step):
                self._archive.delete_arrays(record.id, name, step)

    def arrays(self, run_id: str, name: str, step: int | None = None) -> dict[str, NDArray[np.generic]]:
        """The arrays called `name` of a run, after `step` or the last. Raises `InvalidInput` where there are none."""
        record = self._records.get(run_id)
        steps = [kept for called, kept in (self._archive.kept(run_id) if self._archive else ()) if called == name]
        if not record or not self._archive or (step is None and not steps):
            raise InvalidInput(f"Run {run_id} has no {name} on disk; train again to have them.")
        return self._archive.arrays(run_id, name, steps[-1] if step is None else step)

    def save(self) -> None:
        """Bring the disk up to date; where that fails the run goes on, with a remark."""
        if not self._archive:
            return
        ended = False
        for record in self.all():
            if self._archive.keeps(record.settings):
                try:
                    ended |= self._save(record, self._archive) and not record.active
                    if record.remark.startswith(NOT_SAVED):
                        record.remark = ""
                except OSError as error:
                    record.remark = _not_saved(error)
        if ended:
            self._forget(self._archive)
        with self.changed:
            self._unload()

    def wait(self, run_id: str, timeout_s: float) -> Run | None:
        """Like `watch`, when the run has ended or `timeout_s` has passed."""
        with self.changed:
            self.changed.wait_for(lambda: not ((r := self.get(run_id)) and r.active), timeout_s)
            return self.watch(run_id)

    def expected_s(self, settings: Settings) -> float | None:
        """About how many seconds a run of `settings` will take, None where none like it has ended here yet.

        Raises `InvalidSettings` as `work` does.
        """
        return expected_s(self.all(), type(settings), work(settings))

    def active_like(self, settings: Settings) -> str | None:
        """The id of a run of just these settings that is still to end."""
        return next((r.id for r in self.all() if r.active and r.settings == settings), None)

    def unwatched(self, limit_s: float) -> list[Record]:
        """Runs still to end that nobody has watched for `limit_s`."""
        now = time.monotonic()
        return [r for r in self.all() if r.active and now - r.watched > limit_s]

    def in_the_way(self, limit_s: float) -> list[Record]:
        """Runs that were paused more than `limit_s` ago and hold a slot, where another one waits for it."""
        now, records = time.monotonic(), self.all()
        if not any(r.state == State.QUEUED and not r.sent and r.settings.slots for r in records):
            return []
        return [r for r in records if r.state == State.PAUSED and r.holds_slot and now - r.paused > limit_s]

    def lingering(self) -> list[Record]:
        """Runs that have ended here while their worker goes on."""
        return [r for r in self.all() if not r.active and r.future and r.worker]

    def startable(self, slots: int) -> list[Record]:
        """What may start now, where `slots` heavy runs can go on at once."""
        waiting = [r for r in self.all() if r.state == State.QUEUED and not r.sent]
        free = max(0, slots - sum(r.holds_slot for r in self.all()))
        heavy = itertools.islice((r for r in waiting if r.settings.slots), free)
        return [*(r for r in waiting if not r.settings.slots), *heavy]

    def take_startable(self, slots: int) -> Record | None:
        """The first of these, marked as sent and holding its slot."""
        with self.changed:
            record = next(iter(self.startable(slots)), None)
            if record:
                record.sent, record.holds_slot = True, record.settings.slots > 0
            return record

    def put_back(self, record: Record) -> None:
        """Have a run wait again that could not be sent."""
        with self.changed:
            record.sent, record.holds_slot = False, False

    def fail(self, records: Iterable[Record], reason: str) -> None:
        """End these runs and free what they held."""
        with self.changed:
            for record in records:
                record.end(State.FAILED, reason)
                record.future, record.holds_slot = None, False
            self.changed.notify_all()

    def _as_run(self, record: Record) -> Run:
        records = list(self._records.values()) if record.state == State.QUEUED else []
        return record.as_run(place(records, record), wait_s(records, record))

    def _save(self, record: Record, archive: Archive) -> bool:
        """Whether there was something to write."""
        with self.changed:
            known, head = record.id in self._records, record.as_head()
            fresh = (record.events or [])[record.written :]
            # Counted before they are written: snapshots may be thinned out meanwhile, which counts them too.
            record.written += len(fresh)
        if not known:
            return False
        # While it runs the time alone is no reason to write.
        as_written = replace(head, elapsed_s=record.head.elapsed_s) if record.head and record.active else head
        changed = as_written != record.head
        try:
            if changed:
                archive.write_head(head)
                record.head = head
            if fresh:
                archive.append_events(record.id, [(event, record.elapsed_s) for event in fresh])
        except OSError:
            with self.changed:
                record.written = max(0, record.written - len(fresh))
            raise
        with self.changed:
            deleted = record.id not in self._records
        if deleted:
            # Meanwhile: what was written just now would bring it back with the next start.
            archive.delete(record.id)
        return changed or bool(fresh)

    def _load(self, record: Record, archive: Archive) -> None:
        """Read a run's events, without holding up anybody else."""
        events, kept = archive.events(record.id), archive.kept(record.id)
        for name in {event.name for event in events if isinstance(event, Snapshot)}:
            thin_out(events, name)
        with self.changed:
            if record.events is None:
                record.events, record.written, record.kept = events, len(events), kept

    def _unload(self) -> None:
        """Drop events from memory that are on disk, but not of runs that are watched, nor of those that were last."""
        loaded = [r for r in self._ended() if r.events and self._is_on_disk(r) and r.written == len(r.events)]
        loaded.sort(key=lambda r: r.watched)
        for record in loaded[: max(0, len(loaded) - LOADED_RUNS)]:
            if time.monotonic() - record.watched > WATCHED_S:
                record.events = None

    def _is_on_disk(self, record: Record) -> bool:
        return bool(self._archive and self._archive.keeps(record.settings))

    def _ended(self) -> list[Record]:
        """Runs whose workers have let go, the oldest first."""
        with self.changed:
            # In the order of their starts, not of `created`: after the clock was set back the newest would go first.
            return [r for r in self._records.values() if not r.active and not r.holds_slot]

    def _forget(self, archive: Archive) -> None:
        """Delete the oldest runs beyond the archive's limit, but never the last."""
        ended = [r for r in self._ended() if self._is_on_disk(r)]
        for run_id in archive.beyond_limit([r.id for r in ended[:-1]]):
            self.delete(run_id)


def _not_saved(error: OSError) -> str:
    return f"{NOT_SAVED} ({error.strerror or error}): what is new of it will be gone when the app restarts."
