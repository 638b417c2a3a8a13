"""What the CIFAR-10 page says of a run, and the example it shows before the first."""

import json
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.events import Completed, from_json
from engine.records import Run, State
from engine.settings import CifarSettings
from engine.sources.catalog import CIFAR10
from engine.sources.cifar10 import NAMES
from engine.sources.locate import locate
from engine.sources.photo10 import NAMES as PHOTO10_NAMES
from pages.ui.live import duration

EXAMPLE = Path(__file__).parents[1] / "examples" / "cifar.json"


def result_of(run: Run | None) -> dict | None:
    """The result of a completed run."""
    return next((dict(e.result) for e in run.events if isinstance(e, Completed)), None) if run else None


@st.cache_data
def example() -> Run:
    """A run of the quick preset, computed by `engine.experiments.make_cifar_example`, which ships with the app."""
    record = json.loads(EXAMPLE.read_text())
    events = tuple(from_json(event) for event in record["events"])
    settings = CifarSettings(**record["settings"])
    elapsed_s, result = record["events"][-1]["elapsed_s"], record["events"][-1]["result"]
    return Run("example", settings, State.COMPLETED, 0, elapsed_s, "", events, result=result)


def names_of(run: Run) -> Sequence[str]:
    """What the classes of the run are called: as its result says, or by the pictures that are here."""
    if result := result_of(run):
        return result["classes"]
    return NAMES if locate(CIFAR10).real else PHOTO10_NAMES


def summary(run: Run, result: dict) -> str:
    """The result in words, with its 95 % interval."""
    if result["diverged_at"]:
        return (
            f"**The loss is no number any more since step {result['diverged_at']:,}: training diverged.** "
            "Steps that are too long overshoot the valley; try a lower learning rate."
        )
    low, high = result["test_accuracy_low"], result["test_accuracy_high"]
    stand_in = "" if result["real_data"] else " This is Photo-10, which stands in for CIFAR-10 and is far easier."
    return (
        f"**{result['test_accuracy']:.1%} of all {result['test_images']:,} test pictures are named right** "
        f"(95 % interval {low:.1%} to {high:.1%}), after {duration(run.elapsed_s)} at "
        f"{result['examples_per_second']:,.0f} images/s in {result['precision']}.{stand_in} {result['remark']}"
    )


def what_to_notice(result: dict | None) -> str:
    """What the charts show, with the numbers of the run once there are some."""
    gap = ""
    if result and not result["diverged_at"]:
        gap = (
            f" Here the last training batches stood at {result['train_accuracy']:.1%}, validation at "
            f"{result['validation_accuracy']:.1%}."
        )
    return f"""
- **The distorted pictures are harder than the real ones.** With strong augmentation validation can lie above training:
  the network is trained on pictures that are mirrored and changed, and looked at on clean ones.{gap}
- **Brightness does nothing.** Standardisation takes each picture's mean off after it was brightened. The tab
  Augmentation shows it: the twelve pictures the network gets differ no more than before.
- **The loss falls once more when the rate falls.** Long steps bounce from wall to wall of the valley; short ones reach
  its floor. Let the rate fall too early and the network stays where it was.
- **The gradient does not go to zero.** It grows while the loss falls, because each batch pulls another way.
- **The first kernels become edges and pairs of opposite colours.** What stays noise is not needed.
- **Cats and dogs are the last to be told apart**, ships and cars the first: see the bars of the kinds.
"""
