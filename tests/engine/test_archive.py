"""Runs on disk: they come back, and what is damaged, gone or does not fit costs nothing else."""

import json
import os
import resource
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import numpy as np
import pytest

from engine.archive import Archive
from engine.errors import InvalidInput
from engine.events import Arrays, Completed, Mark, Progress, Snapshot
from engine.records import CUT_OFF, State
from engine.runs import LOADED_RUNS, LONGEST_NAME, WATCHED_S, Runs
from tests.fakes import CountSettings, LightSettings

EVENTS = [
    Progress(1, 3, {"train_loss": 0.5}),
    Mark(1, "learning rate 0.1"),
    Snapshot(2, b"\xff\xd8"),
    Completed({"a": 1}),
]
WEIGHTS = {"0": np.arange(6, dtype=np.float32).reshape(2, 3), "1": np.zeros(3, np.float32)}


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "runs", {"count": CountSettings}, limit_bytes=10_000_000)


def finished(runs, settings=None):
    run_id = runs.add(settings or CountSettings())
    record = runs.get(run_id)
    record.state = State.RUNNING
    runs.keep_arrays(record, Arrays("weights", 3, WEIGHTS))
    for event in EVENTS:
        record.add(event)
    runs.save()
    return run_id


def long_ago(runs):
    """Nobody has watched a run for long, and the lab's thread comes by."""
    for record in runs.all():
        record.watched -= WATCHED_S + 1
    runs.save()


def test_a_run_comes_back_after_a_restart(archive):
    before = Runs(archive)
    run_id = finished(before, CountSettings(steps=7))
    before.rename(run_id, "  my   run ")
    before.save()
    run = Runs(archive).watch(run_id)
    assert (run.settings, run.state, run.name, run.result) == (
        CountSettings(steps=7),
        State.COMPLETED,
        "my run",
        {"a": 1},
    )
    assert list(run.events) == EVENTS
    assert run.kept == (("weights", 3),)
    assert run.created == before.watch(run_id).created


def test_runs_come_back_in_the_order_of_their_starts_though_the_clock_was_set_back(archive):
    before = Runs(archive)
    started = [finished(before) for _ in range(3)]
    for run_id, created in zip(started, (300.0, 301.0, 1.0), strict=True):
        before.get(run_id).created = created
    before.save()
    after = Runs(archive)
    started.append(finished(after))
    after.save()
    assert [run.id for run in Runs(archive).all()] == started


def test_arrays_come_back_also_the_last_ones(archive):
    run_id = finished(Runs(archive))
    runs = Runs(archive)
    for found in (runs.arrays(run_id, "weights"), runs.arrays(run_id, "weights", 3)):
        assert found.keys() == WEIGHTS.keys()
        np.testing.assert_array_equal(found["0"], WEIGHTS["0"])


def test_the_latest_weights_stay_until_there_are_newer_ones(archive, tmp_path):
    runs = Runs(archive)
    run_id = runs.add(CountSettings())
    record = runs.get(run_id)

    def newest(name, step):
        runs.keep_arrays(record, Arrays(name, step, WEIGHTS))
        files = {path.stem for path in (tmp_path / "runs" / run_id).glob("*.npz")}
        assert files == {f"{kept}-{after}" for kept, after in runs.watch(run_id).kept}
        return runs.watch(run_id).newest_weights, len(files)

    assert runs.watch(run_id).newest_weights is None
    assert newest("weights", 3) == (("weights", 3), 1)
    assert newest("latest", 4) == (("latest", 4), 2)
    assert newest("latest", 4) == (("latest", 4), 2)
    assert newest("latest", 9) == (("latest", 9), 2)
    assert newest("test", 9) == (("latest", 9), 3)
    assert newest("weights", 10) == (("weights", 10), 3)


def test_a_run_that_the_app_left_behind_is_stopped_with_a_reason(archive):
    before = Runs(archive)
    run_id = before.add(CountSettings())
    before.get(run_id).state = State.RUNNING
    before.get(run_id).add(EVENTS[0])
    before.save()
    run = Runs(archive).watch(run_id)
    assert (run.state, run.reason, run.events) == (State.STOPPED, CUT_OFF, (EVENTS[0],))


def test_events_of_a_damaged_file_are_read_up_to_the_damage(archive, tmp_path):
    run_id = finished(Runs(archive))
    file = tmp_path / "runs" / run_id / "events.jsonl"
    file.write_bytes(file.read_bytes()[:-10])
    assert list(Runs(archive).watch(run_id).events) == EVENTS[:-1]
    file.unlink()
    assert Runs(archive).watch(run_id).events == ()


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"experiment": "count"}', '{"experiment": "snow"}'])
def test_a_run_whose_head_is_damaged_is_left_out(archive, tmp_path, text):
    first, second = finished(Runs(archive)), finished(Runs(archive))
    (tmp_path / "runs" / first / "run.json").write_text(text)
    assert [run.id for run in Runs(archive).listed()] == [second]


