"""The place of a run in the queue, how long it waits there, and how long it will take: from the runs before it."""

import math
from collections.abc import Iterable, Sequence

from engine.events import Progress
from engine.records import Record, State
from engine.rules import Settings
from engine.work import work

LOOKED_AT = 20
"""Runs of a kind that tell how long the next one takes."""


def place(records: Iterable[Record], record: Record) -> int:
    """1 for the next to start, 0 for a run that has started."""
    if record.state != State.QUEUED:
        return 0
    queued = _queued(records)
    return queued.index(record) + 1 if record in queued else 1


def wait_s(records: Sequence[Record], record: Record) -> float | None:
    """About how many seconds pass until `record` starts; None where that cannot be told yet, or it has started."""
    if record.state != State.QUEUED:
        return None
    under_way = [r for r in records if r.holds_slot]
    before = _queued(records)[: place(records, record) - 1]
    times = [*map(_left_s, under_way), *(expected_s(records, r.settings) for r in before)]
    known = [time for time in times if time is not None]
    return sum(known) / len(under_way) if under_way and len(known) == len(times) else None


def _queued(records: Iterable[Record]) -> list[Record]:
    return [r for r in records if r.state == State.QUEUED and r.settings.slots]


def _left_s(record: Record) -> float | None:
    """What a run that is under way still takes, if it goes on as it has gone so far."""
    progress = next((event for event in reversed(record.events or ()) if isinstance(event, Progress)), None)
    if not record.active:
        return 0.0
    if not progress or not progress.step:
        return None
    return record.elapsed_s * (progress.total - progress.step) / progress.step


def expected_s(records: Iterable[Record], settings: Settings) -> float | None:
    """About how many seconds a run of `settings` takes from its start, None where none like it has ended here yet.

    Of the last that have, the one tells that had most nearly as much to do. Raises `InvalidSettings` as `work` does.
    """
    wanted = work(settings)
    done = [r for r in records if r.state == State.COMPLETED and type(r.settings) is type(settings)]
    last = sorted(done, key=lambda r: -r.number)[:LOOKED_AT]
    amounts = [(work(r.settings), r.elapsed_s) for r in last]
    near = min(amounts, key=lambda amount: abs(math.log(amount[0] / wanted)), default=None)
    return near[1] * wanted / near[0] if near else None
