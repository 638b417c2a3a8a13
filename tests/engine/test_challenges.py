"""Challenges against runs made up by hand."""

import pytest

from engine.challenges import MNIST_CHALLENGES, attempts
from engine.challenges_of_pages import CHALLENGES as OF_PAGES
from engine.events import Progress
from engine.records import Run, State
from engine.settings import EXPERIMENTS, FineTuningSettings, MnistSettings

CHALLENGES = {challenge.title: challenge for challenge in MNIST_CHALLENGES}


def run(accuracy, diverged_at=None, parameters=266_585, **settings):
    chosen = MnistSettings(**settings)
    result = {
        "test_accuracy": accuracy,
        "diverged_at": diverged_at,
        "parameters": parameters,
        "steps": diverged_at or chosen.steps,
    }
    return Run(f"run{accuracy}", chosen, State.COMPLETED, 0, 1.0, "", (), result=result)


def judged(title, *runs):
    return CHALLENGES[title].judge(attempts(runs))


def test_there_are_five_and_none_is_solved_by_nothing():
    assert len(MNIST_CHALLENGES) == 5
    for challenge in MNIST_CHALLENGES:
        verdict = challenge.judge([])
        assert not verdict.solved
        assert verdict.words
        assert not verdict.run_id


@pytest.mark.parametrize(
    ("title", "near", "solved"),
    [
        ("In a hurry", [run(0.969, steps=200), run(0.99, steps=201)], [run(0.97, steps=200)]),
        ("A tenth of the network", [run(0.949, parameters=26_658), run(0.99)], [run(0.95, parameters=26_658)]),
        ("Without momentum", [run(0.949, momentum=0.0), run(0.99)], [run(0.95, momentum=0.0)]),
        ("Over the cliff", [run(0.1, learning_rate=1e-6), run(0.9, learning_rate=0.1)], [run(0.1, learning_rate=0.5)]),
        ("Just luck", [run(0.95), run(0.955, seed=1)], [run(0.95), run(0.96, seed=1)]),
    ],
)
def test_each_is_solved_at_its_mark_and_not_before(title, near, solved):
    before = judged(title, *near)
    assert not before.solved
    assert before.run_id
    after = judged(title, *near, *solved)
    assert after.solved
    assert after.run_id == solved[-1].id


def test_luck_needs_runs_that_differ_in_nothing_else_and_have_learned():
    assert "No two runs" in judged("Just luck", run(0.9), run(0.95, seed=1, momentum=0.5)).words
    assert "No two runs" in judged("Just luck", run(0.1), run(0.3, seed=1)).words
    assert "No two runs" in judged("Just luck", run(0.9), run(0.95)).words


def test_a_network_that_diverged_reaches_nothing():
    assert not judged("In a hurry", run(0.99, diverged_at=5)).solved


def test_runs_that_did_not_complete_do_not_count():
    half = Run("half", MnistSettings(), State.STOPPED, 0, 1.0, "", (Progress(5, 10, {}),))
    assert attempts([half]) == []


def test_the_boldest_rate_so_far_is_told():
    verdict = judged("Over the cliff", run(0.9, learning_rate=0.1), run(0.9, learning_rate=0.2))
    assert verdict.words == "At 0.2 it still holds."


def test_the_gentlest_rate_that_breaks_the_network_counts():
    runs = [run(0.1, learning_rate=1.0), run(0.0, diverged_at=3, learning_rate=0.4)]
    assert judged("Over the cliff", *runs).words == "At 0.4 the loss was no number after 3 steps."
    assert judged("Over the cliff", runs[0]).words == "At 1 the network only guesses."


def picture_run(settings, accuracy, **result):
    told = {"test_accuracy": accuracy, "diverged_at": None, "parameters": 1_000_000, "real_data": True, "steps": 300}
    return Run(f"run{accuracy}", settings, State.COMPLETED, 0, 1.0, "", (), result={**told, **result})


@pytest.mark.parametrize(
    ("experiment", "title", "near", "solved"),
    [
        ("cifar", "In a hurry", {"accuracy": 0.9, "steps": 301}, {"accuracy": 0.5, "steps": 300}),
        ("cifar", "A narrow network", {"accuracy": 0.9}, {"accuracy": 0.55, "parameters": 100_000}),
        ("fine_tuning", "Ten of each", {"accuracy": 0.9}, {"accuracy": 0.5, "per_class": 10}),
        ("fine_tuning", "Small pictures", {"accuracy": 0.9}, {"accuracy": 0.5, "size": 64}),
    ],
)
def test_pictures_real_and_standing_in(experiment, title, near, solved):
    cls = EXPERIMENTS[experiment]
    challenge = next(c for c in OF_PAGES[experiment] if c.title == title)

    def judged(accuracy, per_class=100, size=192, **result):
        settings = cls(per_class=per_class, size=size) if experiment == "fine_tuning" else cls()
        return challenge.judge(attempts([picture_run(settings, accuracy, **result)], cls))

    assert not judged(**near).run_id
    assert judged(**solved).solved
    assert not judged(**{**solved, "accuracy": solved["accuracy"] - 0.001}).solved
    assert not judged(**solved, real_data=False).solved
    assert judged(**{**solved, "accuracy": 0.85}, real_data=False).solved


def test_pictures_of_ones_own_classes_are_no_attempt_at_ten_of_each():
    settings = FineTuningSettings(per_class=10, folder="/somewhere")
    assert not OF_PAGES["fine_tuning"][0].judge(attempts([picture_run(settings, 1.0)], FineTuningSettings)).run_id
