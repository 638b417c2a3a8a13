"""What of a run of MNIST can be taken away."""

from dataclasses import asdict

from engine.errors import LabError
from engine.history import learning_rates, marks, points
from engine.records import Run
from engine.sources.catalog import MNIST
from engine.sources.locate import locate
from engine.standalone import program
from pages.ui.chart_files import ChartFile
from pages.ui.charts import accuracy_chart, loss_chart, marked
from pages.ui.run_record import run_precision
from pages.ui.take_away import Network, as_it_ended

NETWORK = Network(
    "engine.models.mnist",
    "It takes float32 images [n, 28, 28, 1] from 0 (paper) to 1 (ink) and gives logits, largest for its answer.",
)


def mnist_charts(run: Run) -> list[ChartFile]:
    """Loss and accuracy, as on the stage."""
    history, total = points(run.events), run.settings.steps
    figures = {"Loss": loss_chart(history, total, run.id), "Accuracy": accuracy_chart(history, total, run.id)}
    title = run.name or "MNIST"
    return [
        ChartFile(name, f"{title}: {name.lower()}", f"mnist-{name.lower()}", marked(figure, marks(run.events), total))
        for name, figure in figures.items()
    ]


def mnist_program(run: Run) -> str:
    """The program that does this run again, with every change of its learning rate."""
    rates = learning_rates(run.events, run.settings.learning_rate)
    values = asdict(run.settings) | {
        "learning_rates": rates,
        "whole_mnist": _whole(run),
        "precision": run_precision(run),
    }
    return program("mnist", values, as_it_ended(run))


def _whole(run: Run) -> bool:
    """Whether it learned from all of MNIST; before its end, whether that is here now."""
    if run.result:
        return bool(run.result["train_images"] > 50_000)
    try:
        return bool(locate(MNIST).real)
    except LabError:
        return False
