"""CIFAR-10: a deeper network learns small colour pictures, with augmentation and a learning rate that changes."""

import streamlit as st

from engine.events import Predictions, Snapshot
from engine.history import marks, points
from engine.models.layers import cifar_layers
from engine.records import Run
from engine.settings import CifarSettings
from engine.sources.catalog import CIFAR10
from pages.ui.anatomy import page_head, settings_and_stage
from pages.ui.augmentation_view import augmentation_view
from pages.ui.charts import Figure, accuracy_chart, loss_chart, marked, metric_chart
from pages.ui.cifar_bugs import cifar_bugs
from pages.ui.cifar_words import example, names_of, result_of, summary, what_to_notice
from pages.ui.class_bars import class_bars_html
from pages.ui.classify_picture import classify_picture
from pages.ui.code import cifar_code
from pages.ui.compare import compare
from pages.ui.controls import chosen, preset_picker, setting_inputs
from pages.ui.drawing import drawing
from pages.ui.gallery import gallery_html
from pages.ui.kernels_view import kernels_html
from pages.ui.lesson_tabs import lesson_tabs
from pages.ui.live import live_view
from pages.ui.live_chart import live_chart
from pages.ui.network_diagram import network_svg
from pages.ui.schedule_chart import schedule_chart, spoken_schedule
from pages.ui.session import lab, show_run, shown_run
from pages.ui.sources_panel import source_note
from pages.ui.take_away import ChartFile, Network, take_away

NETWORK = Network(
    "engine.models.cifar",
    "It takes float32 pictures [n, 24, 24, 3], each standardised, and gives logits. Import the lab's "
    "`engine.models.normalization` before you load it.",
)


def train() -> None:
    """Start a run of the chosen settings and show it."""
    show_run(lab().start(chosen(CifarSettings)), CifarSettings)


def settings_form(running: bool) -> None:
    """Presets, the settings that matter most, the learning rate with its drawing, the rest in folds, the button."""
    preset_picker(CifarSettings)
    setting_inputs(CifarSettings, ["steps", "batch_size", "learning_rate", "optimizer"])
    setting_inputs(CifarSettings, ["schedule"], columns=1)
    if chosen(CifarSettings).schedule in ("staircase", "exponential"):
        setting_inputs(CifarSettings, ["decay_factor", "decay_steps"])
    settings = chosen(CifarSettings)
    live_chart(schedule_chart(settings), key="schedule", height=230, description=spoken_schedule(settings))
    with st.expander("Network", icon=":material/account_tree:"):
        setting_inputs(CifarSettings, ["width", "batch_norm", "dropout", "l2", "precision"])
    with st.expander("Evaluation and seed", icon=":material/query_stats:"):
        setting_inputs(CifarSettings, ["eval_every", "seed"])
    st.button("Train", icon=":material/play_arrow:", type="primary", width="stretch", on_click=train, disabled=running)
    source_note(CIFAR10)


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
    """Four charts, some validation pictures, the kernels, and at the end the result, class by class."""
    history = points(run.events)
    cells = [cell for _ in range(2) for cell in st.columns(2)]
    for cell, (name, figure) in zip(cells, charts_of(run).items(), strict=True):
        with cell:
            spoken = _spoken(name, history[-1].metrics) if history else "no values yet"
            live_chart(figure, key=name, height=210, description=f"{name} over the steps; {spoken}.")
    names = names_of(run)
    gallery = next((event for event in reversed(run.events) if isinstance(event, Predictions)), None)
    st.html(f'<div class="lab-gallery-place">{gallery_html(gallery, names) if gallery else ""}</div>')
    kernels, classes = st.columns(2, gap="large")
    pictures = [event for event in run.events if isinstance(event, Snapshot) and event.name == "kernels"]
    kernels.html(kernels_html(pictures))
    if result := result_of(run):
        classes.html(class_bars_html(result["class_accuracy"], "Accuracy of each kind on the test pictures"))
        classes.caption("Test pictures of each kind that are named right.")
        st.markdown(summary(run, result))


def take_away_charts(run: Run) -> list[ChartFile]:
    """The charts of the stage, as files."""
    title = run.name or "CIFAR-10"
    return [
        ChartFile(name, f"{title}: {name.lower()}", f"cifar-{name.lower().replace(' ', '-')}", figure)
        for name, figure in charts_of(run).items()
    ]


def _spoken(name: str, metrics: dict[str, float]) -> str:
    word = name.lower().replace(" ", "_")
    return ", ".join(f"{key.replace('_', ' ')} {value:.3g}" for key, value in metrics.items() if word in key)


page_head(
    "CIFAR-10",
    "A deeper network learns ten kinds of small colour pictures. See what augmentation, normalisation and the "
    "learning rate each bring, and where the chapter's program goes wrong.",
)
run = shown_run(CifarSettings)
settings_column, stage = settings_and_stage()
with settings_column:
    settings_form(running=bool(run and run.active))
with stage:
    drawing(network_svg(cifar_layers(chosen(CifarSettings))), key="network")
    if run:
        live_view(run, draw_stage, steered=True)
    else:
        st.caption("A finished example: the quick preset on the real CIFAR-10, trained beforehand.")
        draw_stage(example())
classify_picture()
lesson_tabs(
    "cifar_tab",
    {
        "Augmentation": augmentation_view,
        "Compare": lambda: compare(CifarSettings, run),
        "Take away": lambda: take_away(
            run or example(), "cifar", NETWORK, take_away_charts, lambda shown: cifar_code(shown.settings)
        ),
        "What to notice": lambda: st.markdown(what_to_notice(result_of(run or example()))),
        "Spot the bug": cifar_bugs,
        "The code": lambda: st.code(cifar_code(chosen(CifarSettings)), language="python"),
    },
)
