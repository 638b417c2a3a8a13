"""What the MNIST page says of a run, and the example it shows before the first."""

from engine.records import Run
from engine.settings import MnistSettings
from pages.ui.live import duration
from pages.ui.run_record import divergence, example_run, run_precision


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
        f"at {result['examples_per_second']:,.0f} images/s in {run_precision(run)}.{guessing if low <= 0.1 else ''} "
        f"{result['remark']}"
    )


def what_to_notice(result: dict | None) -> str:
    """What the charts show, with the numbers of the run once there are some."""
    gap = ""
    if result and not result["diverged_at"]:
        gap = (
            f" Here the last batches stood at {result['train_accuracy']:.1%}, "
            f"all test digits at {result['test_accuracy']:.1%}."
        )
    return f"""
- **Almost everything is learned in the first hundred steps.** The loss falls steeply, then creeps: easy digits first,
  the odd ones for the rest of the run.
- **The untrained network scores about 10%**, because one guess in ten is right. The charts begin there, at step 0.
- **Train above test is the beginning of overfitting.** The network has seen the training digits and not the test
  digits.{gap}
- **The curves tremble.** Each training point is the mean of a few batches, measured *before* the network learned from
  them; each test point comes from a sample of the test digits. Only the last number uses all of them, and even that
  has an interval.
"""
