"""A VGG of a few random feature maps, and files of the same structure as the real weights."""

import h5py
import numpy as np
import scipy.io

from engine.sources.vgg import Vgg
from engine.vgg_layers import convolutions

CHANNELS = {3: 3, 64: 2, 128: 3, 256: 3, 512: 4}
MEAN = np.array([120.0, 115.0, 104.0], np.float32)


def tiny_convolutions(network="vgg16", seed=0):
    rng = np.random.default_rng(seed)
    return {
        name: (
            rng.normal(0, 0.45, (3, 3, CHANNELS[inputs], CHANNELS[outputs])).astype(np.float32),
            rng.normal(0, 0.1, CHANNELS[outputs]).astype(np.float32),
        )
        for name, (inputs, outputs) in convolutions(network).items()
    }


def tiny_vgg(network="vgg16", seed=0):
    return Vgg(network, tiny_convolutions(network, seed), MEAN, "random weights")


def cell(*values):
    made = np.empty((1, len(values)), object)
    for place, value in enumerate(values):
        made[0, place] = value
    return made


def write_mat(path, convolutions, *, old):
    """As `imagenet-vgg-verydeep-19.mat` is laid out, before 2016 and since."""
    layers = []
    for name, (kernel, bias) in convolutions.items():
        weights = cell(kernel.transpose(1, 0, 2, 3), bias.reshape((1, -1) if old else (-1, 1)))
        conv = {"weights": weights, "pad": [1.0] * 4, "type": "conv", "name": name, "stride": [1.0, 1.0]}
        if not old:
            conv = {"name": name, "type": "conv", "weights": weights, "size": [3.0, 3.0], "pad": [1.0] * 4}
        layers += [conv, {"name": name.replace("conv", "relu"), "type": "relu"}]
    layers.append({"name": "prob", "type": "softmax"})
    if old:
        mean = {"averageImage": np.tile(MEAN, (4, 4, 1)) + np.array([-1, 1, -1, 1])[:, None, None], "keepAspect": 1.0}
        content = {"layers": cell(*layers), "normalization": mean}
    else:
        mean = {"imageSize": [224.0, 224.0, 3.0], "averageImage": MEAN.reshape(1, 1, 3)}
        content = {"layers": cell(*layers), "meta": {"normalization": mean}}
    scipy.io.savemat(path, content)


def write_keras(path, convolutions):
    """As Keras's `vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5` is laid out: kernels for BGR."""
    with h5py.File(path, "w") as file:
        for name, (kernel, bias) in convolutions.items():
            layer = f"block{name[4]}_conv{name[-1]}"
            group = file.create_group(layer)
            names = [f"{layer}_W_1:0", f"{layer}_b_1:0"]
            for key, array in zip(names, (kernel[:, :, ::-1] if name == "conv1_1" else kernel, bias), strict=True):
                group[key] = array
            group.attrs["weight_names"] = [key.encode() for key in names]
        file.create_group("block1_pool").attrs["weight_names"] = []
