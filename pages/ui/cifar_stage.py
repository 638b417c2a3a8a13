"""The stage of the CIFAR-10 page: four charts, a few pictures, the kernels as they form, and the kinds one by one."""

import math

import streamlit as st

from engine.events import ClassAccuracy, Predictions, Progress, Snapshot
from engine.history import marks, points
from engine.records import Run
from pages.ui.charts import Figure, accuracy_chart, loss_chart, marked, metric_chart
from pages.ui.cifar_words import names_of, summary
from pages.ui.class_bars import class_bars_html
from pages.ui.gallery import gallery_html
from pages.ui.kernels_view import kernels_html
from pages.ui.live_chart import Chart, live_charts
from pages.ui.looks import drawn


def charts_of(run: Run) -> dict[str, Figure]:
    """The live charts by their names."""
    history, total = points(run.events), run.settings.steps
    charts = {
        "Loss": loss_chart(history, total, run.id, "validation"),
        "Accuracy": accuracy_chart(history, total, run.id, "validation"),
        "Learning rate": metric_chart(history, "learning_rate", "Learning rate", total, run.id),
        "Gradient norm": metric_chart(history, "gradient_norm", "Gradient norm", total, run.id),
    }
    return {name: marked(chart, marks(run.events), total) for name, chart in charts.items()}


def draw_stage(run: Run) -> None:
    """All of it as it is now; at the end also the result in words."""
    live_charts(*drawn(run, _spoken_charts), key="learning", height=210)
    st.html(drawn(run, pictures_html))
    if run.result:
        st.markdown(summary(run, run.result))


def pictures_html(run: Run) -> str:
    """A few pictures with what they are taken for, the kernels, and the kinds one by one, each in its place."""
    gallery = next((event for event in reversed(run.events) if isinstance(event, Predictions)), None)
    kernels = [event for event in run.events if isinstance(event, Snapshot) and event.name == "kernels"]
    return (
        f'<div class="lab-gallery-place">{gallery_html(gallery, names_of(run)) if gallery else ""}</div>'
        f'<div class="lab-kinds">{kernels_html(kernels)}{kinds_html(run)}</div>'
    )


def kinds_html(run: Run) -> str:
    """Accuracy kind by kind: on the validation pictures while it learns, in the end on the test pictures."""
    if result := run.result:
        shares, when = result["class_accuracy"], f"All {result['test_images']:,} test pictures, kind by kind"
    elif last := next((event for event in reversed(run.events) if isinstance(event, ClassAccuracy)), None):
        shares, when = last.shares, f"Validation pictures after step {last.step:,}, kind by kind"
    else:
        # Places that are filled later: what has not been looked at is not 0%.
        shares, when = dict.fromkeys(names_of(run), math.nan), "Validation pictures, kind by kind"
    bars = class_bars_html(shares, f"{when}: the share named right", best_first=False)
    return f"<figure>{bars}<figcaption>{when}: the share that is named right.</figcaption></figure>"


def _spoken_charts(run: Run) -> list[Chart]:
    history = points(run.events)
    return [Chart(figure, _spoken(name, history)) for name, figure in charts_of(run).items()]


def _spoken(name: str, history: list[Progress]) -> str:
    if not history:
        return f"{name} over the steps; no values yet."
    word, last = name.lower().replace(" ", "_"), history[-1]
    values = ", ".join(f"{key.replace('_', ' ')} {value:.3g}" for key, value in last.metrics.items() if word in key)
    return f"{name} over the steps. At step {last.step:,}: {values}."
