"""EfficientNet-Lite0 as a list of its parts, without TensorFlow: what pages draw and `build_network` builds.

Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019; the Lite variant (2020)
leaves out squeeze-and-excitation and uses ReLU6. Numbers of blocks start at 0, as in the published weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from engine.receptive_field import Layer, Reach, trace

SIZE = 224
"""Side in pixels of the pictures that the network was trained on."""

CLASSES = 1000


@dataclass(frozen=True, slots=True)
class Block:
    """An inverted bottleneck: a 1×1 convolution expands `inputs` maps `expand` times, each map gets a kernel of its own
    (depthwise), and a 1×1 convolution projects them to `outputs`; where `residual`, the block's input is added.
    """

    number: int
    kernel: int
    stride: int
    expand: int
    inputs: int
    outputs: int

    @property
    def residual(self) -> bool:
        """Whether the shapes allow the input to be added, as they do in the repeats."""
        return self.stride == 1 and self.inputs == self.outputs

    @property
    def name(self) -> str:
        """The name of the feature maps that leave the block."""
        return f"block{self.number}"


@dataclass(frozen=True, slots=True)
class Part:
    """A layer of the network with the name of its feature maps; `group` is the block it belongs to, or itself."""

    name: str
    group: str
    layer: Layer
    signed: bool


_STAGES = (
    # repeats, kernel, stride of the first, expand, inputs, outputs
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)


@cache
def blocks() -> tuple[Block, ...]:
    """The 16 blocks in order."""
    made: list[Block] = []
    for repeats, kernel, stride, expand, inputs, outputs in _STAGES:
        made.append(Block(len(made), kernel, stride, expand, inputs, outputs))
        for _ in range(repeats - 1):
            made.append(Block(len(made), kernel, 1, expand, outputs, outputs))
    return tuple(made)


@cache
def parts() -> tuple[Part, ...]:
    """Every convolution in order, each with ReLU6 after it but for the projections, whose maps are `signed`.

    The maps of a projection are shown as they leave the block, with the block's input added where it is residual.
    """
    middle = (part for block in blocks() for part in _block_parts(block))
    return (
        Part("stem", "stem", Layer("conv", 3, 2, channels=32), signed=False),
        *middle,
        Part("head", "head", Layer("conv", 1, channels=1280), signed=False),
    )


@cache
def reaches() -> Mapping[Part, Reach]:
    """What each part writes and sees of a picture of 224×224 pixels; a block's input, added to it, sees less."""
    return dict(zip(parts(), trace([part.layer for part in parts()], SIZE, SIZE, 3)[1:], strict=True))


def _block_parts(block: Block) -> list[Part]:
    inside = block.inputs * block.expand
    expand = Part(f"{block.name}_expand", block.name, Layer("conv", 1, channels=inside), signed=False)
    depthwise = Layer("depthwise", block.kernel, block.stride)
    return [
        *([expand] if block.expand > 1 else []),
        Part(f"{block.name}_depthwise", block.name, depthwise, signed=False),
        Part(block.name, block.name, Layer("conv", 1, channels=block.outputs), signed=True),
    ]
