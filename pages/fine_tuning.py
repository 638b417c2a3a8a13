"""Fine-tuning: prepare a data set, teach a trained network its classes, and name pictures with it."""

import streamlit as st

from engine.settings import FineTuningSettings
from pages.ui.anatomy import page_head
from pages.ui.compare import compare
from pages.ui.controls import chosen
from pages.ui.learning_curve import learning_curve
from pages.ui.lesson_tabs import lesson_tabs
from pages.ui.name_picture import name_section
from pages.ui.own_classes import own_classes
from pages.ui.prepare_section import prepare_section
from pages.ui.sharing import share_button
from pages.ui.tune_bug import tune_bug
from pages.ui.tune_code import tune_code
from pages.ui.tune_files import tune_files
from pages.ui.tune_mistakes import tune_mistakes
from pages.ui.tune_section import chart_files_of, chosen_here, tune_section
from pages.ui.tune_words import NOTICE, example
from pages.ui.your_turn import your_turn

page_head(
    "Fine-tuning",
    "A network trained on a million photographs learns new classes from a handful. Prepare the pictures, train a new "
    "head on the frozen backbone, then let its top blocks learn with care.",
)
prepared = prepare_section()
folder = prepared.result["folder"] if prepared and prepared.result else ""
run = tune_section(folder)
share_button(run or prepared)
name_section(run)
lesson_tabs(
    "tuning_tab",
    {
        "Your own classes": own_classes,
        "Where it is wrong": lambda: tune_mistakes(run),
        "Learning curve": lambda: learning_curve(chosen_here(folder)),
        "Compare": lambda: compare(FineTuningSettings, run),
        "What to notice": lambda: st.markdown(NOTICE),
        "Spot the bug": tune_bug,
        "Your turn": lambda: your_turn("fine_tuning", "Fine-tune"),
        "Take away": lambda: tune_files(run or example(), chart_files_of),
        "The code": lambda: st.code(tune_code(chosen(FineTuningSettings)), language="python"),
    },
)