@pytest.mark.parametrize(
    ("name", "value"), [("state", "Dreaming"), ("settings", {"steps": "no", "colour": 1}), ("id", "x")]
)
def test_a_head_with_wrong_values_is_left_out(archive, tmp_path, name, value):
    run_id = finished(Runs(archive))
    file = tmp_path / "runs" / run_id / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), name: value}))
    assert Runs(archive).listed() == []


def test_arrays_that_are_gone_or_damaged_are_a_clear_sentence(archive, tmp_path):
    runs = Runs(archive)
    run_id = finished(runs)
    file = tmp_path / "runs" / run_id / "weights-3.npz"
    with pytest.raises(InvalidInput, match="has no projection on disk"):
        runs.arrays(run_id, "projection")
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InvalidInput, match=r"weights-3.npz of run \w+ is damaged"):
        runs.arrays(run_id, "weights")
    file.unlink()
    with pytest.raises(InvalidInput, match="is gone"):
        runs.arrays(run_id, "weights", 3)
    with pytest.raises(InvalidInput, match="has no weights on disk"):
        runs.arrays(run_id, "weights")


def test_a_disk_that_cannot_be_written_to_is_remarked_and_the_run_goes_on(tmp_path):
    (tmp_path / "runs").write_text("a file where the folder should be")
    runs = Runs(Archive(tmp_path / "runs", {"count": CountSettings}, 10_000_000))
    run = runs.watch(finished(runs))
    assert run.state == State.COMPLETED
    assert "This run is not saved" in run.remark
    assert list(run.events) == EVENTS


@pytest.mark.parametrize(
    ("name", "what"), [("weights", "weights"), ("head", "weights of the head"), ("test", "answers to the test")]
)
def test_arrays_that_found_no_room_are_called_by_what_they_are(archive, monkeypatch, name, what):
    monkeypatch.setattr(Archive, "write_arrays", mock.Mock(side_effect=OSError(28, "No space left on device")))
    runs = Runs(archive)
    record = runs.get(runs.add(CountSettings()))
    runs.keep_arrays(record, Arrays(name, 3, {}))
    assert record.remark == f"Its {what} after step 3 could not be saved (No space left on device)."


