"""What to notice on the DeepDream page, things to try, and the code."""

import streamlit as st

from engine.dream_settings import DeepDreamSettings, terms_of
from engine.errors import LabError
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


def dream_code(settings: DeepDreamSettings) -> str:
    """Plain TensorFlow lines for the same dream; they need `picture`, and `maps` as they say."""
    s = settings
    score = "\n             + ".join(_score(t.kind, t.layer, t.channel, t.weight) for t in terms_of(s))
    layers = ", ".join(f'"{term.layer}"' for term in terms_of(s))
    return f"""\
import numpy as np
import tensorflow as tf

# maps: a function of a picture float32 [1, height, width, 3] that returns the maps of {layers}, before any ReLU

@tf.function(input_signature=[tf.TensorSpec([None, None, 3])])  # one graph for all sizes
def gradient(picture):
    with tf.GradientTape() as tape:
        tape.watch(picture)
        y = maps(picture[tf.newaxis])
        score = ({score})
    return tape.gradient(score, picture)

def resize(picture, size):
    return tf.image.resize(picture, size).numpy()

details = []  # from the largest octave to the smallest
for _ in range({s.octaves} - 1):
    small = resize(picture, np.int32(np.float32(picture.shape[:2]) / {s.octave_scale:g}))
    details.append(picture - resize(small, picture.shape[:2]))
    picture = small

for octave in range({s.octaves}):
    if octave:
        detail = details[-octave]
        picture = resize(picture, detail.shape[:2]) + detail
    for _ in range({s.iterations}):
        shift = np.random.randint(max(1, {s.jitter}), size=2)
        g = gradient(np.roll(picture, shift, (0, 1)))           # tiles of {s.tile_size}, where it is larger
        g = np.roll(g, -shift, (0, 1))
        picture = picture + g * ({s.step_size:g} / (np.abs(g).mean() + 1e-7))
picture = np.clip(picture, 0, 255).astype(np.uint8)
"""


def _score(kind: str, layer: str, channel: int, weight: float) -> str:
    times = f"{weight:g} * " if weight != 1 else ""
    match kind:
        case "layer":
            return f'{times}tf.reduce_mean(y["{layer}"] ** 2)'
        case "neuron":
            return f'y["{layer}"][0, rows // 2, columns // 2, {channel}]'
        case "class":
            return 'y["logits"][0, number_of_the_class]'
        case "guide":
            return f'best_product(y["{layer}"], guide_features)'
        case _:
            return f'{times}tf.reduce_mean(y["{layer}"][..., {channel}])'
