"""A run keeps few snapshots in memory."""

from engine.archive import Archive
from engine.events import Progress, Snapshot
from engine.records import MOST_SNAPSHOTS, Record, thin_out
from engine.runs import Runs
from tests.fakes import CountSettings


def snapshots(count, name=""):
    return [Snapshot(step, b"x", name) for step in range(count)]


def test_a_long_series_loses_every_second_but_neither_first_nor_last():
    events = snapshots(MOST_SNAPSHOTS)
    assert thin_out(events, "") == 0
    assert len(events) == MOST_SNAPSHOTS
    events = snapshots(MOST_SNAPSHOTS + 1)
    thin_out(events, "")
    assert [event.step for event in events] == [*range(0, MOST_SNAPSHOTS + 1, 2)]
    events = snapshots(MOST_SNAPSHOTS + 2)
    thin_out(events, "")
    assert events[0].step == 0
    assert events[-1].step == MOST_SNAPSHOTS + 1


def test_a_series_of_thousands_is_thinned_out_at_once():
    events = snapshots(3_000)
    assert thin_out(events, "", before=1_000) == 1_000 - sum(event.step < 1_000 for event in events)
    assert MOST_SNAPSHOTS / 2 <= len(events) <= MOST_SNAPSHOTS
    assert (events[0].step, events[-1].step) == (0, 2_999)


def test_other_series_and_events_stay():
    events = [*snapshots(MOST_SNAPSHOTS + 1), *snapshots(3, "other"), Progress(1, 2, {})]
    thin_out(events, "")
    assert events[-4:] == [*snapshots(3, "other"), Progress(1, 2, {})]


def test_a_record_of_many_snapshots_stays_small():
    record = Record("id", CountSettings(), watched=0.0)
    for snapshot in snapshots(1000):
        record.add(snapshot)
    assert MOST_SNAPSHOTS / 2 <= len(record.events) <= MOST_SNAPSHOTS
    assert (record.events[0].step, record.events[-1].step) == (0, 999)


def test_thinning_out_neither_repeats_nor_misses_what_comes_after_on_disk(tmp_path):
    archive = Archive(tmp_path, {"count": CountSettings}, 10**9)
    runs = Runs(archive)
    run_id = runs.add(CountSettings())
    record = runs.get(run_id)
    for snapshot in snapshots(300):
        record.add(snapshot)
        if snapshot.step % 7 == 0:
            runs._save(record, archive)
    runs._save(record, archive)
    steps = [event.step for event in archive.events(run_id)]
    assert steps == sorted(set(steps))
    assert {event.step for event in record.events} <= set(steps)
    assert {*range(56), *range(270, 300, 2), 299} <= set(steps)
