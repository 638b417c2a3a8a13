"""One kernel over a photograph, fast enough to follow a slider: NumPy alone, so it can run beside the page.

A sum of shifted pictures, one a weight: a 7×7 kernel over 512×512 grey pixels takes some 15 ms. The tests hold it
against `tf.nn` and SciPy.
"""

from typing import Literal

import numpy as np

from engine.colour_maps import signed
from engine.convolution import Floats, checked
from engine.errors import InvalidInput
from engine.images import Pixels
from engine.sliding import Sliding

Colouring = Literal["picture", "signed", "absolute"]

LARGEST_SIDE = 9


def filter_picture(image: Pixels, kernel: Floats, sliding: Sliding, *, grey: bool) -> Floats:
    """`image` [height, width, 3] by `kernel` [side, side]: float32 [height, width, channels], 3 or 1 if `grey`.

    Cross-correlation: the kernel is not flipped.

    Raises `InvalidInput` for a kernel that cannot be used and `InvalidSettings` where it fits nowhere.
    """
    weights = checked(kernel, "kernel", 2)
    planes = (luma(image)[..., None] if grey else image).astype(np.float32)
    height, width = (sliding.output_size(size) for size in planes.shape[:2])
    pads = [sliding.pads(size) for size in planes.shape[:2]]
    padded = np.pad(planes, (*pads, (0, 0)))
    result = np.zeros((height, width, planes.shape[2]), np.float32)
    step, product = sliding.stride, np.empty_like(result)
    for (row, column), weight in np.ndenumerate(weights):
        if weight:
            top, left = row * sliding.dilation, column * sliding.dilation
            view = padded[top : top + step * (height - 1) + 1 : step, left : left + step * (width - 1) + 1 : step]
            result += np.multiply(view, weight, out=product)
    return result


def luma(image: Pixels) -> Floats:
    """Grey as the eye weighs colours (ITU-R BT.601), float32 [height, width] from 0 to 255."""
    return image.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def scale_of(values: Floats) -> float:
    """What is drawn at full strength: 99.5% of the values are weaker, so that one bright pixel dims nothing."""
    sample = np.abs(values.ravel()[:: max(1, values.size // 40_000)])
    return float(np.percentile(sample, 99.5)) or 1.0


def coloured(values: Floats, colouring: Colouring, scale: float) -> Pixels:
    """`values` as pixels: signed [height, width] from blue over white to orange, absolute from black to white.

    As a picture, [height, width] or [height, width, 3], they are clipped to 0 to 255 as a camera would.
    """
    if colouring == "picture":
        return np.clip(values, 0, 255).astype(np.uint8)
    if colouring == "absolute":
        return np.clip(np.abs(values) * (255 / scale), 0, 255).astype(np.uint8)
    index = np.clip(values * (127 / scale), -127, 127) + 127.5
    return np.take(_SIGNED, index.astype(np.uint8), axis=0)


def parse_kernel(text: str) -> Floats:
    """A kernel from text such as `0,-1,0;-1,5,-1;0,-1,0`, rows by semicolons.

    Raises `InvalidInput` if it is empty, not square, too large, or holds what is not a finite number.
    """
    if not text.strip():
        raise InvalidInput("The kernel is empty; it needs at least one number.")
    try:
        rows = [[float(value) for value in row.split(",")] for row in text.split(";")]
    except ValueError:
        # What it is stays unsaid: it may come from a link of somebody else's, and the page would show it.
        raise InvalidInput("The kernel holds something that is not a number.") from None
    if any(len(row) != len(rows) for row in rows):
        raise InvalidInput("The kernel is not square; it needs as many rows as columns.")
    if len(rows) > LARGEST_SIDE:
        raise InvalidInput(f"The kernel is {len(rows)} cells wide; at most {LARGEST_SIDE} can be used.")
    return checked(rows, "kernel", 2)


_SIGNED = signed(np.linspace(-1, 1, 255))
"""The middle one is white."""
