"""MNIST: a small convolutional network learns handwritten digits while one watches."""

import streamlit as st

from engine.events import Predictions, Progress
from engine.history import marks, points
from engine.models.layers import mnist_layers
from engine.records import Run
from engine.settings import MnistSettings
from engine.sources.catalog import MNIST
from pages.ui.anatomy import page_head, settings_and_stage
from pages.ui.charts import accuracy_chart, loss_chart, marked
from pages.ui.code import mnist_code
from pages.ui.compare import compare
from pages.ui.controls import chosen, preset_picker, setting_inputs
from pages.ui.draw_digit import draw_digit
from pages.ui.drawing import drawing
from pages.ui.gallery import gallery_html
from pages.ui.lesson_tabs import lesson_tabs
from pages.ui.live import live_view
from pages.ui.live_chart import Chart, live_charts
from pages.ui.looks import drawn
from pages.ui.memory_note import start_button
from pages.ui.mnist_bugs import spot_the_bug
from pages.ui.mnist_evidence import DIGITS
from pages.ui.mnist_files import NETWORK, mnist_charts, mnist_program
from pages.ui.mnist_inside import what_it_learned, where_it_is_wrong
from pages.ui.mnist_words import example, summary, what_to_notice
from pages.ui.network_diagram import network_svg
from pages.ui.session import shown_run, start_and_show
from pages.ui.sharing import share_button
from pages.ui.sources_panel import source_note
from pages.ui.take_away import take_away
from pages.ui.your_turn import your_turn


def train() -> None:
    """Start a run of the chosen settings and show it."""
    start_and_show(chosen(MnistSettings))


def settings_form(running: bool) -> None:
    """Presets, the settings that matter most, the rest in two folds, and the button."""
    preset_picker(MnistSettings)
    setting_inputs(MnistSettings, ["steps", "batch_size", "learning_rate", "momentum"])
    with st.expander("Network", icon=":material/account_tree:"):
        setting_inputs(MnistSettings, ["conv1_features", "pool1", "conv2_features", "pool2", "dense_size", "precision"])
    with st.expander("Evaluation and seed", icon=":material/query_stats:"):
        setting_inputs(MnistSettings, ["eval_every", "eval_size", "seed"])
    start_button("Train", lambda: chosen(MnistSettings), on_click=train, running=running)
    source_note(MNIST)


def draw_stage(run: Run) -> None:
    """Two charts, six digits, and the summary once there is one."""
    live_charts(*drawn(run, charts_of), key="learning", height=250)
    st.html(drawn(run, digits_of))
    if run.result:
        st.markdown(summary(run, run.result))


def charts_of(run: Run) -> list[Chart]:
    """Loss and accuracy over the steps."""
    history, happened, total = points(run.events), marks(run.events), run.settings.steps
    charts = {"Loss": loss_chart, "Accuracy": accuracy_chart}
    return [
        Chart(marked(chart(history, total, run.id), happened, total), _spoken(name, history))
        for name, chart in charts.items()
    ]


def digits_of(run: Run) -> str:
    """The last six test digits and what the network takes them for, in their place."""
    gallery = next((event for event in reversed(run.events) if isinstance(event, Predictions)), None)
    return f'<div class="lab-gallery-place">{gallery_html(gallery, DIGITS) if gallery else ""}</div>'


def _spoken(name: str, history: list[Progress]) -> str:
    if not history:
        return f"{name} over the steps; no values yet."
    values = ", ".join(f"{k.replace('_', ' ')} {v:.3g}" for k, v in history[-1].metrics.items() if name.lower() in k)
    return f"{name} over the steps. At step {history[-1].step}: {values}."


page_head(
    "MNIST",
    "A network of two convolutions learns to read handwritten digits from a few thousand examples, here, now. "
    "Change anything about it, press Train and watch what that does.",
)
run = shown_run(MnistSettings)
share_button(run)
settings_column, stage = settings_and_stage()
with settings_column:
    settings_form(running=bool(run and run.active))
with stage:
    drawing(network_svg(mnist_layers(chosen(MnistSettings))), key="network")
    if run:
        live_view(run, draw_stage, steered=True)
    else:
        st.caption(
            "A finished example: the chapter's settings on the 5,000 digits that come with the app, trained beforehand."
        )
        draw_stage(example())
draw_digit(run)
lesson_tabs(
    "mnist_tab",
    {
        "What to notice": lambda: st.markdown(what_to_notice((run or example()).result)),
        "Where it is wrong": lambda: where_it_is_wrong(run),
        "What it learned": lambda: what_it_learned(run),
        "Spot the bug": lambda: spot_the_bug(run),
        "Your turn": lambda: your_turn("mnist"),
        "Compare": lambda: compare(MnistSettings, run),
        "Take away": lambda: take_away(run or example(), "mnist", NETWORK, mnist_charts, mnist_program),
        "The code": lambda: st.code(mnist_code(chosen(MnistSettings)), language="python"),
    },
)
