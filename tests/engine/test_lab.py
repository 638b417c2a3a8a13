"""The lab with experiments that need no TensorFlow, on a real cluster of its own."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine.errors import InvalidInput, InvalidSettings, WorkerError
from engine.events import Completed, Progress
from engine.lab import Lab
from engine.needs import Fit
from engine.records import State
from engine.runs import KEPT_RUNS
from tests.fakes import (
    CountSettings,
    LightSettings,
    SteeredSettings,
    fail,
    grow,
    leave_a_file,
    process_id,
    remembered_messages,
    sleep,
)

ROOT = Path(__file__).parents[2]
GROWN = 800_000_000
ENDLESS = CountSettings(steps=100_000, pause_s=0.02)


@pytest.fixture(scope="module")
def lab():
    lab = Lab(warm_up=False)
    yield lab
    lab.close()


@pytest.fixture(autouse=True)
def nothing_left_running(lab):
    yield
    for record in list(lab.runs.all()):
        lab.stop(record.id)


def wait_until(condition, timeout_s=60.0):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def running(lab, run_id):
    wait_until(lambda: lab.watch(run_id).state == State.RUNNING and lab.watch(run_id).events)
    return lab.watch(run_id)


def test_a_run_completes_with_all_its_events_in_order(lab):
    run = lab.wait(lab.start(CountSettings(steps=50)), 60)
    assert run.state == State.COMPLETED
    assert [event.step for event in run.events if isinstance(event, Progress)] == list(range(1, 51))
    assert isinstance(run.events[-1], Completed)
    assert run.reason == ""


def test_messages_are_not_kept_in_memory_on_either_side(lab):
    for _ in range(20):
        lab.call(process_id)
    assert lab.call(remembered_messages) <= 10
    assert len(lab._connection._client.scheduler_comm.recent_message_log) <= 10


def test_stop_takes_effect_within_0_3_s_where_it_runs(lab):
    run_id = lab.start(ENDLESS)
    running(lab, run_id)
    asked = time.time()
    lab.stop(run_id)
    assert lab.watch(run_id).state == State.STOPPED
    wait_until(lambda: not lab.runs.get(run_id).holds_slot)
    released = time.time()
    last = [event for event in lab.watch(run_id).events if isinstance(event, Progress)][-1]
    assert last.metrics["at"] - asked < 0.3
    assert released - asked < 1


def progress(lab, run_id):
    return [event for event in lab.watch(run_id).events if isinstance(event, Progress)]


def paused(lab, run_id):
    running(lab, run_id)
    lab.pause(run_id)
    wait_until(lambda: lab.watch(run_id).state == State.PAUSED)


def test_a_paused_run_waits_does_single_steps_and_goes_on_without_losing_one(lab):
    run_id = lab.start(SteeredSettings(steps=60))
    paused(lab, run_id)
    seen, elapsed_s = len(progress(lab, run_id)), lab.watch(run_id).elapsed_s
    time.sleep(0.3)
    assert len(progress(lab, run_id)) == seen
    for more in (1, 2):
        lab.step(run_id)
        wait_until(lambda more=more: len(progress(lab, run_id)) >= seen + more)
    time.sleep(0.1)
    assert len(progress(lab, run_id)) == seen + 2
    assert progress(lab, run_id)[-1].metrics["single"] == 1
    assert lab.watch(run_id).state == State.PAUSED
    assert lab.watch(run_id).elapsed_s < elapsed_s + 0.3
    lab.resume(run_id)
    run = lab.wait(run_id, 60)
    assert run.state == State.COMPLETED
    assert [event.step for event in progress(lab, run_id)] == list(range(1, 61))
    assert progress(lab, run_id)[-1].metrics["single"] == 0


def test_a_paused_run_can_be_stopped_and_frees_its_slot(lab):
    run_id = lab.start(SteeredSettings())
    paused(lab, run_id)
    lab.stop(run_id)
    assert lab.watch(run_id).state == State.STOPPED
    assert lab.wait(lab.start(CountSettings()), 60).state == State.COMPLETED


def test_the_learning_rate_can_be_changed_within_its_bounds(lab, monkeypatch):
    monkeypatch.setenv("CNN_LAB_MAX_LEARNING_RATE", "0.5")
    run_id = lab.start(SteeredSettings())
    running(lab, run_id)
    with pytest.raises(InvalidSettings, match=r"may be at most 0\.5 here: the operator set CNN_LAB_MAX_LEARNING_RATE"):
        lab.set_learning_rate(run_id, 0.6)
    with pytest.raises(InvalidSettings, match="learning_rate is 3, but must be a number from 0.001 to 1"):
        lab.set_learning_rate(run_id, 3)
    lab.set_learning_rate(run_id, 0.5)
    wait_until(lambda: progress(lab, run_id)[-1].metrics["learning_rate"] == 0.5)
    assert {event.metrics["learning_rate"] for event in progress(lab, run_id)} == {0.1, 0.5}


def test_orders_to_a_run_that_is_not_known_or_has_ended_do_nothing(lab):
    run_id = lab.start(CountSettings())
    lab.wait(run_id, 60)
    for order in (lab.pause, lab.resume, lab.step):
        order(run_id)
        order("nothing")
    assert lab.watch(run_id).state == State.COMPLETED


def test_what_was_learnt_before_a_stop_stays(lab):
    run_id = lab.start(ENDLESS)
    before = len(running(lab, run_id).events)
    lab.stop(run_id)
    assert len(lab.watch(run_id).events) >= before


def test_one_heavy_run_at_a_time_and_the_others_have_their_place(lab):
    first, second, third = (lab.start(ENDLESS) for _ in range(3))
    running(lab, first)
    assert [lab.watch(r).place for r in (first, second, third)] == [0, 1, 2]
    assert [lab.watch(r).state for r in (second, third)] == [State.QUEUED] * 2
    lab.stop(second)
    assert lab.watch(third).place == 1
    lab.stop(first)
    running(lab, third)
    assert lab.watch(third).place == 0
    assert lab.watch(second).events == ()


def test_short_calls_and_light_runs_pass_a_heavy_run_by(lab):
    heavy = lab.start(ENDLESS)
    running(lab, heavy)
    assert lab.call(sleep, 0.01) == 0.01
    assert lab.wait(lab.start(LightSettings()), 60).state == State.COMPLETED
    assert lab.watch(heavy).active


def test_a_call_that_takes_too_long_says_so(lab):
    with pytest.raises(WorkerError, match="did not answer within 0 s"):
        lab.call(sleep, 2.0, timeout_s=0.2)


def test_a_call_may_not_bring_too_much(lab, monkeypatch):
    monkeypatch.setattr("engine.connection.MOST_CALL_BYTES", 1_000)
    with pytest.raises(InvalidInput, match=r"at most 0 MB can be sent"):
        lab.call(sleep, np.zeros(2_000, np.uint8))


def test_what_the_workers_can_give_is_asked_of_them(lab):
    wait_until(lambda: lab.headroom() is not None, 60)
    assert 0 < lab.headroom() <= psutil.virtual_memory().total


def test_a_run_that_fits_into_a_new_worker_only_gets_one(lab, monkeypatch):
    old = lab.call(process_id)
    wait_until(lambda: lab.headroom() is not None, 60)
    there = lab.headroom()
    lab.call(grow, GROWN, timeout_s=60)
    # What is in the way now would be gone then.
    assert lab.headroom() > there - GROWN / 2
    monkeypatch.setattr("engine.connection.fit", lambda _settings, free: Fit(there - GROWN / 2, free))
    assert lab.wait(lab.start(CountSettings()), 60).result["pid"] != old
    new = lab.call(process_id)
    assert lab.wait(lab.start(CountSettings()), 60).result["pid"] == new


def test_what_a_killed_worker_left_goes_when_the_next_one_starts(lab):
    first = lab.call(leave_a_file)
    assert first.exists()
    with pytest.raises(WorkerError):
        lab.call(os._exit, 1)
    wait_until(lambda: not first.exists())
    # They have a folder of their own.
    assert first.parent.name.startswith("cnn-lab-")


def test_a_worker_that_is_at_work_is_not_started_again_before_it_has_done(lab, monkeypatch):
    at_work = lab.start(LightSettings(steps=100_000, pause_s=0.02))
    old = int(running(lab, at_work).events[0].metrics["pid"])
    there = lab.headroom()
    lab.call(grow, GROWN, timeout_s=60)
    monkeypatch.setattr("engine.connection.fit", lambda _settings, free: Fit(there - GROWN / 2, free))
    waiting = lab.start(CountSettings())
    time.sleep(2)
    assert lab.watch(waiting).state == State.QUEUED
    assert lab.watch(at_work).state == State.RUNNING
    lab.stop(at_work)
    assert lab.wait(waiting, 60).result["pid"] != old


def test_a_call_waits_for_the_new_worker(lab, monkeypatch):
    wait_until(lambda: lab.headroom() is not None, 60)
    there = lab.headroom()
    lab.call(grow, GROWN, timeout_s=60)
    monkeypatch.setattr("engine.connection.fit", lambda _settings, free: Fit(there - GROWN / 2, free))
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(lab.call, sleep, 3.0, timeout_s=60)
        time.sleep(0.5)
        assert lab.wait(lab.start(CountSettings()), 60).state == State.COMPLETED
        assert asked.result() == 3.0


def test_a_worker_that_hangs_keeps_nobody_waiting_and_takes_its_orders_later(lab):
    run_id = lab.start(ENDLESS)
    worker = int(running(lab, run_id).events[0].metrics["pid"])
    os.kill(worker, signal.SIGSTOP)
    try:
        lab.stop(run_id)
        assert lab.watch(run_id).state == State.STOPPED
        assert lab.headroom() is None
    finally:
        os.kill(worker, signal.SIGCONT)
    wait_until(lambda: not lab.runs.get(run_id).holds_slot)


def test_a_call_raises_what_its_function_raises(lab):
    with pytest.raises(InvalidInput, match="The digit is blank"):
        lab.call(fail)


def test_bad_input_fails_the_run_with_its_own_words(lab):
    run = lab.wait(lab.start(CountSettings(fails_at=2, failure="bad input")), 60)
    assert (run.state, run.reason) == (State.FAILED, "The picture is blank.")
    assert len(run.events) == 1


def test_a_bug_fails_the_run_in_plain_words(lab):
    run = lab.wait(lab.start(CountSettings(fails_at=1, failure="bug")), 60)
    assert run.state == State.FAILED
    assert run.reason == ("An unexpected ZeroDivisionError ended it: division by zero. The app's log has the details.")


def test_a_killed_worker_fails_its_run_and_the_next_run_completes_ten_times_in_a_row(lab):
    for _ in range(10):
        run_id, waiting = lab.start(ENDLESS), lab.start(CountSettings())
        worker = running(lab, run_id).events[0].metrics["pid"]
        os.kill(int(worker), signal.SIGKILL)
        run = lab.wait(run_id, 60)
        assert run.state == State.FAILED
        assert "worker process died" in run.reason
        after = lab.wait(waiting, 30)
        assert after.state == State.COMPLETED
        assert after.events[-1].result["pid"] != worker


def test_finished_runs_are_not_computed_again_when_a_worker_dies(lab):
    done = lab.start(CountSettings())
    count = len(lab.wait(done, 15).events)
    wait_until(lambda: not lab.runs.get(done).holds_slot)
    os.kill(lab.call(process_id), signal.SIGKILL)
    wait_until(lambda: lab.wait(lab.start(CountSettings()), 20).state == State.COMPLETED)
    assert lab.watch(done).state == State.COMPLETED
    assert len(lab.watch(done).events) == count


def test_the_whole_cluster_may_die(lab):
    run_id = lab.start(ENDLESS)
    running(lab, run_id)
    lab._connection._process.kill()
    run = lab.wait(run_id, 60)
    assert run.state == State.FAILED
    assert "ended" in run.reason or "died" in run.reason
    assert lab.wait(lab.start(CountSettings()), 30).state == State.COMPLETED


def test_an_unknown_run_is_none(lab):
    assert lab.watch("nothing") is None
    assert lab.wait("nothing", 0.1) is None
    lab.stop("nothing")


def test_equal_settings_find_the_run_that_is_still_to_end(lab):
    run_id = lab.start(ENDLESS)
    assert lab.runs.active_like(ENDLESS) == run_id
    lab.stop(run_id)
    assert lab.runs.active_like(ENDLESS) is None


def test_only_the_last_runs_are_kept(lab):
    for _ in range(KEPT_RUNS + 5):
        lab.stop(lab.start(LightSettings()))
    wait_until(lambda: not any(r.holds_slot for r in lab.runs.all()))
    lab.start(LightSettings())
    assert len(lab.runs.all()) <= KEPT_RUNS + 1


def test_a_run_that_nobody_watches_is_stopped():
    lab = Lab(warm_up=False, unwatched_s=1.5)
    try:
        run_id = lab.start(ENDLESS)
        for _ in range(12):
            time.sleep(0.2)
            assert lab.watch(run_id).active, "it was being watched"
        # The record itself: asking for the run would be watching it.
        wait_until(lambda: not lab.runs.get(run_id).active)
        run = lab.watch(run_id)
        assert run.state == State.STOPPED
        assert "Nobody watched it" in run.reason
    finally:
        lab.close()


def test_a_paused_run_keeps_its_slot_only_until_another_one_has_waited_for_it():
    lab = Lab(warm_up=False, paused_s=1.0)
    try:
        run_id = lab.start(SteeredSettings())
        paused(lab, run_id)
        since = lab.runs.get(run_id).paused
        time.sleep(2.5)
        steps = len(progress(lab, run_id))
        lab.step(run_id)
        wait_until(lambda: len(progress(lab, run_id)) > steps)
        assert lab.watch(run_id).state == State.PAUSED, "nobody waits"
        assert lab.runs.get(run_id).paused == since
        waiting = lab.start(CountSettings())
        assert lab.wait(waiting, 30).state == State.COMPLETED
        run = lab.watch(run_id)
        assert (run.state, run.reason) == (State.STOPPED, "It was paused for 0 minutes, and another run waits.")
    finally:
        lab.close()


def test_a_scheduler_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("CNN_LAB_SCHEDULER", "tcp://127.0.0.1:9")
    monkeypatch.setattr("engine.connection.CONNECT_S", 1)
    lab = Lab(warm_up=False)
    try:
        run = lab.wait(lab.start(CountSettings()), 60)
        assert run.state == State.FAILED
        assert "No scheduler answers at tcp://127.0.0.1:9" in run.reason
    finally:
        lab.close()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT], ids=str)
def test_no_process_outlives_the_app(end):
    code = (
        "import time; from engine.lab import Lab; from tests.fakes import *; lab = Lab(warm_up=False);"
        "lab.call(process_id); lab.start(CountSettings(steps=1000, pause_s=1)); print('up', flush=True); time.sleep(60)"
    )
    app = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert app.stdout.readline() == "up\n"
    children = psutil.Process(app.pid).children(recursive=True)
    assert len(children) >= 2
    app.send_signal(end)
    app.wait(20)
    app.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
