"""Convolution: every multiplication of it, on numbers, on a picture, and on through activation and pooling."""

import streamlit as st

from pages.ui.anatomy import page_head
from pages.ui.step_view import step_view

VIEWS = {"step": "Step through it"}

page_head(
    "Convolution",
    "A convolution slides a small kernel over a picture and writes down how well each place matches it. Here "
    "every multiplication can be seen, changed and checked against TensorFlow.",
)
step_view()
