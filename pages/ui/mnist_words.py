"""What the MNIST page says of a run, and the example it shows before the first."""

from engine.records import Run
from engine.settings import MnistSettings
from pages.ui.live import duration
from pages.ui.run_record import divergence, example_run, run_precision

LEARNED = 0.8
"""Test accuracy of a network that has learned what there is to learn quickly."""

FAST = """\
- **Almost everything is learned in the first hundred steps.** The loss falls steeply, then creeps: easy digits first,
  the odd ones for the rest of the run."""
SLOW = """\
- **This network has learned little.** In the example almost everything is learned in the first hundred steps. Too few
  steps, or a learning rate that is much larger or smaller, leave a network as this one is."""


def example() -> Run:
    """A run of the defaults that was computed with `python -m engine run mnist --out` and ships with the app."""
    return example_run(MnistSettings, "mnist.json")


def summary(run: Run, result: dict) -> str:
    """The result in words, with its 95% interval."""
    if diverged := divergence(result):
        return diverged
    low, high = result["test_accuracy_low"], result["test_accuracy_high"]
    guessing = (
        " That is no better than guessing: after too few steps, or with steps so long that they threw the ReLU units "
        "to where they are always zero, and no gradient brings them back."
    )
    return (
        f"**{result['test_accuracy']:.1%} of all {result['test_images']:,} test digits are read right** "
        f"(95% interval {low:.1%} to {high:.1%}), after {duration(run.elapsed_s)} "
        f"in all; steps alone went at {result['examples_per_second']:,.0f} images/s in {run_precision(run)}."
        f"{guessing if low <= 0.1 else ''} "
        f"{result['remark']}"
    )


def what_to_notice(result: dict | None) -> str:
    """What the charts show, with the numbers of the run once there are some."""
    gap, pace = "", FAST
    if result and not result["diverged_at"]:
        train, test = result["train_accuracy"], result["test_accuracy"]
        above = "" if train > test else ", so this one does not yet"
        gap = f" Here the last batches stood at {train:.1%}, all test digits at {test:.1%}{above}."
        pace = FAST if test > LEARNED else SLOW
    return f"""
{pace}
- **The untrained network answers by chance.** One answer in ten is right in the mean of many first weights; with one
  seed it is 3%, with another 16%. The charts begin there, at step 0.
- **Train above test is the beginning of overfitting.** The network has seen the training digits and not the test
  digits.{gap}
- **The curves tremble.** Each training point is the mean of a few batches, measured *before* the network learned from
  them; each test point comes from a sample of the test digits. Only the last number uses all of them, and even that
  has an interval.
"""
