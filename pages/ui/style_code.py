"""The tab "The code" of Style transfer: a painting of the settings as they stand in plain TensorFlow."""

from engine.style_settings import LAST_RATE, StyleSettings
from engine.vgg_layers import weighted_layers

LOSSES = """\
import tensorflow as tf
{scipy}
CONTENT = {content}
STYLE = {style}

# vgg: a function from pictures to {network}'s maps by layer, which pools by {pools} and pads with {beyond}
# photograph, style: float32 [height, width, 3] from 0 to 255, each in its own proportions; the longer side of the
# photograph has at most {max_size} pixels, that of the style {style_scale:g} times as many.
# {sizes} One style, everywhere and in its own colours.


def gram(maps):  # [height, width, channels] -> [channels, channels]: which maps respond together
    flat = tf.reshape(maps, [-1, maps.shape[-1]])
    return tf.matmul(flat, flat, transpose_a=True) / flat.shape[0]{by_channels}


def apart(a, target):  # {unit}
    return tf.reduce_sum((a - target) ** 2) / {by}


# Targets are computed once.
content_targets = {{layer: vgg(photograph)[layer] for layer in CONTENT}}
style_targets = {{layer: gram(vgg(style)[layer]) for layer in STYLE}}


@tf.function
def measure(image):  # its loss, and the slope of each pixel
    with tf.GradientTape() as tape:
        tape.watch(image)
        maps = vgg(image)
        content = sum(w * apart(maps[n], content_targets[n]) for n, w in CONTENT.items()) / {content_sum:g}
        style = sum(w * apart(gram(maps[n]), style_targets[n]) for n, w in STYLE.items()) / {style_sum:g}
        rows, columns = image[1:] - image[:-1], image[:, 1:] - image[:, :-1]
        variation = tf.reduce_mean(rows**2) + tf.reduce_mean(columns**2)
        loss = {content_weight:g} * content + {style_weight:g} * style + {total_variation_weight:g} * variation
    return loss, tape.gradient(loss, image)


start = {start}
"""

ADAM = """\
image = tf.Variable(start)
rate = {rate}
# Slopes are small here, and an epsilon as large as they are would stop it.
optimizer = tf.keras.optimizers.Adam(rate, {beta_1:g}, {beta_2:g}, epsilon=1e-9)
for _ in range({steps}):
    _, slope = measure(image.value())
    optimizer.apply_gradients([(slope, image)])
{clip}"""

CLIP = "    image.assign(tf.clip_by_value(image, 0, 255))\n"

LBFGS = """\


def loss_and_slope(pixels):  # SciPy's vectors are float64
    loss, slope = measure(tf.constant(pixels.reshape(start.shape), tf.float32))
    return float(loss), slope.numpy().ravel().astype("float64")


bounds = scipy.optimize.Bounds({bounds})
options = {{"maxfun": {steps}, "maxcor": 20}}
first = tf.cast(tf.reshape(start, [-1]), tf.float64).numpy()
found = scipy.optimize.minimize(loss_and_slope, first, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
image = tf.constant(found.x.reshape(start.shape), tf.float32)
"""

STARTS = {
    "content": "photograph",
    "style": "tf.image.resize(style, photograph.shape[:2])",
    "noise": "{mean} + 0.256 * tf.random.stateless_normal(photograph.shape, [{seed}, 0])",
}
MEAN = "tf.constant([123.68, 116.779, 103.939])"


def style_code(settings: StyleSettings) -> str:
    """Lines that paint at one size; they need only `photograph`, `style` and `vgg`."""
    s = settings
    network = "vgg16" if s.network == "vgg16" else "vgg19"
    content = weighted_layers(s.content_layers, network, "content_layers")
    style = weighted_layers(s.style_layers, network, "style_layers")
    chapter, adam = s.loss == "chapter", s.optimizer == "adam"
    last = float(f"{LAST_RATE * s.learning_rate:.6g}")
    decay = f"PolynomialDecay({float(s.learning_rate)}, {s.steps}, {last})"
    sizes = f"The lab paints at {s.sizes} sizes, coarse to fine; this is one of them." if s.sizes > 1 else "One size."
    names = {name: getattr(s, name) for name in s.__dataclass_fields__} | {
        "scipy": "" if adam else "import scipy.optimize\n",
        "content": content,
        "style": style,
        "content_sum": sum(content.values()),
        "style_sum": sum(style.values()),
        "network": {"vgg16": "VGG-16", "vgg19": "VGG-19"}.get(s.network, "VGG-19, or VGG-16 where that is not here"),
        "pools": "averages" if s.pooling == "average" else "maxima",
        "beyond": "the edge" if s.padding == "edge" else "zeros",
        "sizes": sizes,
        "by_channels": " / flat.shape[1]" if chapter else "",
        "unit": "the chapter's mean square" if chapter else "1 where nothing of the target is there",
        "by": "target.shape.num_elements()" if chapter else "tf.reduce_sum(target**2)",
        "start": STARTS[s.init].format(mean=MEAN, seed=s.seed),
        "rate": f"tf.keras.optimizers.schedules.{decay}" if s.decay else f"{float(s.learning_rate)}",
        "clip": "" if chapter else CLIP,
        "bounds": "-float('inf'), float('inf')" if chapter else "0, 255",
    }
    return (LOSSES + (ADAM if adam else LBFGS)).format(**names)
