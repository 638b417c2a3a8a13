"""The TensorFlow that an experiment comes down to, written out for the settings on the page."""

from engine.settings import MnistSettings


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
