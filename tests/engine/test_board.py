"""Boards of a class: who may join, what is judged, what is told, and what is forgotten."""

import itertools
import time

import pytest

from engine import board, joining
from engine.board import MOST_BOARDS, MOST_OF_ONE, MOST_PLAYERS, Boards
from engine.errors import InvalidInput, TooMany
from engine.records import Run, State
from engine.settings import CifarSettings, MnistSettings

numbers = itertools.count()


@pytest.fixture
def clock(monkeypatch):
    """`time.monotonic` of the boards, set by hand."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(board.time, "monotonic", lambda: Clock.now)
    return Clock


def run(owner, accuracy, settings=None, created=None, state=State.COMPLETED, **result):
    settings = settings or MnistSettings(steps=150)
    told = {"test_accuracy": accuracy, "diverged_at": None, "parameters": 266_585, "steps": settings.steps, **result}
    return Run(
        f"run{next(numbers)}",
        settings,
        state,
        place=0,
        elapsed_s=12.0,
        reason="",
        events=(),
        owner=owner,
        created=time.time() + 1 if created is None else created,
        result=told if state == State.COMPLETED else None,
    )


def opened(*nicknames):
    boards = Boards()
    code = boards.open("teacher", "mnist")
    for nickname in nicknames:
        boards.join(code, f"visitor {nickname}", nickname)
    return boards, code


def entries(boards, code):
    """Results by nickname and challenge."""
    return {s.nickname: s.entries for s in boards.view(code).standings}


def test_a_code_leads_to_its_board_in_capitals_or_not():
    boards, code = opened("Ada")
    assert boards.view(f" {code.lower()} ").code == code
    assert boards.nickname(code.lower(), "visitor Ada") == "Ada"
    assert boards.playing("visitor Ada") == (code, "Ada")
    assert boards.of("teacher") == [code]


@pytest.mark.parametrize("code", ["", "KWMBT", "ß" * 5000, "\0", "../..", "<b>"])
def test_a_code_that_is_none_harms_nothing(code):
    boards, _ = opened("Ada")
    assert boards.view(code) is None
    assert boards.nickname(code, "visitor Ada") == ""
    boards.look(code, list)
    boards.leave(code, "visitor Ada")
    boards.remove(code, "teacher", "Ada")
    boards.close(code, "teacher")
    boards.show(code, "teacher", "cifar")
    with pytest.raises(InvalidInput, match="is not the code of a board"):
        boards.join(code, "visitor Ben", "Ben")
    assert len(boards.of("teacher")) == 1


def test_runs_of_players_are_judged_and_the_better_one_stays(clock):
    boards, code = opened("Ada", "Ben")
    runs = [run("visitor Ada", 0.9)]
    boards.look(code, lambda: runs)
    entry = entries(boards, code)["Ada"]["In a hurry"]
    assert (entry.verdict.solved, entry.verdict.brief, entry.steps, entry.elapsed_s) == (False, "90.0%", 150, 12.0)
    assert entries(boards, code)["Ben"] == {}
    # Deleted meanwhile: what it gave stays, and a worse one changes nothing.
    runs = [run("visitor Ada", 0.98), run("visitor Ada", 0.5)]
    clock.now += board.LOOK_S
    boards.look(code, lambda: runs)
    entry = entries(boards, code)["Ada"]["In a hurry"]
    assert (entry.verdict.solved, entry.verdict.brief) == (True, "98.0%")
    assert next(s for s in boards.view(code).standings if s.nickname == "Ada").solved == 1


def test_who_solved_it_first_stays_first_though_others_do_better(clock):
    boards, code = opened("Ada", "Ben")
    later = time.time() + 100
    boards.look(code, lambda: [run("visitor Ben", 0.99, created=later + 50), run("visitor Ada", 0.975, created=later)])
    clock.now += board.LOOK_S
    boards.look(code, lambda: [run("visitor Ada", 0.98, created=later + 90)])
    first, second = (entries(boards, code)[name]["In a hurry"] for name in ("Ada", "Ben"))
    assert first.place < second.place
    assert first.verdict.brief == "98.0%"


def test_what_does_not_count(clock):
    boards, code = opened("Ada")
    runs = [
        run("visitor Ada", 0.99, created=time.time() - 3600),
        run("visitor Ada", 0.99, state=State.STOPPED),
        run("somebody else", 0.99),
        run("", 0.99),
    ]
    boards.look(code, lambda: runs)
    assert entries(boards, code) == {"Ada": {}}


def test_the_board_turns_to_other_challenges_and_forgets_none(clock):
    boards, code = opened("Ada")
    settings = CifarSettings(steps=300)
    boards.look(code, lambda: [run("visitor Ada", 0.98), run("visitor Ada", 0.6, settings, real_data=True)])
    boards.show(code, "somebody else", "cifar")
    assert boards.view(code).experiment == "mnist"
    boards.show(code, "teacher", "cifar")
    assert entries(boards, code)["Ada"]["In a hurry"].steps == 300
    boards.show(code, "teacher", "mnist")
    assert entries(boards, code)["Ada"]["In a hurry"].steps == 150


def test_runs_are_not_looked_through_more_often_than_needed(clock):
    boards, code = opened("Ada")
    looks = []

    def runs():
        looks.append(clock.now)
        return []

    for _ in range(30):
        boards.look(code, runs)
    assert len(looks) == 1
    clock.now += board.LOOK_S
    boards.look(code, runs)
    assert len(looks) == 2


def test_nicknames_are_ones_own():
    boards, code = opened("Ada")
    for taken in ("ada", " A d a ", "ADA!", "Ａｄａ", "A\u200bda"):
        with pytest.raises(InvalidInput, match="is taken"):
            boards.join(code, "visitor Ben", taken)
    boards.join(code, "visitor Ada", "Ada L.")
    assert [s.nickname for s in boards.view(code).standings] == ["Ada L."]
    boards.join(code, "visitor Ben", "Ada")


def test_the_teacher_takes_one_off_and_that_name_does_not_come_back(clock):
    boards, code = opened("Ada", "Rude")
    boards.remove(code, "visitor Ada", "Rude")
    assert len(boards.view(code).standings) == 2
    boards.remove(code, "teacher", "Rude")
    assert [s.nickname for s in boards.view(code).standings] == ["Ada"]
    with pytest.raises(InvalidInput, match="taken off"):
        boards.join(code, "visitor Rude", "r u d e")
    boards.join(code, "visitor Rude", "Ben")
    boards.leave(code, "visitor Ada")
    assert [s.nickname for s in boards.view(code).standings] == ["Ben"]


def test_only_its_owner_closes_it():
    boards, code = opened("Ada")
    boards.close(code, "visitor Ada")
    assert boards.view(code)
    boards.close(code.lower(), "teacher")
    assert boards.view(code) is None
    assert boards.playing("visitor Ada") == ("", "")


def test_boards_and_players_are_limited():
    boards, code = opened(*(f"player {n}" for n in range(MOST_PLAYERS)))
    with pytest.raises(TooMany, match=f"{MOST_PLAYERS} have joined"):
        boards.join(code, "one more", "one more")
    for _ in range(MOST_OF_ONE - 1):
        boards.open("teacher", "mnist")
    with pytest.raises(TooMany, match="close one of them"):
        boards.open("teacher", "mnist")
    for n in range(MOST_BOARDS - MOST_OF_ONE):
        boards.open(f"teacher {n}", "cifar")
    with pytest.raises(TooMany, match="the most"):
        boards.open("another", "mnist")


def test_attempts_are_limited_and_results_outlive_them(clock):
    boards, code = opened("Ada")
    boards.look(code, lambda: [run("visitor Ada", 0.98)])
    for _ in range(3):
        clock.now += board.LOOK_S
        boards.look(code, lambda: [run("visitor Ada", 0.5) for _ in range(board.MOST_ATTEMPTS)])
    assert entries(boards, code)["Ada"]["In a hurry"].verdict.solved


def test_a_run_is_judged_once_however_many_a_player_has(clock, monkeypatch):
    monkeypatch.setattr(board, "MOST_ATTEMPTS", 3)
    boards, code = opened("Ada")
    runs = [run("visitor Ada", 0.9) for _ in range(5)]
    boards.look(code, lambda: runs)
    clock.now += joining.LASTS_S - 1
    boards.look(code, lambda: runs)
    # The second look found nothing new, so the board lapses as one on which nothing happens.
    clock.now += 2
    assert boards.view(code) is None


def test_a_board_lapses_when_nothing_happens_on_it(clock):
    boards, code = opened("Ada")
    clock.now += joining.LASTS_S - 1
    boards.look(code, lambda: [run("visitor Ada", 0.98)])
    clock.now += joining.LASTS_S - 1
    assert boards.view(code)
    boards.look(code, list)
    clock.now += 1
    assert boards.view(code) is None
    assert boards.of("teacher") == []
