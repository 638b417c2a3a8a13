"""So many in so long."""

import threading

from engine import allowance
from engine.allowance import Allowance


def test_each_has_so_many_and_all_together_so_many():
    calls = Allowance(2, of_all=3)
    assert [calls.take("ann"), calls.take("ann"), calls.take("ann")] == [True, True, False]
    assert [calls.take("bob"), calls.take("bob"), calls.take("eve")] == [True, False, False]


def test_a_minute_later_there_are_as_many_again(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(allowance.time, "monotonic", lambda: now)
    calls = Allowance(1, of_all=10)
    assert calls.take("ann")
    now += 59
    assert not calls.left("ann")
    now += 1
    assert calls.left("ann")
    assert calls.take("ann")


def test_asking_takes_nothing():
    calls = Allowance(1, of_all=1)
    assert calls.left("ann")
    assert calls.left("ann")
    assert calls.take("ann")


def test_many_threads_take_no_more_than_there_is():
    calls, taken = Allowance(1_000, of_all=100), []
    threads = [
        threading.Thread(target=lambda n=n: taken.extend(calls.take(f"v{n}") for _ in range(50))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 100
