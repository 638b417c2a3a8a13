"""The tab "The code" of DeepDream: a dream of the settings as they stand in plain TensorFlow."""

from engine.dream_settings import DeepDreamSettings, Term, class_number, terms_of
from engine.feature_maps import class_names

GRADIENT = """\
import numpy as np
{scipy}import tensorflow as tf

# picture: float32 [height, width, 3] from 0 to 255, neither longer than {max_size} pixels
# maps: a function of such pictures [1, height, width, 3] that returns {layers} of {network}, before any ReLU
rng = np.random.default_rng({seed})
{guide}

@tf.function(input_signature=[tf.TensorSpec([None, None, 3])])  # one graph for all sizes
def gradient(picture):
    with tf.GradientTape() as tape:
        tape.watch(picture)
        y = maps(picture[tf.newaxis])
        score = ({score})
    return tape.gradient(score, picture)


def step(picture):
    shift = int(rng.integers({reach})), int(rng.integers({reach}))
    moved = np.roll(picture, shift, (0, 1))
    g = gradient(moved).numpy()  # {seen}, where a side is longer than {tile_size} pixels
"""

GUIDE = """\

# guide: float32 [places, channels], the maps of the guide picture

def fitting(maps):
    flat = tf.reshape(maps, [-1, maps.shape[-1]])
    best = tf.argmax(tf.matmul(tf.stop_gradient(flat), guide, transpose_b=True), axis=1)
    return tf.reduce_mean(tf.reduce_sum(flat * tf.gather(guide, best), axis=1))

"""

BLUR = """\
    g = scipy.ndimage.gaussian_filter(g, ({blur:g}, {blur:g}, 0))  # larger forms, less grain
"""

MOVE = """\
    moved = moved + g * ({step_size:g} / (np.abs(g).mean() + 1e-7))
"""

SMOOTHING = """\
    neighbours = sum(np.roll(moved, by, axis) for axis in (0, 1) for by in (-1, 1)) / 4
    moved = moved + {smoothing:g} * (neighbours - moved)
"""

OCTAVES = """\
    return np.roll(moved, (-shift[0], -shift[1]), (0, 1))


def resize(picture, size):
    return tf.image.resize(picture, size).numpy()


details = []  # from the largest octave to the smallest
for _ in range({octaves} - 1):
    small = resize(picture, [int(length / {octave_scale:g}) for length in picture.shape[:2]])
    details.append(picture - resize(small, picture.shape[:2]))
    picture = small

for octave in range({octaves}):
    if octave:
        detail = details[-octave]
        picture = resize(picture, detail.shape[:2]) + detail
    for _ in range({iterations}):
        picture = step(picture)
dream = np.clip(picture, 0, 255).round().astype(np.uint8)
"""

ZOOM = """
for _ in range({zoom_frames}):  # each a frame
    height, width = picture.shape[:2]
    wide = resize(picture, [int(np.ceil(length * {zoom:g})) for length in (height, width)])
    top, left = (wide.shape[0] - height) // 2, (wide.shape[1] - width) // 2
    picture = wide[top : top + height, left : left + width]
    for _ in range({zoom_iterations}):
        picture = step(np.clip(picture, 0, 255))
"""


def dream_code(settings: DeepDreamSettings) -> str:
    """Lines that dream the same; they need only `picture` and `maps`, and `guide` where there is one."""
    s = settings
    terms = terms_of(s)
    parts = [GRADIENT, BLUR if s.blur else "", MOVE, SMOOTHING if s.smoothing else "", OCTAVES]
    text = "".join([*parts, ZOOM if s.zoom_frames else ""])
    names = {name: getattr(s, name) for name in s.__dataclass_fields__}
    names |= {
        "layers": ", ".join(f'y["{term.layer}"]' for term in terms),
        "score": "\n                 + ".join(map(_score, (_numbered(term, s) for term in terms))),
        "scipy": "import scipy.ndimage\n" if s.blur else "",
        "guide": GUIDE if s.objective == "guide" else "",
        # A neuron is the one in the middle, wherever the picture was shifted to.
        "seen": "of the middle alone" if s.objective == "neuron" else "in tiles",
        "reach": 1 if s.objective == "neuron" else max(1, s.jitter),
    }
    return text.format(**names)


def _numbered(term: Term, settings: DeepDreamSettings) -> Term:
    """A class by its number."""
    if term.kind != "class":
        return term
    return Term("class", "logits", class_number(settings.image_class, class_names()))


def _score(term: Term) -> str:
    times = f"{term.weight:g} * " if term.weight != 1 else ""
    maps = f'y["{term.layer}"]'
    match term.kind:
        case "layer":
            return f"{times}tf.reduce_mean({maps} ** 2)"
        case "neuron":
            return f"{maps}[0, tf.shape({maps})[1] // 2, tf.shape({maps})[2] // 2, {term.channel}]"
        case "guide":
            return f"fitting({maps})"
        case _:
            return f"{times}tf.reduce_mean({maps}[..., {term.channel}])"
