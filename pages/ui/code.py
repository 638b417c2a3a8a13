"""The TensorFlow that a page comes down to, written out for its settings.

Learning rates have a point always: Keras refuses an int, and its schedules would compute in whole numbers with one.
"""

from engine.schedules import WARM_UP
from engine.settings import CifarSettings, MnistSettings
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
    keras.optimizers.SGD({float(s.learning_rate)}, momentum={float(s.momentum)}),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)

# x: float32 [n, 28, 28, 1] from 0 to 1; y: the digits, int [n]
steps_an_epoch = -(-len(x_train) // {s.batch_size})
network.fit(x_train, y_train, batch_size={s.batch_size}, epochs=max(1, round({s.steps} / steps_an_epoch)))
network.evaluate(x_test, y_test)  # all test images, never only a sample
"""


def cifar_code(settings: CifarSettings) -> str:
    """Keras lines that train the same network; they need only `x_train`, `y_train`, `x_test` and `y_test`."""
    s = settings
    return f"""\
import tensorflow as tf
import keras
from keras import layers
from keras.initializers import TruncatedNormal

keras.utils.set_random_seed({s.seed})
start = TruncatedNormal(stddev=0.05)
{_pull_line(s)}

def distort(image, label):  # uint8 [32, 32, 3]; training pictures only
{_distort_lines(s)}
    return tf.image.per_image_standardization(x), label


def leave(image, label):
    x = tf.image.resize_with_crop_or_pad(tf.cast(image, tf.float32), 24, 24)
    return tf.image.per_image_standardization(x), label


def unit():
{_unit_lines(s)}


network = keras.Sequential([
    keras.Input((24, 24, 3)), *unit(), *unit(), layers.Flatten(),
{_dense_lines(s)}
    layers.Dense(10, kernel_initializer=start{_pull(s)}),  # logits
])
{_rate_lines(s)}
network.compile({_optimizer(s)}, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])

train = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(50_000).repeat()
network.fit(train.map(distort, tf.data.AUTOTUNE).batch({s.batch_size}), steps_per_epoch={s.steps}, epochs=1)
test = tf.data.Dataset.from_tensor_slices((x_test, y_test))
network.evaluate(test.map(leave).batch(500))  # all test pictures, never distorted
"""


def _distort_lines(s: CifarSettings) -> str:
    cut = "tf.image.random_crop(image, [24, 24, 3])"
    if s.crop == "central":
        cut = "tf.image.resize_with_crop_or_pad(image, 24, 24)"
    lines = [f"    x = tf.cast({cut}, tf.float32)"]
    lines += ["    x = tf.image.random_flip_left_right(x)"] if s.flip else []
    lines += [f"    x = tf.image.random_brightness(x, max_delta={s.brightness})"] if s.brightness else []
    contrast = f"lower={1 - s.contrast:.3g}, upper={1 + s.contrast:.3g}"
    lines += [f"    x = tf.image.random_contrast(x, {contrast})"] if s.contrast else []
    return "\n".join(lines)


def _pull_line(s: CifarSettings) -> str:
    """Keras adds the square of each weight, whose gradient is twice the weight."""
    if not s.l2:
        return ""
    return f"pull = keras.regularizers.L2({s.l2 / 2:g})  # {s.l2:g} of each weight, added to its gradient\n"


def _pull(s: CifarSettings) -> str:
    return ", kernel_regularizer=pull" if s.l2 else ""


def _unit_lines(s: CifarSettings) -> str:
    conv = f'layers.Conv2D({s.width}, 5, padding="same", kernel_initializer=start{_pull(s)}'
    pool = 'layers.MaxPooling2D(3, 2, padding="same")'
    if s.batch_norm:
        return f"    return [{conv}), layers.BatchNormalization(momentum=0.9), layers.ReLU(), {pool}]"
    lrn = "layers.Lambda(lambda x: tf.nn.local_response_normalization(x, 5, 2.0, 1e-3, 0.75))"
    return f'    return [{conv}, activation="relu"), {pool}, {lrn}]'


def _dense_lines(s: CifarSettings) -> str:
    drop = f"layers.Dropout({s.dropout:g}), " if s.dropout else ""
    return "\n".join(
        f'    {drop}layers.Dense({units}, "relu", kernel_initializer=start{_pull(s)}),'
        for units in (6 * s.width, 3 * s.width)
    )


def _rate_lines(s: CifarSettings) -> str:
    schedules = "keras.optimizers.schedules"
    match s.schedule:
        case "staircase" | "exponential":
            stairs = ", staircase=True" if s.schedule == "staircase" else ""
            decay = f"{float(s.learning_rate)}, {s.decay_steps}, {float(s.decay_factor)}{stairs}"
            return f"rate = {schedules}.ExponentialDecay({decay})"
        case "cosine":
            return f"rate = {schedules}.CosineDecay({float(s.learning_rate)}, {s.steps})"
        case "one-cycle":
            rise = max(1, round(WARM_UP * s.steps))
            start = f"{0.04 * s.learning_rate:g}, {s.steps - rise}"
            return (
                f"rate = {schedules}.CosineDecay({start}, warmup_target={float(s.learning_rate)}, warmup_steps={rise})"
            )
        case _:
            return f"rate = {float(s.learning_rate)}"


def _optimizer(s: CifarSettings) -> str:
    match s.optimizer:
        case "adam":
            return "keras.optimizers.Adam(rate)"
        case "momentum":
            return "keras.optimizers.SGD(rate, momentum=0.9)"
        case _:
            return "keras.optimizers.SGD(rate)"
