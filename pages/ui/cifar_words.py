"""What the CIFAR-10 page says of a run, and the example it shows before the first."""

from collections.abc import Sequence

from engine.errors import LabError
from engine.records import Run
from engine.settings import CifarSettings
from engine.sources.catalog import CIFAR10
from engine.sources.cifar10 import NAMES
from engine.sources.locate import locate
from engine.sources.photo10 import NAMES as PHOTO10_NAMES
from pages.ui.live import duration
from pages.ui.run_record import divergence, example_run

KINDS = """- **Cats and dogs are the last to be told apart**, ships and cars the first: see the bars of the kinds.
"""


def example() -> Run:
    """A run of the quick preset, computed by `engine.experiments.make_cifar_example`, which ships with the app."""
    return example_run(CifarSettings, "cifar.json")


def names_of(run: Run) -> Sequence[str]:
    """What the classes of the run are called: as its result says, or by the pictures that are here."""
    if run.result:
        return run.result["classes"]
    return names_here()


def names_here() -> Sequence[str]:
    """What the classes of CIFAR-10 are called, or of what stands in for it here."""
    try:
        return NAMES if locate(CIFAR10).real else PHOTO10_NAMES
    except LabError:
        # The page says elsewhere what is wrong with the data.
        return NAMES


def summary(run: Run, result: dict) -> str:
    """The result in words, with its 95% interval."""
    if diverged := divergence(result):
        return diverged
    low, high = result["test_accuracy_low"], result["test_accuracy_high"]
    stand_in = "" if result["real_data"] else " This is Photo-10, which stands in for CIFAR-10 and is far easier."
    return (
        f"**{result['test_accuracy']:.1%} of all {result['test_images']:,} test pictures are named right** "
        f"(95% interval {low:.1%} to {high:.1%}), after {duration(run.elapsed_s)} in all; steps alone went at "
        f"{result['examples_per_second']:,.0f} images/s in {result['precision']}.{stand_in} {result['remark']}"
    )


def what_to_notice(result: dict | None) -> str:
    """What the charts show, with the numbers of the run once there are some."""
    real = result["real_data"] if result else names_here() is NAMES
    kinds, gap = KINDS if real else "", ""
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
- **The gradient stays long after the loss is nearly flat**, because each batch pulls another way. It vanishes only
  where the network knows all its pictures by heart, as with few of them.
- **The first kernels become edges and pairs of opposite colours.** What stays noise is not needed.
{kinds}"""