def test_a_checkpoint_that_found_no_room_is_told_and_the_run_itself_is_saved(archive, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    runs = Runs(archive)
    with monkeypatch.context() as patched:
        patched.setattr(Archive, "write_arrays", full)
        run_id = finished(runs)
    assert runs.watch(run_id).remark == "Its weights after step 3 could not be saved (No space left on device)."
    assert Runs(archive).watch(run_id).state == State.COMPLETED


def test_a_run_that_could_be_saved_after_all_is_not_said_to_be_lost(archive, monkeypatch):
    runs = Runs(archive)
    with monkeypatch.context() as patched:
        patched.setattr(Archive, "write_head", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        run_id = finished(runs)
        assert "This run is not saved (No space left on device)" in runs.watch(run_id).remark
    runs.save()
    assert runs.watch(run_id).remark == ""
    assert list(Runs(archive).watch(run_id).events)


def test_deleted_runs_are_gone_and_active_ones_stay(archive, tmp_path):
    runs = Runs(archive)
    run_id, active = finished(runs), runs.add(CountSettings())
    runs.save()
    runs.delete(run_id)
    runs.delete(active)
    runs.delete("../..")
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [active]
    assert runs.watch(run_id) is None
    assert runs.watch(active).active


def test_the_oldest_runs_go_when_the_archive_is_full(tmp_path):
    archive = Archive(tmp_path / "runs", {"count": CountSettings}, limit_bytes=10_000)
    runs = Runs(archive)
    ids = [finished(runs) for _ in range(12)]
    kept = [run.id for run in runs.listed()]
    assert 1 < len(kept) < 12
    assert kept == ids[::-1][: len(kept)]
    assert {path.name for path in (tmp_path / "runs").iterdir()} == set(kept)


def test_the_newest_run_stays_though_it_is_larger_than_the_archive(tmp_path):
    runs = Runs(Archive(tmp_path / "runs", {"count": CountSettings}, limit_bytes=100))
    older, newest = finished(runs), finished(runs)
    assert [run.id for run in runs.listed()] == [newest]
    assert not runs.watch(older)
    assert list(runs.watch(newest).events) == EVENTS


def test_what_is_not_on_disk_pushes_nothing_out_that_is(archive, monkeypatch):
    monkeypatch.setattr("engine.runs.KEPT_RUNS", 2)
    runs = Runs(archive)
    saved = [finished(runs) for _ in range(4)]
    passing = [finished(runs, LightSettings()) for _ in range(4)]
    assert [run.id for run in runs.listed()][::-1] == [*saved, *passing[1:]]
    assert [run.id for run in Runs(archive).all()] == saved


def test_a_run_that_is_deleted_while_it_is_saved_does_not_come_back(archive, monkeypatch):
    runs = Runs(archive)
    write = archive.write_head

    def deleted_meanwhile(head):
        runs.delete(head.id)
        write(head)

    monkeypatch.setattr(archive, "write_head", deleted_meanwhile)
    finished(runs)
    assert Runs(archive).all() == []


def test_looking_at_many_old_runs_keeps_few_of_them_in_memory(archive):
    before = Runs(archive)
    ids = [finished(before) for _ in range(LOADED_RUNS + 5)]
    runs = Runs(archive)
    for run_id in ids:
        assert list(runs.watch(run_id).events) == EVENTS
    # They are watched still: whoever asks again does not read them again.
    runs.save()
    assert all(runs.get(run_id).events for run_id in ids)
    long_ago(runs)
    assert [run_id for run_id in ids if runs.get(run_id).events is not None] == ids[5:]


def test_nobody_waits_while_an_old_run_is_read(archive, monkeypatch):
    run_id = finished(Runs(archive))
    runs = Runs(archive)
    read = archive.events
    asked = []

    def slow(of):
        with ThreadPoolExecutor() as pool:
            asked.append(pool.submit(runs.listed).result(10))
        return read(of)

    monkeypatch.setattr(archive, "events", slow)
    assert list(runs.watch(run_id).events) == EVENTS
    assert [run.id for run in asked[0]] == [run_id]


def test_events_leave_the_memory_and_come_back_when_watched(archive):
    runs = Runs(archive)
    ids = [finished(runs) for _ in range(LOADED_RUNS + 3)]
    assert all(runs.get(run_id).events for run_id in ids)
    long_ago(runs)
    dropped = [run_id for run_id in ids if runs.get(run_id).events is None]
    assert dropped == ids[:3]
    assert list(runs.watch(ids[0]).events) == EVENTS


def test_runs_of_other_settings_are_not_kept(archive, tmp_path):
    runs = Runs(archive)
    run_id = finished(runs, LightSettings())
    assert not (tmp_path / "runs").exists()
    assert runs.watch(run_id).kept == ()


def test_a_name_that_is_too_long_is_refused(archive):
    runs = Runs(archive)
    run_id = finished(runs)
    with pytest.raises(InvalidInput, match="61 characters, but may have at most 60"):
        runs.rename(run_id, "x" * (LONGEST_NAME + 1))
    assert runs.watch(run_id).name == ""


def test_what_goes_while_the_archive_is_measured_is_not_counted(tmp_path, monkeypatch):
    archive = Archive(tmp_path, {"count": CountSettings}, limit_bytes=10)
    for name in ("aaaaaaaa", "bbbbbbbb"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.jsonl").write_bytes(bytes(100))
    stat = os.stat

    def gone_for_one(path, **more):
        if "bbbbbbbb" in str(path):
            raise FileNotFoundError(path)
        return stat(path, **more)

    monkeypatch.setattr("engine.archive.os.stat", gone_for_one)
    assert archive.beyond_limit(["aaaaaaaa", "bbbbbbbb"]) == ["aaaaaaaa"]


@pytest.fixture
def full_disk():
    """A function that lets no file grow beyond so many bytes."""
    everything = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, everything[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, everything)


def test_events_that_were_half_written_to_a_full_disk_hide_none_of_those_written_later(archive, tmp_path, full_disk):
    runs = Runs(archive)
    run_id = runs.add(CountSettings())
    record = runs.get(run_id)
    record.state = State.RUNNING
    record.add(EVENTS[0])
    runs.save()
    path = tmp_path / "runs" / run_id / "events.jsonl"
    for event in EVENTS[1:3]:
        record.add(event)
    full_disk(path.stat().st_size + 20)
    runs.save()
    assert "not saved" in record.remark
    full_disk(resource.RLIM_INFINITY)
    record.add(EVENTS[3])
    runs.save()
    assert record.remark == ""
    assert list(Runs(archive).watch(run_id).events) == EVENTS


def test_a_head_that_cannot_be_written_leaves_the_last_one_and_nothing_half_written(archive, tmp_path, full_disk):
    runs = Runs(archive)
    run_id = finished(runs)
    runs.rename(run_id, "a name")
    full_disk(10)
    runs.save()
    full_disk(resource.RLIM_INFINITY)
    assert not list(tmp_path.rglob("*.part"))
    assert Runs(archive).watch(run_id).name == ""


def test_what_a_killed_app_left_half_written_goes_at_the_next_start(archive, tmp_path):
    run_id = finished(Runs(archive))
    folder = tmp_path / "runs"
    (folder / run_id / "weights-4.part").write_bytes(b"PK")
    (folder / "0123456789abcdef").mkdir()
    (folder / "0123456789abcdef" / "events.jsonl").write_text("{}")
    (folder / "fedcba9876543210").mkdir()
    (folder / "fedcba9876543210" / "run.json").write_text('{"experiment": "count", "id"')
    (folder / "00000000000000aa").mkdir()
    (folder / "00000000000000aa" / "run.json").write_text('{"experiment": "of a later version"}')
    again = Archive(folder, {"count": CountSettings}, limit_bytes=10_000_000)
    assert [head.id for head in again.heads()] == [run_id]
    assert sorted(path.name for path in folder.iterdir()) == sorted([run_id, "00000000000000aa"])
    assert not list(folder.rglob("*.part"))
