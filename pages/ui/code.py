"""The TensorFlow that a page comes down to, written out for its settings."""

from engine.settings import MnistSettings
from engine.sliding import Sliding


def convolution_code(sliding: Sliding) -> str:
    """Lines that convolve, activate and pool; they need only `x`, `kernels` and `bias`."""
    side = sliding.kernel
    return f"""\
import tensorflow as tf

# x: float32 [1, height, width, channels]; kernels: [{side}, {side}, channels, filters]; bias: [filters]
{_transposed(sliding) if sliding.transposed else _convolution(sliding)}
maps = tf.nn.relu(y)
pooled = tf.nn.max_pool2d(maps, ksize=2, strides=2, padding="VALID")
"""


def _convolution(sliding: Sliding) -> str:
    pad = sliding.padding
    padding = f'"{pad.upper()}"' if isinstance(pad, str) else f"[[0, 0], [{pad}, {pad}], [{pad}, {pad}], [0, 0]]"
    dilation = f", dilations={sliding.dilation}" if sliding.dilation > 1 else ""
    return f"y = tf.nn.conv2d(x, kernels, strides={sliding.stride}, padding={padding}{dilation}) + bias"


def _transposed(sliding: Sliding) -> str:
    """Padding is cut off what the whole windows wrote; TensorFlow has no dilated transposed convolution on CPUs."""
    s = sliding
    spread = [f"# first spread the kernels with {s.dilation - 1} zeros between two weights"] if s.dilation > 1 else []
    cut = f"[:, {s.padding}:-{s.padding}, {s.padding}:-{s.padding}]" if isinstance(s.padding, int) and s.padding else ""
    if s.padding == "same":
        size = f"[{s.stride} * n for n in x.shape[1:3]]"
    else:
        size = f"[(n - 1) * {s.stride} + {s.reach} for n in x.shape[1:3]]"
    padding = "SAME" if s.padding == "same" else "VALID"
    return "\n".join(
        [
            *spread,
            "swapped = tf.transpose(kernels, [0, 1, 3, 2])",
            f"shape = [1, *{size}, kernels.shape[-1]]",
            f'y = tf.nn.conv2d_transpose(x, swapped, shape, strides={s.stride}, padding="{padding}"){cut} + bias',
        ]
    )


def mnist_code(settings: MnistSettings) -> str:
    """Plain Keras lines that train the same network; they need only `x_train`, `y_train`, `x_test` and `y_test`."""
    s = settings
    return f"""\
import keras
from keras import layers
from keras.initializers import TruncatedNormal

keras.utils.set_random_seed({s.seed})
start = TruncatedNormal(stddev=0.1)

network = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D({s.conv1_features}, 4, padding="same", activation="relu", kernel_initializer=start),
    layers.MaxPooling2D({s.pool1}, padding="same"),
    layers.Conv2D({s.conv2_features}, 4, padding="same", activation="relu", kernel_initializer=start),
    layers.MaxPooling2D({s.pool2}, padding="same"),
    layers.Flatten(),
    layers.Dense({s.dense_size}, "relu", kernel_initializer=start, bias_initializer=start),
    layers.Dense(10, kernel_initializer=start, bias_initializer=start),  # logits: no softmax here
])
network.compile(
    keras.optimizers.SGD({s.learning_rate:g}, momentum={s.momentum:g}),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)

# x: float32 [n, 28, 28, 1] from 0 to 1; y: the digits, int [n]
steps_an_epoch = -(-len(x_train) // {s.batch_size})
network.fit(x_train, y_train, batch_size={s.batch_size}, epochs=max(1, round({s.steps} / steps_an_epoch)))
network.evaluate(x_test, y_test)  # all test images, never only a sample
"""
