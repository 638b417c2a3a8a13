"""So many in so long."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import allowance, long_calls
from engine.allowance import Allowance, OneEach
from engine.errors import TooMany
from engine.long_calls import call_long


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


def test_each_has_one_at_a_time():
    calls = OneEach()
    with calls.take("ann") as first, calls.take("ann") as second, calls.take("bob") as other:
        assert (first, second, other) == (True, False, True)
    with pytest.raises(ValueError, match="it fails"), calls.take("ann"):
        raise ValueError("it fails")
    with calls.take("ann") as free:
        assert free


def test_a_worker_does_two_long_calls_and_refuses_a_third_until_one_has_ended():
    end = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        under_way = [pool.submit(call_long, end.wait, 30) for _ in range(2)]
        while long_calls._places._value:
            time.sleep(0.01)
        with pytest.raises(TooMany, match="2 others are having something made"):
            call_long(abs, -1)
        end.set()
        assert all(call.result() for call in under_way)
    assert call_long(abs, -1) == 1
    with pytest.raises(ZeroDivisionError):
        call_long(divmod, 1, 0)
    assert call_long(abs, -1) == 1
