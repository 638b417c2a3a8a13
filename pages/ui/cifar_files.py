"""What of a run of CIFAR-10 can be taken away."""

from dataclasses import asdict

from engine.errors import LabError
from engine.history import rate_changes
from engine.records import Run
from engine.sources.catalog import CIFAR10
from engine.sources.locate import locate
from engine.standalone import program
from pages.ui.chart_files import ChartFile
from pages.ui.cifar_stage import charts_of
from pages.ui.run_record import run_precision
from pages.ui.take_away import Network, as_it_ended

NETWORK = Network(
    "engine.models.portable_cifar",
    "It takes float32 pictures [n, 24, 24, 3], each standardised as `tf.image.per_image_standardization` does, and "
    "gives logits, largest for its answer.",
)


def cifar_charts(run: Run) -> list[ChartFile]:
    """The charts of the stage."""
    title = run.name or "CIFAR-10"
    return [
        ChartFile(name, f"{title}: {name.lower()}", f"cifar-{name.lower().replace(' ', '-')}", figure)
        for name, figure in charts_of(run).items()
    ]


def cifar_program(run: Run) -> str:
    """The program that does this run again, with every change of its learning rate."""
    values = asdict(run.settings) | {
        "learning_rates": rate_changes(run.events),
        "whole_cifar": _whole(run),
        "precision": run_precision(run),
    }
    return program("cifar", values, as_it_ended(run))


def _whole(run: Run) -> bool:
    """Whether it learned from CIFAR-10 itself; before its end, whether that is here now."""
    if run.result:
        return bool(run.result["real_data"])
    try:
        return locate(CIFAR10).real
    except LabError:
        return False
