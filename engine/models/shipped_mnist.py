"""The network that comes with the app, trained: it reads drawn digits before anyone has trained anything.

It has the chapter's layers with fewer feature maps. `python -m engine.experiments.train_shipped_mnist` made its
weights, kept as float16 in the order of the layers.
"""

from pathlib import Path

import keras
import numpy as np

from engine.models.mnist import build_network
from engine.settings import MnistSettings

SETTINGS = MnistSettings(conv1_features=16, conv2_features=32, dense_size=100)
FILE = Path(__file__).with_name("shipped_mnist.npz")


def save_weights(network: keras.Sequential, file: Path = FILE) -> None:
    """Write the weights as float16, which halves the file and leaves the accuracy as it is."""
    np.savez_compressed(file, *(weight.astype(np.float16) for weight in network.get_weights()))


def load_network(file: Path = FILE) -> keras.Sequential:
    """The trained network: float32 [n, 28, 28, 1] from 0 to 1 -> logits float32 [n, 10]."""
    network = build_network(SETTINGS)
    with np.load(file, allow_pickle=False) as arrays:
        network.set_weights([arrays[name].astype(np.float32) for name in arrays.files])
    return network
