"""The lab's thread, with a connection that does what a test tells it."""

import pickle
import time

import pytest

from engine import lab, worker
from engine.records import State
from tests.fakes import CountSettings, LightSettings


class Future:
    status = "pending"

    def add_done_callback(self, done):
        self.done = done


class Connection:
    """Notes what it is asked. slots: those of its workers; failing: how many submissions go wrong at first; full: the
    address of a worker in which nothing has room any more.
    """

    trouble, alive, workers, device = "", True, None, None

    def __init__(self, *_arguments, **_options):
        self.slots, self.failing, self.full = 1, 0, ""
        self.submitted, self.ordered, self.renewed = [], [], []

    def submit(self, run_id, _settings):
        if self.failing:
            self.failing -= 1
            raise TimeoutError("no answer")
        self.submitted.append(run_id)
        self.last = Future()
        return self.last

    def crowded(self, _settings):
        return self.full

    def renew(self, address):
        self.renewed.append(address)
        self.full = ""

    def order(self, address, run_id, order):
        self.ordered.append((address, run_id, order))

    def close(self):
        pass


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(lab, "Connection", Connection)
    found = lab.Lab()
    yield found
    found.close()


def until(condition, timeout_s=10.0):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_a_run_that_no_worker_has_a_slot_for_waits_quietly(alone, monkeypatch):
    alone._connection.slots = 0
    rounds = []
    attend = alone._attend
    monkeypatch.setattr(alone, "_attend", lambda: (rounds.append(1), attend()))
    alone.start(CountSettings())
    until(lambda: alone._slots == 0)
    rounds.clear()
    time.sleep(1.5)
    assert len(rounds) <= 3
    alone._connection.slots = 1
    until(lambda: alone._connection.submitted)


def test_where_one_cannot_be_handed_out_the_others_are(alone):
    alone._connection.failing = 1
    with alone._changed:
        started = {alone.start(LightSettings()), alone.start(LightSettings())}
    until(lambda: set(alone._connection.submitted) == started)
    assert len(alone._connection.submitted) == 2


def test_a_run_that_was_deleted_before_it_began_is_stopped_where_it_begins(alone):
    run_id = alone.start(CountSettings())
    until(lambda: alone._connection.submitted == [run_id])
    alone.stop(run_id)
    alone.runs.delete(run_id)
    alone._receive((0.0, pickle.dumps(worker.Message(run_id, 0.0, worker.Started("tcp://there")))))
    until(lambda: alone._connection.ordered == [("tcp://there", run_id, worker.Order(stop=True))])


def test_a_full_worker_is_started_again_before_the_next_run(alone):
    alone._connection.full = "tcp://there"
    run_id = alone.start(CountSettings())
    until(lambda: alone._connection.submitted == [run_id])
    assert alone._connection.renewed == ["tcp://there"]


def test_a_run_waits_quietly_for_a_full_worker_that_is_at_work_and_what_takes_no_slot_does_not(alone, monkeypatch):
    first = alone.start(LightSettings())
    until(lambda: alone._connection.submitted == [first])
    alone._connection.full = "tcp://there"
    second = alone.start(LightSettings())
    until(lambda: alone._connection.submitted == [first, second])
    rounds = []
    attend = alone._attend
    monkeypatch.setattr(alone, "_attend", lambda: (rounds.append(1), attend()))
    third = alone.start(CountSettings())
    time.sleep(1.5)
    assert len(rounds) <= 4
    assert alone.runs.get(third).state == State.QUEUED
    assert alone._connection.submitted == [first, second]
    assert alone._connection.renewed == []
    for run_id in (first, second):
        alone.runs.get(run_id).future = None
    until(lambda: alone._connection.submitted == [first, second, third])
    assert alone._connection.renewed == ["tcp://there"]
