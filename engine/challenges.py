"""Challenges that check themselves: each judges the runs that someone has made and says how far they have come."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.records import Run
from engine.rules import Settings
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
    settings: Any
    result: Mapping[str, Any]
    elapsed_s: float = 0.0

    @property
    def accuracy(self) -> float:
        """Share of all test images that are read right, 0 to 1; 0 where the network diverged."""
        return 0.0 if self.result["diverged_at"] else float(self.result["test_accuracy"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a challenge is solved, how it stands in words, and by which run; no run where none comes near.

    brief: the same in a word, such as "97.4%"; score: the higher, the nearer, among verdicts of one challenge that are
    solved, and among those that are not.
    """

    solved: bool
    words: str
    run_id: str = ""
    brief: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is asked, a hint, and how attempts are judged."""

    title: str
    task: str
    hint: str
    judge: Callable[[Sequence[Attempt]], Verdict]


def attempts(runs: Iterable[Run], settings: type[Settings] = MnistSettings) -> list[Attempt]:
    """The runs of an experiment that completed, as they come."""
    return [
        Attempt(run.id, run.settings, run.result, run.elapsed_s)
        for run in runs
        if run.result is not None and type(run.settings) is settings
    ]


def reach(
    goal: float, allowed: Callable[[Attempt], bool], nobody: str, stand_in: float = 0.0
) -> Callable[[Sequence[Attempt]], Verdict]:
    """A judge for an accuracy of `goal` among the runs that are `allowed`; `nobody` is said where none is.

    stand_in: the goal of runs on data that stand in for the real ones and are easier; 0 where they are not.
    """

    def missing(attempt: Attempt) -> float:
        """How much it falls short; negative above the goal."""
        easy = stand_in and not attempt.result["real_data"]
        return (stand_in if easy else goal) - attempt.accuracy

    def judge(tried: Sequence[Attempt]) -> Verdict:
        best = min(filter(allowed, tried), key=missing, default=None)
        if not best:
            return Verdict(False, nobody)
        short = missing(best)
        solved = short <= 0
        words = f"Best so far {best.accuracy:.1%}{'' if solved else f', {100 * short:.1f} points short'}."
        return Verdict(solved, words, best.run_id, f"{best.accuracy:.1%}", -short)

    return judge


def judge_cliff(tried: Sequence[Attempt]) -> Verdict:
    """Solved by a run whose higher learning rate broke the network; of several the gentlest counts."""
    faster = sorted((a for a in tried if a.settings.learning_rate > MnistSettings().learning_rate), key=_rate)
    if not faster:
        return Verdict(False, "No run yet with a higher learning rate than the chapter's.")
    broken = next((attempt for attempt in faster if attempt.accuracy < GUESSING), None)
    if not broken:
        rate = _rate(faster[-1])
        return Verdict(False, f"At {rate:g} it still holds.", faster[-1].run_id, f"{rate:g} holds", rate)
    when = broken.result["diverged_at"]
    end = f"the loss was no number after {when:,} steps" if when else "the network only guesses"
    rate = _rate(broken)
    return Verdict(True, f"At {rate:g} {end}.", broken.run_id, f"rate {rate:g}", -rate)


def _rate(attempt: Attempt) -> float:
    return float(attempt.settings.learning_rate)


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
    return Verdict(apart >= 0.01, words, high.run_id, f"{100 * apart:.1f} points", apart)


MNIST_CHALLENGES = (
    Challenge(
        "In a hurry",
        "Read at least 97% of all test digits after at most 200 steps.",
        "The chapter's steps are timid, and its batches small.",
        reach(0.97, lambda a: a.result["steps"] <= 200, "No run of at most 200 steps yet."),
    ),
    Challenge(
        "A tenth of the network",
        f"Read at least 95% with at most {CHAPTER_PARAMETERS // 10:,} parameters.",
        "Nine in ten parameters sit in one layer: the dense one. What makes its input or its output smaller?",
        reach(0.95, lambda a: a.result["parameters"] <= CHAPTER_PARAMETERS // 10, "No network that small yet."),
    ),
    Challenge(
        "Without momentum",
        "Read at least 95% with momentum 0, in at most 500 steps.",
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
        "Make two runs that differ in nothing but the seed, above 80%, and at least one point apart.",
        "Short runs are the luckiest. What does that say of a difference of half a point between two networks?",
        judge_luck,
    ),
)
"""Ordered from the easiest to understand on."""
