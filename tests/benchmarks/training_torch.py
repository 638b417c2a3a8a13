"""The MNIST network in PyTorch, eager, a batch at a time on tensors in memory."""

import math

import numpy as np
import torch
from torch import nn

from engine.settings import MnistSettings
from tests.benchmarks.training import Side


def torch_loop(
    images: np.ndarray,
    labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
    steps: int,
    settings: MnistSettings,
) -> Side:
    """Trains on uint8 [n, 28, 28] images, each once an epoch."""
    (x, y), (x_test, y_test) = tensors(images, labels), tensors(test_images, test_labels)
    network = build(settings).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), settings.learning_rate, settings.momentum)
    per_epoch = len(x) // settings.batch_size

    def train() -> None:
        for step in range(steps):
            if step % per_epoch == 0:
                epoch = torch.randperm(len(x)).split(settings.batch_size)
            batch = epoch[step % per_epoch]
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            loss.item()

    @torch.no_grad()
    def accuracy() -> float:
        return float((network(x_test).argmax(1) == y_test).float().mean())

    return Side(train, accuracy)


def tensors(images: np.ndarray, labels: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """float32 [n, 1, 28, 28] from 0 to 1, and int64 [n]."""
    return torch.from_numpy(images[:, np.newaxis].astype(np.float32) / 255), torch.from_numpy(labels.astype(np.int64))


def build(settings: MnistSettings) -> nn.Sequential:
    def unit(channels: int, features: int, window: int) -> list[nn.Module]:
        # TensorFlow's SAME padding of an even kernel: one more below and to the right.
        pad = nn.ZeroPad2d((1, 2, 1, 2))
        return [pad, nn.Conv2d(channels, features, 4), nn.ReLU(), nn.MaxPool2d(window, ceil_mode=True)]

    side = math.ceil(math.ceil(28 / settings.pool1) / settings.pool2)
    first, second = settings.conv1_features, settings.conv2_features
    dense = [nn.Linear(side * side * second, settings.dense_size), nn.ReLU(), nn.Linear(settings.dense_size, 10)]
    units = [*unit(1, first, settings.pool1), *unit(first, second, settings.pool2)]
    network = nn.Sequential(*units, nn.Flatten(), *dense)
    for layer in network:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(layer.weight, std=0.1, a=-0.2, b=0.2)
        if isinstance(layer, nn.Conv2d):
            nn.init.zeros_(layer.bias)
        if isinstance(layer, nn.Linear):
            nn.init.trunc_normal_(layer.bias, std=0.1, a=-0.2, b=0.2)
    return network
