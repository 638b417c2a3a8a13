"""Pictures to take the style of: painted by the project's own code (`engine.sources.paint_styles`)."""

from functools import cache
from pathlib import Path

from engine.images import Pixels, read_image

FOLDER = Path(__file__).parent / "styles"

STYLES = {
    "Stained glass": "stained_glass.jpg",
    "Brush strokes": "brush_strokes.jpg",
    "Mosaic": "mosaic.jpg",
    "Ink hatching": "ink_hatching.jpg",
    "Dots": "dots.jpg",
    "Watercolour": "watercolour.jpg",
    "Woodblock waves": "woodblock_waves.jpg",
}
"""Name on the screen -> file."""


@cache
def style_file(name: str) -> bytes:
    """The JPEG of the style called `name`."""
    return (FOLDER / STYLES[name]).read_bytes()


def load_style(name: str) -> Pixels:
    """The style called `name`, uint8 [height, width, 3]."""
    return read_image(style_file(name))
