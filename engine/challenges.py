"""Challenges that check themselves: each judges the runs that someone has made and says how far they have come."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.records import Run
from engine.settings import MnistSettings

CHAPTER_PARAMETERS = 266_585
"""Of the chapter's network: two convolutions of 25 and 50 maps, 100 dense units."""

LEARNED = 0.8
"""Below this accuracy a network has learned too little for its luck to be judged."""

GUESSING = 0.15
"""Below this accuracy a network does little more than guess one digit in ten."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A completed run: its settings, and the `result` that its experiment wrote."""

    run_id: str
    settings: MnistSettings
    result: Mapping[str, Any]

    @property
    def accuracy(self) -> float:
        """Share of all test images that are read right, 0 to 1; 0 where the network diverged."""
        return 0.0 if self.result["diverged_at"] else float(self.result["test_accuracy"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a challenge is solved, how it stands in words, and by which run; no run where none comes near."""

    solved: bool
    words: str
    run_id: str = ""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is asked, a hint, and how attempts are judged."""

    title: str
    task: str
    hint: str
    judge: Callable[[Sequence[Attempt]], Verdict]


def attempts(runs: Iterable[Run]) -> list[Attempt]:
    """The MNIST runs that completed, as they come."""
    return [
        Attempt(run.id, run.settings, run.result)
        for run in runs
        if run.result is not None and isinstance(run.settings, MnistSettings)
    ]


def reach(goal: float, allowed: Callable[[Attempt], bool], nobody: str) -> Callable[[Sequence[Attempt]], Verdict]:
    """A judge for an accuracy of `goal` among the runs that are `allowed`; `nobody` is said where none is."""

    def judge(tried: Sequence[Attempt]) -> Verdict:
        best = max(filter(allowed, tried), key=lambda attempt: attempt.accuracy, default=None)
        if not best:
            return Verdict(False, nobody)
        solved = best.accuracy >= goal
        missing = "" if solved else f", {100 * (goal - best.accuracy):.1f} points short"
        return Verdict(solved, f"Best so far {best.accuracy:.1%}{missing}.", best.run_id)

    return judge


def judge_cliff(tried: Sequence[Attempt]) -> Verdict:
    """Solved by a run whose higher learning rate broke the network; of several the gentlest counts."""
    faster = sorted((a for a in tried if a.settings.learning_rate > MnistSettings().learning_rate), key=_rate)
    if not faster:
        return Verdict(False, "No run yet with a higher learning rate than the chapter's.")
    broken = next((attempt for attempt in faster if attempt.accuracy < GUESSING), None)
    if not broken:
        return Verdict(False, f"At {_rate(faster[-1]):g} it still holds.", faster[-1].run_id)
    when = broken.result["diverged_at"]
    end = f"the loss was no number after {when:,} steps" if when else "the network only guesses"
    return Verdict(True, f"At {_rate(broken):g} {end}.", broken.run_id)


def _rate(attempt: Attempt) -> float:
    return attempt.settings.learning_rate


def judge_luck(tried: Sequence[Attempt]) -> Verdict:
    """Solved by two runs that differ in nothing but their seed, and by a point or more in accuracy."""
    families: dict[MnistSettings, list[Attempt]] = {}
    for attempt in tried:
        if attempt.accuracy > LEARNED:
            families.setdefault(replace(attempt.settings, seed=0), []).append(attempt)
    ranked = [sorted(family, key=lambda a: a.accuracy) for family in families.values()]
    pairs = [(family[0], family[-1]) for family in ranked if family[0].settings.seed != family[-1].settings.seed]
    if not pairs:
        return Verdict(False, f"No two runs above {LEARNED:.0%} yet that differ in their seed alone.")
    low, high = max(pairs, key=lambda pair: pair[1].accuracy - pair[0].accuracy)
    apart = high.accuracy - low.accuracy
    words = f"Seeds {low.settings.seed} and {high.settings.seed} are {100 * apart:.1f} points apart."
    return Verdict(apart >= 0.01, words, high.run_id)


MNIST_CHALLENGES = (
    Challenge(
        "In a hurry",
        "Read at least 97 % of all test digits after at most 200 steps.",
        "The chapter's steps are timid, and its batches small.",
        reach(0.97, lambda a: a.result["steps"] <= 200, "No run of at most 200 steps yet."),
    ),
    Challenge(
        "A tenth of the network",
        f"Read at least 95 % with at most {CHAPTER_PARAMETERS // 10:,} parameters.",
        "Nine in ten parameters sit in one layer: the dense one. What makes its input or its output smaller?",
        reach(0.95, lambda a: a.result["parameters"] <= CHAPTER_PARAMETERS // 10, "No network that small yet."),
    ),
    Challenge(
        "Without momentum",
        "Read at least 95 % with momentum 0, in at most 500 steps.",
        "Momentum 0.9 makes a steady gradient count about ten times over.",
        reach(
            0.95,
            lambda a: a.settings.momentum == 0 and a.result["steps"] <= 500,
            "No run without momentum in 500 steps yet.",
        ),
    ),
    Challenge(
        "Over the cliff",
        "Find a learning rate so high that nothing is learned: the loss is no number, or the network only guesses.",
        "Double it, and double it again. A hundred steps are enough to see.",
        judge_cliff,
    ),
    Challenge(
        "Just luck",
        "Make two runs that differ in nothing but the seed, above 80 %, and at least one point apart.",
        "Short runs are the luckiest. What does that say of a difference of half a point between two networks?",
        judge_luck,
    ),
)
"""Ordered from the easiest to understand on."""
