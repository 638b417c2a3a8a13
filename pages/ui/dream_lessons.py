"""What to notice on the DeepDream page, things to try, and the code."""

import streamlit as st

from engine.errors import LabError
from pages.ui.dream_code import dream_code
from pages.ui.dream_form import dream_settings

NOTICE = """
- **Nothing is learned here.** The weights stand still and the picture moves: the same gradient as in training, taken
  with respect to the pixels, uphill.
- **Layers see different things.** Early ones answer to edges and hatching, the middle to eyes and scales, deep ones to
  faces, flowers and whole objects, as more and more of the picture lies in one receptive field.
- **The network sees what it was shown.** Two in five of ImageNet's classes are animals, so clouds turn into dogs.
- **Each octave begins lower than the last one ended.** Enlarging a picture blurs what excited the network; the new size
  is climbed anew, and adds the smaller forms.
- **A channel before its ReLU has a gradient even where it is silent**, so that a dream can wake it. After the
  ReLU it would be stuck at zero.
"""

TURN = """
1. Dream of block2, block6, block10 and block14. What becomes larger, what becomes stranger?
2. Set the octaves to 1. Which forms are missing now, and why?
3. Set the jitter to 0 and the tile size to 128. Can you see the tiles?
4. Start from noise and dream of a class. What does the network think belongs to it that does not?
5. Give it a guide picture of flowers. What does it borrow, the colours or the forms?
"""


def notice() -> None:
    """What to notice."""
    st.markdown(NOTICE)


def your_turn() -> None:
    """Things to try."""
    st.markdown(TURN)


def code() -> None:
    """The lines that matter, with the settings as they stand."""
    try:
        st.code(dream_code(dream_settings()), language="python")
    except LabError as error:
        st.error(str(error))
