"""The same network and distortions in PyTorch, eager, a batch at a time on tensors in memory."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn


def torch_loop(images: np.ndarray, labels: np.ndarray, steps: int, batch_size: int, rate: float) -> Callable[[], float]:
    """Does `steps` steps and returns their mean loss."""
    pictures = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
    answers = torch.from_numpy(labels.astype(np.int64))
    network = build().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), rate)

    def train() -> float:
        losses = []
        for _ in range(steps):
            batch = torch.randint(len(pictures), (batch_size,))
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(distort(pictures[batch])), answers[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return sum(losses) / steps

    return train


def build() -> nn.Sequential:
    def unit(channels: int) -> list[nn.Module]:
        return [
            nn.Conv2d(channels, 64, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, padding=1),
            nn.LocalResponseNorm(11, 1e-3 * 11, 0.75, 2.0),
        ]

    dense = [nn.Linear(2304, 384), nn.ReLU(), nn.Linear(384, 192), nn.ReLU(), nn.Linear(192, 10)]
    network = nn.Sequential(*unit(3), *unit(64), nn.Flatten(), *dense)
    for layer in network:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(layer.weight, std=0.05, a=-0.1, b=0.1)
            nn.init.zeros_(layer.bias)
    return network


def distort(pictures: torch.Tensor) -> torch.Tensor:
    """uint8 [n, 3, 32, 32] -> float32 [n, 3, 24, 24], the chapter's distortions for the whole batch at once."""
    n = len(pictures)
    top, left = torch.randint(9, (2, n))
    rows, columns = top[:, None] + torch.arange(24), left[:, None] + torch.arange(24)
    columns = torch.where(torch.rand(n, 1) < 0.5, columns.flip(1), columns)
    x = pictures[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].float().permute(0, 3, 1, 2)
    x = x + torch.empty(n, 1, 1, 1).uniform_(-63, 63)
    mean = x.mean((2, 3), keepdim=True)
    x = (x - mean) * torch.empty(n, 1, 1, 1).uniform_(0.2, 1.8) + mean
    deviation = x.std((1, 2, 3), correction=0, keepdim=True).clamp(min=1 / 1728**0.5)
    return ((x - x.mean((1, 2, 3), keepdim=True)) / deviation).contiguous(memory_format=torch.channels_last)
