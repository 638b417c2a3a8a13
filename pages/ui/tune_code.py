"""The tab "The code" of Fine-tuning: a run of the settings as they stand in plain Keras."""

from engine.settings import FineTuningSettings

BEGINNING = """\
import keras
{numpy}from keras import layers

# pictures: float32 [n, {size}, {size}, 3] from 0 to 255; labels: int [n], each below `classes`
{mirrored}keras.utils.set_random_seed({seed})


def learn(model, inputs, steps, rate):
    # The rate falls to nothing along half a cosine.
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])
    steps_an_epoch = -(-len(inputs) // {batch_size})
    model.fit(inputs, labels, batch_size={batch_size}, epochs=max(1, round(steps / steps_an_epoch)))

"""

HEAD = """
# {remark}
backbone = keras.applications.{network}(include_top=False, pooling="avg", input_shape=({size}, {size}, 3))
scaled = keras.applications.{module}.preprocess_input(pictures)
features = backbone.predict(scaled)  # once: a frozen backbone always says the same
head = layers.Dense(classes)
learn(keras.Sequential([keras.Input((features.shape[1],)), head]), features, {head_steps}, {rate})
"""

TOP = """
# The top {blocks} blocks learn as well, at a tenth of the rate. Batch normalisations keep what ImageNet taught them.
frozen = max(n for n, layer in enumerate(backbone.layers) if layer.name{last_frozen})
for number, layer in enumerate(backbone.layers):
    layer.trainable = number > frozen and not isinstance(layer, layers.BatchNormalization)
picture = keras.Input(({size}, {size}, 3))
learn(keras.Model(picture, head(backbone(picture, training=False))), scaled, {tune_steps}, {tenth:.6g})
"""

SCRATCH = """
network = keras.Sequential([
    keras.Input((32, 32, 3)), layers.Rescaling(1 / 63, offset=-2), layers.Conv2D(24, 2, activation="relu"),
])
for width in (32, 64, 128):
    for pool in ([layers.MaxPooling2D(2)], []):
        convolution = layers.Conv2D(width, 3, padding="same", use_bias=False)
        for layer in (convolution, *pool, layers.BatchNormalization(momentum=0.9), layers.ReLU()):
            network.add(layer)
network.add(layers.GlobalMaxPooling2D())
network.add(layers.Dense(classes))
learn(network, pictures, {steps}, {rate})
"""

MIRRORED = (
    "pictures, labels = np.concatenate([pictures, pictures[:, :, ::-1]]), np.tile(labels, 2)  # mirrored as well\n"
)

NETWORKS = {
    "efficientnet_lite0": ("MobileNetV2", "mobilenet_v2", "Keras has no EfficientNet-Lite0; this is the nearest."),
    "mobilenet_v2": ("MobileNetV2", "mobilenet_v2", "Trained on ImageNet."),
    "inception_v3": ("InceptionV3", "inception_v3", "Trained on ImageNet."),
    "efficientnet_v2_b0": ("EfficientNetV2B0", "efficientnet_v2", "Trained on ImageNet."),
}
BLOCKS_OF_V2 = [
    f"block{stage}{letter}" for stage, count in enumerate((1, 2, 2, 3, 5, 8), 1) for letter in "abcdefgh"[:count]
]


def tune_code(settings: FineTuningSettings) -> str:
    """Lines that do the same; they need only `pictures`, `labels` and `classes`."""
    parts = {"head": (BEGINNING, HEAD), "fine-tune": (BEGINNING, HEAD, TOP), "scratch": (BEGINNING, SCRATCH)}
    s = settings
    network, module, remark = NETWORKS[s.backbone]
    return "".join(parts[s.method]).format(
        size=32 if s.method == "scratch" else s.size,
        numpy="import numpy as np\n" if s.flip else "",
        mirrored=MIRRORED if s.flip else "",
        seed=s.seed,
        batch_size=s.batch_size,
        network=network,
        module=module,
        remark=remark,
        head_steps=s.head_steps,
        rate=float(s.learning_rate),
        blocks=s.blocks,
        last_frozen=_last_frozen(s),
        tune_steps=s.tune_steps,
        tenth=s.learning_rate / 10,
        steps=s.steps,
    )


def _last_frozen(s: FineTuningSettings) -> str:
    """What is true of the names of the last block's layers that stay frozen."""
    match s.backbone:
        case "inception_v3":
            return f' == "mixed{10 - s.blocks}"'
        case "efficientnet_v2_b0":
            return f'.startswith("{BLOCKS_OF_V2[-1 - s.blocks]}_")'
        case _:
            return f'.startswith("block_{16 - s.blocks}_")'
