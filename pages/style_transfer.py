"""Style transfer: a photograph is painted in the style of another picture while one watches."""

from pathlib import Path

import streamlit as st

from engine.errors import LabError
from engine.rules import Picture, rules_of
from engine.sources.catalog import VGG16, VGG19
from engine.style_settings import StyleSettings
from pages.ui.anatomy import page_head, settings_and_stage
from pages.ui.controls import chosen
from pages.ui.lesson_tabs import lesson_tabs
from pages.ui.live import live_view
from pages.ui.session import shown_run, start_and_show
from pages.ui.sharing import share_button
from pages.ui.sources_panel import source_note
from pages.ui.style_code import style_code
from pages.ui.style_inputs import memory_note, picture_inputs, setting_form
from pages.ui.style_lessons import bugs, layers, notice
from pages.ui.style_stage import NAMES, draw_stage, share_of_time
from pages.ui.wipe import file_address, wipe

EXAMPLE = Path(__file__).parent / "examples" / "style_transfer"
# The picture changes twice a second at first.
POLL_S = 0.45


def stylize(shown: StyleSettings) -> None:
    """Start a run of the pictures of `shown` and the settings as the widgets stand now, and show it."""
    pictures = {name: getattr(shown, name) for name, rule in rules_of(shown).items() if isinstance(rule, Picture)}
    try:
        start_and_show(chosen(StyleSettings, **pictures))
    except LabError as error:
        st.toast(str(error), icon=":material/error:")


def settings_column(running: bool) -> StyleSettings:
    """Pictures, settings, the button, and what the run would take; the defaults where a setting is not right."""
    files = picture_inputs()
    try:
        settings = setting_form(files)
        fits, note = memory_note(settings)
    except LabError as error:
        settings, fits, note = StyleSettings(**files), False, f":material/error: {error}"
    st.button(
        "Stylize",
        icon=":material/brush:",
        type="primary",
        width="stretch",
        on_click=stylize,
        args=(settings,),
        disabled=running or not fits,
    )
    st.caption(note)
    source_note(VGG16 if settings.network == "vgg16" else VGG19)
    return settings


def example() -> None:
    """A finished painting, before the first run."""
    before, after = (file_address(EXAMPLE / name) for name in ("photograph.jpg", "painting.jpg"))
    wipe(before, after, (255, 384), names=NAMES, key="example")
    st.caption("A finished example, painted beforehand with the first preset: a cat in stained glass. Move the line.")


page_head(
    "Style transfer",
    "What a picture shows and how it is painted are different statistics of the same network. A third picture is "
    "changed, step by step, until it has the one of your photograph and the other of your style.",
)
run = shown_run(StyleSettings)
share_button(run)
left, stage = settings_and_stage()
with left:
    settings = settings_column(running=bool(run and run.active))
with stage:
    if run:
        live_view(run, draw_stage, share=share_of_time, poll_s=POLL_S)
    else:
        example()
lesson_tabs(
    "style_tab",
    {
        "What to notice": notice,
        "What layers see": lambda: layers(settings),
        "Spot the bug": lambda: bugs(settings),
        "The code": lambda: st.code(style_code(settings), language="python"),
    },
)
