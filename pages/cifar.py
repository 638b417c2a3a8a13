"""CIFAR-10: a deeper network learns small colour pictures, with augmentation and a learning rate that changes."""

import streamlit as st

from engine.models.layers import cifar_layers
from engine.settings import CifarSettings
from engine.sources.catalog import CIFAR10
from pages.ui.anatomy import page_head, settings_and_stage
from pages.ui.augmentation_view import augmentation_view
from pages.ui.cifar_bugs import cifar_bugs
from pages.ui.cifar_files import NETWORK, cifar_charts, cifar_program
from pages.ui.cifar_mistakes import where_it_is_wrong
from pages.ui.cifar_stage import draw_stage
from pages.ui.cifar_words import example, what_to_notice
from pages.ui.classify_picture import classify_picture
from pages.ui.code import cifar_code
from pages.ui.compare import compare
from pages.ui.controls import chosen, preset_picker, setting_inputs
from pages.ui.drawing import drawing
from pages.ui.lesson_tabs import lesson_tabs
from pages.ui.live import live_view
from pages.ui.live_chart import live_chart
from pages.ui.memory_note import start_button
from pages.ui.network_diagram import network_svg
from pages.ui.schedule_chart import schedule_chart, spoken_schedule
from pages.ui.session import shown_run, start_and_show
from pages.ui.sharing import share_button
from pages.ui.sources_panel import source_note
from pages.ui.take_away import take_away
from pages.ui.your_turn import your_turn


def train() -> None:
    """Start a run of the chosen settings and show it."""
    start_and_show(chosen(CifarSettings))


def settings_form(running: bool) -> None:
    """Presets, the settings that matter most, the learning rate with its drawing, the rest in folds, the button."""
    preset_picker(CifarSettings)
    setting_inputs(CifarSettings, ["steps", "batch_size", "learning_rate", "optimizer"])
    setting_inputs(CifarSettings, ["schedule"], columns=1)
    if chosen(CifarSettings).schedule in ("staircase", "exponential"):
        setting_inputs(CifarSettings, ["decay_factor", "decay_steps"])
    settings = chosen(CifarSettings)
    live_chart(schedule_chart(settings), key="schedule", height=250, description=spoken_schedule(settings))
    with st.expander("Network", icon=":material/account_tree:"):
        setting_inputs(CifarSettings, ["width", "batch_norm", "dropout", "l2", "precision"])
    with st.expander("Evaluation and seed", icon=":material/query_stats:"):
        setting_inputs(CifarSettings, ["eval_every", "seed"])
    start_button("Train", lambda: chosen(CifarSettings), on_click=train, running=running)
    source_note(CIFAR10)


page_head(
    "CIFAR-10",
    "A deeper network learns ten kinds of small colour pictures. See what augmentation, normalisation and the "
    "learning rate each bring, and where the chapter's program goes wrong.",
)
run = shown_run(CifarSettings)
share_button(run)
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
        "Where it is wrong": lambda: where_it_is_wrong(run),
        "Compare": lambda: compare(CifarSettings, run),
        "Take away": lambda: take_away(run or example(), "cifar", NETWORK, cifar_charts, cifar_program),
        "What to notice": lambda: st.markdown(what_to_notice((run or example()).result)),
        "Spot the bug": cifar_bugs,
        "Your turn": lambda: your_turn("cifar"),
        "The code": lambda: st.code(cifar_code(chosen(CifarSettings)), language="python"),
    },
)
