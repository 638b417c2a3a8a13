"""DeepDream: a picture changes until a network sees more of something in it, and what channels want to see."""

import streamlit as st

from engine.dream_settings import DeepDreamSettings
from engine.sources.catalog import INCEPTION5H
from pages.ui.anatomy import page_head, settings_and_stage
from pages.ui.channel_browser import channel_browser
from pages.ui.dream_bugs import dream_bugs
from pages.ui.dream_form import dream_form, load_beforehand
from pages.ui.dream_lessons import code, notice, your_turn
from pages.ui.dream_stage import dream_stage
from pages.ui.lesson_tabs import lesson_tabs
from pages.ui.live import live_view
from pages.ui.own_dreams import own_dreams
from pages.ui.run_record import example_run
from pages.ui.session import shown_run
from pages.ui.sharing import share_button
from pages.ui.sources_panel import source_note

page_head(
    "DeepDream",
    "Ask a network to see more of whatever it already sees, and change the picture until it does. What appears tells "
    "what each layer has learned.",
)
load_beforehand(DeepDreamSettings().network)
run = shown_run(DeepDreamSettings)
share_button(run)
settings_column, stage = settings_and_stage()
with settings_column:
    dream_form(running=bool(run and run.active))
    source_note(INCEPTION5H)
with stage:
    if run:
        live_view(run, dream_stage)
    else:
        st.caption("A finished example, dreamt beforehand: the preset Eyes on the photograph of a temple.")
        dream_stage(example_run(DeepDreamSettings, "deep_dream.json"))
lesson_tabs(
    "dream_tab",
    {
        "Channels": channel_browser,
        "Your own network": own_dreams,
        "What to notice": notice,
        "Spot the bug": dream_bugs,
        "Your turn": your_turn,
        "The code": code,
    },
)
