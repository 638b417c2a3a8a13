"""The TensorFlow that style transfer comes down to, written out for its settings."""

from engine.style_settings import StyleSettings
from engine.vgg_layers import weighted_layers


def style_code(settings: StyleSettings) -> str:
    """Lines that paint at one size; they need only `vgg`, a function from pictures to feature maps by layer."""
    s = settings
    network = "vgg16" if s.network == "vgg16" else "vgg19"
    content = weighted_layers(s.content_layers, network, "content_layers")
    style = weighted_layers(s.style_layers, network, "style_layers")
    start = {
        "content": "tf.Variable(photograph)",
        "style": "tf.Variable(tf.image.resize(style, photograph.shape[:2]))",
        "noise": "tf.Variable(mean + 0.256 * tf.random.normal(photograph.shape))",
    }[s.init]
    by = "target.shape.num_elements()" if s.loss == "chapter" else "tf.reduce_sum(target**2)"
    unit = "the chapter's mean square" if s.loss == "chapter" else "1 where nothing of the target is there"
    return f"""\
import tensorflow as tf

CONTENT = {content}
STYLE = {style}

def gram(maps):  # [height, width, channels] -> [channels, channels]: which maps respond together
    flat = tf.reshape(maps, [-1, maps.shape[-1]])
    return tf.matmul(flat, flat, transpose_a=True) / flat.shape[0]{" / flat.shape[1]" if s.loss == "chapter" else ""}

def apart(a, target):  # {unit}
    return tf.reduce_sum((a - target) ** 2) / {by}

# photograph, style: float32 [height, width, 3] from 0 to 255, each in its own proportions.
# Targets are computed once.
content_targets = {{layer: vgg(photograph)[layer] for layer in CONTENT}}
style_targets = {{layer: gram(vgg(style)[layer]) for layer in STYLE}}
image = {start}
optimizer = tf.keras.optimizers.Adam({s.learning_rate:g}, {s.beta_1:g}, {s.beta_2:g})

@tf.function
def step():
    with tf.GradientTape() as tape:
        maps = vgg(image)
        content = sum(w * apart(maps[n], content_targets[n]) for n, w in CONTENT.items()) / {sum(content.values()):g}
        style = sum(w * apart(gram(maps[n]), style_targets[n]) for n, w in STYLE.items()) / {sum(style.values()):g}
        rows, columns = image[1:] - image[:-1], image[:, 1:] - image[:, :-1]
        variation = tf.reduce_mean(rows**2) + tf.reduce_mean(columns**2)
        loss = {s.content_weight:g} * content + {s.style_weight:g} * style + {s.total_variation_weight:g} * variation
    optimizer.apply_gradients([(tape.gradient(loss, image), image)])
    image.assign(tf.clip_by_value(image, 0, 255))

for _ in range({s.steps}):
    step()
"""
