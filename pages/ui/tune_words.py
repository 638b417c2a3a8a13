"""What the fine-tuning page says, and the example that it shows before the first run."""

from collections.abc import Sequence
from pathlib import Path

from engine.events import Predictions
from engine.records import Run
from engine.settings import FineTuningSettings, PrepareSettings
from pages.ui.cifar_words import names_here
from pages.ui.run_record import example_run

NOTICE = """
- **The first curve climbs in a second.** Only one dense layer learns, on features that were computed once: the
  backbone has seen a million photographs and already knows edges, fur and wheels.
- **At the line the top blocks join in, at a tenth of the rate.** Longer steps would throw away what ImageNet taught
  them.
- **Training reaches 100%, validation does not.** A hundred pictures a class are soon known by heart; what is new
  in the validation pictures is not. Try 10 and 500 a class, and from scratch on the same number.
- **Validation is looked at all the time, the test once.** The curves of validation stand on some fifty pictures a class
  that were set apart; the number at the end stands on all test pictures, of which nothing was ever seen.
- **The batch normalisation keeps ImageNet's statistics.** They are folded into the convolutions here. With
  statistics of small batches the unfrozen blocks would see other numbers in training than in use.
- **Larger is better, and slower.** The pictures have 32×32 pixels, yet at 192 more of the backbone fits them than
  at 96.
"""


def example() -> Run:
    """A run of the defaults on CIFAR-10 that `make_fine_tuning_example` made; it ships with the app."""
    return example_run(FineTuningSettings, "fine_tuning.json")


def prepared_example() -> Run:
    """CIFAR-10 in the chapter's folders, made likewise."""
    return example_run(PrepareSettings, "prepare.json")


def names_of(run: Run) -> Sequence[str]:
    """What the classes of the run are called: as its result says, or by its data."""
    if run.result:
        return run.result["classes"]
    if not run.settings.folder:
        return names_here()
    train = Path(run.settings.folder) / "train_dir"
    names = sorted(path.name for path in train.iterdir() if path.is_dir()) if train.is_dir() else []
    # The folder may have been changed or deleted since.
    count = next((e.probabilities.shape[1] for e in run.events if isinstance(e, Predictions)), len(names))
    return names if len(names) == count else [f"class {number}" for number in range(count)]
