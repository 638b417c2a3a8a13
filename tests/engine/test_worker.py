"""When a worker asks a run for its weights."""

import math
from types import SimpleNamespace

import pytest

from engine import worker
from engine.events import Arrays, Beat, Progress
from engine.worker import Order, Orders, Room

CHECKPOINT = Arrays("weights", 0, {})


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    return now


def asks(orders, event):
    control = orders.follow(event, lambda _body: None)
    return bool(control and control.weights)


def test_a_run_that_keeps_checkpoints_is_asked_every_few_seconds(clock):
    orders = Orders()
    orders.follow(CHECKPOINT, lambda _body: None)
    asked = []
    for step in range(1, 41):
        clock[0] += 0.5
        asked.append(asks(orders, Progress(step, 100, {})))
        orders.follow(Arrays("latest", step, {}) if asked[-1] else Beat(), lambda _body: None)
    assert 3 <= sum(asked) <= 4


def test_a_run_that_keeps_none_is_not_asked(clock):
    orders = Orders()
    clock[0] += 60
    assert not asks(orders, Progress(1, 100, {}))


@pytest.mark.parametrize("answer", [Arrays("latest", 1, {}), Progress(2, 100, {})])
def test_before_it_pauses_it_is_asked_and_need_not_answer(clock, answer):
    orders, said = Orders(), []
    orders.follow(CHECKPOINT, said.append)
    orders.give(Order(pause=True))
    assert asks(orders, Progress(1, 100, {}))

    def say(body):
        said.append(body)
        orders.give(Order(pause=False))

    orders.follow(answer, say)
    assert said == [worker.Paused(), worker.Resumed()]


def test_a_step_that_is_kept_already_is_not_asked_for_and_the_run_pauses_at_once(clock):
    orders, said = Orders(), []
    orders.follow(Arrays("weights", 5, {}), said.append)
    orders.give(Order(pause=True))

    def say(body):
        said.append(body)
        orders.give(Order(pause=False))

    assert not orders.follow(Progress(5, 100, {}), say)
    assert said == [worker.Paused(), worker.Resumed()]


def test_what_takes_no_slot_gets_only_what_is_free_beside_the_run_under_way(monkeypatch):
    held = 900_000_000
    monkeypatch.setattr(worker.psutil.Process, "memory_info", lambda _self: SimpleNamespace(rss=held))
    monkeypatch.setattr(worker, "free_bytes", lambda: 200_000_000)
    monkeypatch.setattr(worker, "_dask_allows", lambda: math.inf)
    monkeypatch.setattr(worker, "_before", {"a run": 600_000_000})
    monkeypatch.setattr(worker, "_fresh", 500_000_000)
    monkeypatch.setitem(worker.sys.modules, "tensorflow", None)
    assert worker.room() == Room(beside=200e6, now=500e6, anew=600e6)
    monkeypatch.setattr(worker, "_granted", {"a small run": 150e6})
    assert worker.room() == Room(beside=50e6, now=350e6, anew=450e6)
