"""Pictures between arrays and files."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def png_address(image: NDArray[np.uint8]) -> str:
    """A PNG data address of a uint8 [height, width] or [height, width, 3] image."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def pixels_of(address: str) -> NDArray[np.uint8]:
    """The image that `png_address` wrote."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))
