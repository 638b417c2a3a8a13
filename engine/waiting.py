"""The place of a run in the queue, how long it waits there, and how long it will take: from the runs before it."""

import math
from collections.abc import Iterable, Sequence

from engine.events import Progress
from engine.records import Record, State
from engine.rules import Settings

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
    times = [*map(_left_s, under_way), *(expected_s(records, type(r.settings), r.work) for r in before)]
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


def expected_s(records: Iterable[Record], kind: type[Settings], amount: float) -> float | None:
    """About how many seconds a run takes from its start that has `amount` to do, in the unit of `work`.

    Of the last of its kind that ended here, the one tells that had most nearly as much to do; None where there is none.
    """
    done = [r for r in records if r.state == State.COMPLETED and type(r.settings) is kind and r.work and not _cut(r)]
    last = sorted(done, key=lambda r: -r.number)[:LOOKED_AT]
    near = min(last, key=lambda r: abs(math.log(r.work / amount)), default=None)
    return near.elapsed_s * amount / near.work if near else None


def _cut(record: Record) -> bool:
    """Whether it ended before its last step: its network diverged."""
    return bool((record.result or {}).get("diverged_at"))
