"""Convolution: every multiplication of it, on numbers, on a picture, and on through activation and pooling."""

from pages.ui.anatomy import page_head
from pages.ui.convolution_lessons import lessons
from pages.ui.picture_source import own_picture
from pages.ui.picture_view import picture_view
from pages.ui.pooling_view import pooling_view
from pages.ui.sliding_inputs import choice
from pages.ui.stack_view import stack_view
from pages.ui.step_view import step_view, stepped_window

VIEWS = {
    "Step through it": step_view,
    "On a picture": picture_view,
    "Activation and pooling": pooling_view,
    "A whole stack": lambda: stack_view(own_picture()),
}

page_head(
    "Convolution",
    "A convolution slides a small kernel over a picture and writes down how well each place matches it. Here "
    "every multiplication can be seen, changed and checked against TensorFlow.",
)
view = choice("View", "view", {name: name for name in VIEWS}, labelled=False, wrap=True)
VIEWS[view]()
lessons(stepped_window())
