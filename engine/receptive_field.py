"""What one cell of a feature map sees: sizes, receptive fields and costs of a stack of layers, in plain arithmetic.

Going down a stack, a layer of kernel k, stride s and dilation d makes the field grow by (k - 1)·d steps of the map it
reads, and the steps s times as long: field += (k - 1)·d·jump; jump *= s. Padding moves the first window out of the
picture: start -= padding·jump. After Araujo, Norris and Sim, "Computing receptive fields of convolutional neural
networks", Distill 2019.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import InvalidSettings
from engine.sliding import Padding, Sliding

Kind = Literal["conv", "depthwise", "pool"]

LIMITS = {"kernel": 64, "stride": 64, "dilation": 64, "channels": 8192}
"""The largest value of each number of a layer; the smallest is 1."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer with a square window that slides as `Sliding` says.

    channels: what a "conv" writes; "depthwise" and "pool" write as many as they read, and leave it at 1. Raises
    `InvalidSettings` where a number is out of `LIMITS`.
    """

    kind: Kind
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    channels: int = 1
    padding: Padding = "same"

    def __post_init__(self) -> None:
        for name, high in LIMITS.items():
            value = getattr(self, name)
            if not 1 <= value <= high:
                raise InvalidSettings(f"{name} is {value}, but must be from 1 to {high:,}.")

    @property
    def sliding(self) -> Sliding:
        """How its window slides."""
        return Sliding(self.kernel, self.stride, self.padding, self.dilation)


@dataclass(frozen=True, slots=True)
class Window:
    """Pixels top to bottom - 1 and left to right - 1; negative or beyond the picture where padding is seen."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What a layer writes and what each of its cells sees of the input.

    field: side of the window on the input in pixels, padding included; jump: input pixels between the windows of two
    neighbouring cells; top, left: first pixel of the window of cell (0, 0). parameters count weights and one bias an
    output channel; multiply_adds are of the whole layer for one picture.
    """

    height: int
    width: int
    channels: int
    field: int
    jump: int
    top: int
    left: int
    parameters: int
    multiply_adds: int

    def window(self, row: int, column: int) -> Window:
        """The theoretical window of a cell, which may stick out of the picture."""
        top, left = self.top + row * self.jump, self.left + column * self.jump
        return Window(top, left, top + self.field, left + self.field)


def trace(layers: Sequence[Layer], height: int, width: int, channels: int) -> tuple[Reach, ...]:
    """The reach of the input itself and of each layer after it.

    Raises `InvalidSettings` where a window is larger than the map it reads, naming the layer.
    """
    reaches = [Reach(height, width, channels, field=1, jump=1, top=0, left=0, parameters=0, multiply_adds=0)]
    for number, layer in enumerate(layers, 1):
        try:
            reaches.append(_after(reaches[-1], layer))
        except InvalidSettings as error:
            raise InvalidSettings(f"Layer {number}: {error}") from None
    return tuple(reaches)


def cone(layers: Sequence[Layer], size: int) -> tuple[dict[int, list[int]], ...]:
    """A cut along one axis through what the middle cell of the last layer sees, for drawing.

    For each layer, first to last: the cells of its output that count, each with the cells it reads, without padding.
    """
    sizes = [reach.height for reach in trace(layers, size, size, 1)]
    cells = {sizes[-1] // 2}
    cut: list[dict[int, list[int]]] = []
    for layer, reads in reversed(list(zip(layers, sizes, strict=False))):
        cut.append({cell: _taps(layer, reads, cell) for cell in sorted(cells)})
        cells = {tap for taps in cut[-1].values() for tap in taps}
    return tuple(reversed(cut))


def _after(before: Reach, layer: Layer) -> Reach:
    sliding = layer.sliding
    height, width = sliding.output_size(before.height), sliding.output_size(before.width)
    channels = layer.channels if layer.kind == "conv" else before.channels
    weights = {"conv": before.channels * channels, "depthwise": channels, "pool": 0}[layer.kind] * layer.kernel**2
    return Reach(
        height,
        width,
        channels,
        field=before.field + (sliding.reach - 1) * before.jump,
        jump=before.jump * layer.stride,
        top=before.top - sliding.pads(before.height)[0] * before.jump,
        left=before.left - sliding.pads(before.width)[0] * before.jump,
        parameters=weights + channels if weights else 0,
        multiply_adds=weights * height * width,
    )


def _taps(layer: Layer, size: int, cell: int) -> list[int]:
    """The cells of the map of `size` that one output cell reads."""
    first = cell * layer.stride - layer.sliding.pads(size)[0]
    return [tap for tap in range(first, first + layer.sliding.reach, layer.dilation) if 0 <= tap < size]
