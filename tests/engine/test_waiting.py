"""Place and time in the queue, against what one counts by hand."""

import pytest

from engine.events import Progress
from engine.records import Record, State
from engine.waiting import expected_s, place, wait_s
from engine.work import work
from tests.fakes import CountSettings, LightSettings, SteeredSettings


def record(name, state=State.QUEUED, settings=None, **more):
    settings = settings or CountSettings(steps=100)
    return Record(name, settings, watched=0.0, work=work(settings), state=state, **more)


@pytest.fixture
def under_way():
    """A quarter done in 10 s, so 30 s are left."""
    return record("a", State.RUNNING, elapsed_s=10.0, events=[Progress(25, 100, {})], holds_slot=True)


def test_who_is_next_waits_for_what_is_under_way(under_way):
    waiting = record("b")
    assert place([under_way, waiting], waiting) == 1
    assert wait_s([under_way, waiting], waiting) == 30.0


def test_who_is_second_waits_for_the_first_as_well_as_long_as_its_like_took(under_way):
    # 8 s for 50 steps, so 16 s for 100.
    done = record("z", State.COMPLETED, CountSettings(steps=50), elapsed_s=8.0)
    records = [done, under_way, record("b"), record("c")]
    assert place(records, records[-1]) == 2
    assert wait_s(records, records[-1]) == 30.0 + 16.0


def test_two_slots_halve_it(under_way):
    other = record("b", State.RUNNING, elapsed_s=10.0, events=[Progress(50, 100, {})], holds_slot=True)
    waiting = record("c")
    assert wait_s([under_way, other, waiting], waiting) == (30.0 + 10.0) / 2


def test_nothing_is_said_where_nothing_is_known(under_way):
    fresh = record("a", State.RUNNING, holds_slot=True)
    waiting = record("b")
    assert wait_s([fresh, waiting], waiting) is None
    assert wait_s([under_way, record("x"), waiting], waiting) is None
    assert wait_s([waiting], waiting) is None


def test_what_takes_no_slot_or_has_begun_has_no_place_in_the_queue(under_way):
    light = record("l", settings=LightSettings())
    assert place([under_way, record("b"), light], light) == 1
    assert place([under_way], under_way) == 0
    assert wait_s([under_way], under_way) is None


def test_what_a_run_will_take_is_told_by_the_one_that_had_most_nearly_as_much_to_do():
    def done(number, steps, elapsed_s, state=State.COMPLETED, **result):
        settings = CountSettings(steps=steps)
        return record(str(number), state, settings, elapsed_s=elapsed_s, number=number, result=result)

    def expected(records, steps):
        return expected_s(records, CountSettings, work(CountSettings(steps=steps)))

    records = [done(1, 1_000, 50.0), done(2, 10, 5.0), done(3, 400, 1.0, State.STOPPED)]
    assert expected(records, 400) == pytest.approx(20.0)
    assert expected(records, 20) == pytest.approx(10.0)
    assert expected_s(records, SteeredSettings, 1.0) is None
    # Where two had the same, the machine may have become another.
    assert expected([*records, done(4, 1_000, 70.0)], 1_000) == pytest.approx(70.0)
    # A network that diverged ends early.
    assert expected([*records, done(5, 400, 1.0, diverged_at=5)], 400) == pytest.approx(20.0)
