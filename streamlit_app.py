"""CNN Lab: the app. Navigation only; each page is a script in `pages/`."""

from pathlib import Path

import streamlit as st

from pages.ui.anatomy import begin_app, check_set_up
from pages.ui.menu import close_menu_on_choice
from pages.ui.presenter import presenter
from pages.ui.theme import apply_style
from pages.ui.tour import tour
from pages.ui.uploads import limit_uploads
from pages.ui.visitor import keep_visitor

st.set_page_config(page_title="CNN Lab", page_icon=Path(__file__).parent / "static" / "icon.png", layout="wide")
check_set_up()
begin_app()
apply_style()
limit_uploads()
page = st.navigation(
    [
        st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
        st.Page("pages/convolution.py", title="Convolution", icon=":material/grid_on:"),
        st.Page("pages/mnist.py", title="MNIST", icon=":material/edit:"),
        st.Page("pages/cifar.py", title="CIFAR-10", icon=":material/pets:"),
        st.Page("pages/fine_tuning.py", title="Fine-tuning", icon=":material/tune:"),
        st.Page("pages/style_transfer.py", title="Style transfer", icon=":material/brush:"),
        st.Page("pages/deep_dream.py", title="DeepDream", icon=":material/cloud:"),
        st.Page("pages/runs.py", title="Runs", icon=":material/history:"),
        st.Page("pages/board.py", title="Your turn board", icon=":material/groups:", visibility="hidden"),
    ],
    position="top",
)
page.run()
keep_visitor()
close_menu_on_choice()
presenter(page)
tour(page.url_path)
