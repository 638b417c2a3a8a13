"""Convolution: every multiplication of it, on numbers, on a picture, and on through activation and pooling."""

from pages.ui.anatomy import page_head
from pages.ui.convolution_lessons import lessons
from pages.ui.picture_view import picture_view
from pages.ui.pooling_view import pooling_view
from pages.ui.sliding_inputs import choice
from pages.ui.step_view import step_view

VIEWS = {"step": "Step through it", "picture": "On a picture", "pooling": "Activation and pooling"}
DRAW = {"step": step_view, "picture": picture_view, "pooling": pooling_view}

page_head(
    "Convolution",
    "A convolution slides a small kernel over a picture and writes down how well each place matches it. Here "
    "every multiplication can be seen, changed and checked against TensorFlow.",
)
DRAW[choice("View", "view", VIEWS, labelled=False, wrap=True)]()
lessons()
