"""The place of a run in the queue, and how long it waits there: from how far those before it have come."""

from collections.abc import Iterable, Sequence

from engine.events import Progress
from engine.records import Record, State


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
    times = [*map(_left_s, under_way), *(_like_s(records, r) for r in before)]
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


def _like_s(records: Iterable[Record], record: Record) -> float | None:
    """What a run takes that has not begun: as long as the last of its kind, with as many steps as it has."""
    kind, steps = type(record.settings), getattr(record.settings, "steps", 1)
    done = [r for r in records if r.state == State.COMPLETED and type(r.settings) is kind]
    last = max(done, key=lambda r: r.number, default=None)
    return last.elapsed_s * steps / max(1, getattr(last.settings, "steps", 1)) if last else None
