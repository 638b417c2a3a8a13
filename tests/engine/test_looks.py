"""Many who watch one run share its drawings and ask less often."""

import threading
from dataclasses import replace

import pytest

from engine import looks
from engine.events import Progress
from engine.looks import Looks
from engine.records import Run, State
from engine.settings import MnistSettings


@pytest.fixture
def shared():
    return Looks()


@pytest.fixture
def visit(shared, monkeypatch):
    """A function with which a session, by its name, looks at a run at a time in seconds."""

    def look(name, run, at):
        monkeypatch.setattr(looks.time, "monotonic", lambda: at)
        return shared.share(run, name)

    return look


def run_at(step):
    return Run("a", MnistSettings(), State.RUNNING, 0, 1.0, "", (Progress(step, 500, {"train_loss": 1.0}),))


def test_a_few_watchers_see_the_run_as_it_is(visit):
    for step in range(looks.MANY - 1):
        assert visit(f"session {step}", run_at(step), 1.0 + step / 1000) == run_at(step)


def test_many_share_a_look_until_it_is_old_or_the_state_changes(visit):
    for number in range(looks.MANY):
        visit(f"session {number}", run_at(0), 1.0)
    assert visit("session 0", run_at(5), 1.0 + looks.SHARED_S / 2) == run_at(0)
    paused = replace(run_at(5), state=State.PAUSED)
    assert visit("session 1", paused, 1.0 + looks.SHARED_S / 2) is paused
    assert visit("session 2", run_at(9), 1.0 + 2 * looks.SHARED_S) == run_at(9)


def test_a_shared_look_is_drawn_once_and_a_new_one_anew(shared, visit):
    steps = []

    def draw(run):
        steps.append(run.events[-1].step)
        return steps[-1]

    for number in range(looks.MANY):
        visit(f"session {number}", run_at(0), 1.0)
    for number in range(looks.MANY):
        assert shared.drawn(visit(f"session {number}", run_at(number), 1.1), draw) == 0
    assert shared.drawn(visit("session 0", run_at(50), 3.0), draw) == 50
    # What is no shared look is drawn as often as it is asked for.
    assert [shared.drawn(run_at(7), draw), shared.drawn(run_at(7), draw)] == [7, 7]
    assert steps == [0, 50, 7, 7]


def test_who_has_left_does_not_make_the_others_many(visit):
    for number in range(looks.MANY):
        visit(f"session {number}", run_at(0), 1.0)
    visit("session 0", run_at(1), 1.0 + 2 * looks.GONE_S)
    assert visit("session 0", run_at(2), 1.0 + 2 * looks.GONE_S + looks.SHARED_S / 2) == run_at(2)


def test_a_drawing_is_not_kept_for_the_look_that_comes_meanwhile(shared, monkeypatch):
    class Look(looks._Look):
        __slots__ = ()

        def __getattribute__(self, name):
            value = super().__getattribute__(name)
            if name == "run" and meanwhile:
                thread = meanwhile.pop()
                thread.start()
                thread.join(0.2)
            return value

    monkeypatch.setattr(looks, "_Look", Look)
    meanwhile = []
    old, new = run_at(1), run_at(2)
    shared.share(old, "session")
    thread = threading.Thread(target=shared.share, args=(new, "session"))
    meanwhile.append(thread)
    assert shared.drawn(old, lambda run: run.events[-1].step) == 1
    thread.join()
    assert shared.drawn(new, lambda run: run.events[-1].step) == 2


def test_watchers_are_counted_while_they_ask(shared, visit):
    for number in range(12):
        visit(f"session {number}", run_at(0), 1.0)
    visit("session 0", run_at(1), 1.0 + looks.GONE_S + 1)
    assert shared.watchers() == 1
    shared.share(replace(run_at(1), id="another run"), "session 0")
    assert shared.watchers() == 1
    shared.share(replace(run_at(1), id="another run"), "session 1")
    assert shared.watchers() == 2


def test_the_pace_slows_down_with_the_crowd_and_never_below_what_is_wanted():
    assert looks.pace_s(1.0, 0) == looks.pace_s(1.0, 1) == looks.pace_s(1.0, 25) == 1.0
    assert 1.0 < looks.pace_s(1.0, 30) < 1.5
    assert looks.pace_s(0.45, 1) == 0.45
    paces = [looks.pace_s(0.45, watching) for watching in range(200)]
    assert paces == sorted(paces)
    assert all(watching / pace <= 1.001 * looks.REFRESHES_A_SECOND for watching, pace in enumerate(paces))
