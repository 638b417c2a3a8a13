"""How a window slides over a grid: sizes and padding, in plain arithmetic.

The formulas are TensorFlow's: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2. Those of the
transposed convolution follow Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"
(arXiv:1603.07285).
"""

import math
from dataclasses import dataclass
from typing import Literal

from engine.errors import InvalidSettings

Padding = Literal["valid", "same"] | int
"""No padding; so much that ceil(size / stride) places fit; or this many cells on each side."""


@dataclass(frozen=True, slots=True)
class Sliding:
    """A square window and how it moves. A transposed one spreads each input cell over a window of the output.

    kernel: side of the window in cells, 1 or more; stride, dilation: 1 or more; padding: a number is 0 or more.
    """

    kernel: int
    stride: int = 1
    padding: Padding = "valid"
    dilation: int = 1
    transposed: bool = False

    def __post_init__(self) -> None:
        for name in ("kernel", "stride", "dilation"):
            if getattr(self, name) < 1:
                raise InvalidSettings(f"The {name} is {getattr(self, name)}, but must be 1 or more.")
        if isinstance(self.padding, int) and self.padding < 0:
            raise InvalidSettings(f"The padding is {self.padding}, but must be 0 or more.")

    @property
    def reach(self) -> int:
        """Cells from the first to the last that the window touches: holes of a dilated kernel count."""
        return self.dilation * (self.kernel - 1) + 1

    def output_size(self, size: int) -> int:
        """Cells along one side of the output for `size` along the input. Raises `InvalidSettings` if none fits."""
        return self._transposed_size(size) if self.transposed else self._size(size)

    def pads(self, size: int) -> tuple[int, int]:
        """Cells added before (top, left) and after (bottom, right); a transposed window cuts them off the output.

        SAME adds the odd cell after.
        """
        if self.padding == "valid":
            return 0, 0
        if self.padding != "same":
            return self.padding, self.padding
        if self.transposed:
            total = max(self.reach - self.stride, 0)
        else:
            total = max((math.ceil(size / self.stride) - 1) * self.stride + self.reach - size, 0)
        return total // 2, total - total // 2

    def _size(self, size: int) -> int:
        if self.padding == "same":
            return math.ceil(size / self.stride)
        padded = size + sum(self.pads(size))
        if padded < self.reach:
            raise InvalidSettings(_too_large(self, size, padded))
        return (padded - self.reach) // self.stride + 1

    def _transposed_size(self, size: int) -> int:
        if self.padding == "same":
            return size * self.stride
        whole = (size - 1) * self.stride + self.reach
        if (left := whole - sum(self.pads(size))) < 1:
            raise InvalidSettings(
                f"The transposed output is {whole} cells wide, and a padding of {self.padding} cuts {self.padding} off "
                "each side, so nothing is left. Use less padding or a larger kernel."
            )
        return left


def _too_large(sliding: Sliding, size: int, padded: int) -> str:
    spread = f", spread to {sliding.reach} by its dilation," if sliding.dilation > 1 else ""
    padding = f" with its padding ({size} + 2·{sliding.padding})" if sliding.padding != "valid" else ""
    return (
        f"The kernel is {sliding.kernel} cells wide{spread} but the input only {padded}{padding}, so it fits nowhere. "
        "Use a smaller kernel, less dilation, more padding or a larger input."
    )
