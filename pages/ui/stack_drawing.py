"""A cut through a stack as SVG: the cells that the middle of the last map sees, layer by layer, down to the input."""

import html
from collections.abc import Callable, Sequence

from engine.receptive_field import Layer, cone, trace
from pages.ui.theme import INPUT, KERNEL, OUTPUT

WIDEST = 64
"""Pixels of the input; beyond that the cells would be too small to see."""

ROW, LABEL, WIDTH, LARGEST = 52, 96, 820, 20.0
NAMES = {"conv": "Convolution", "depthwise": "Depthwise", "pool": "Pooling"}

Place = Callable[[int, int], tuple[float, float]]
"""Level (0 for the input) and cell -> x and y on the drawing."""


def cone_svg(layers: Sequence[Layer], size: int) -> str:
    """The drawing for an input of `size` pixels, or an empty text where there is nothing to draw, or too much."""
    reaches = trace(layers, size, size, 1)
    if not layers or reaches[-1].field > WIDEST:
        return ""
    cut = cone(layers, size)
    seen = [sorted({tap for taps in read.values() for tap in taps}) for read in cut] + [sorted(cut[-1])]
    width = seen[0][-1] - seen[0][0] + 1
    scale = min(LARGEST, (WIDTH - LABEL) / width)
    height = ROW * len(cut) + 36

    def place(level: int, cell: int) -> tuple[float, float]:
        reach = reaches[level]
        middle = reach.top + (reach.field - 1) / 2 + cell * reach.jump
        return LABEL + (middle - seen[0][0] + 0.5) * scale, height - 18 - ROW * level

    names = ["Input", *(NAMES[layer.kind] for layer in layers)]
    rows = "".join(_row(level, names[level], seen[level], place, scale) for level in range(len(names)))
    description = html.escape(f"One cell of the last map reads {len(seen[0])} of {width} pixels in a row of the input.")
    return (
        f'<div class="stack-cone"><svg viewBox="0 0 {LABEL + width * scale + 8:.0f} {height}" role="img" '
        f'style="width:{LABEL + width * scale + 8:.0f}px" aria-label="{description}"><title>{description}</title>'
        f'<g stroke="{KERNEL}" stroke-opacity="0.6">{_lines(cut, place)}</g>{rows}</svg></div>'
    )


def _lines(cut: Sequence[dict[int, list[int]]], place: Place) -> str:
    """A line from each cell to each cell that it reads."""
    return "".join(
        '<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>'.format(*place(level, cell), *place(level - 1, tap))
        for level, read in enumerate(cut, 1)
        for cell, taps in read.items()
        for tap in taps
    )


def _row(level: int, name: str, cells: Sequence[int], place: Place, scale: float) -> str:
    side = min(13.0, scale - 1.5)
    top = place(level, 0)[1]
    fill = INPUT if level == 0 else OUTPUT
    squares = "".join(
        f'<rect x="{place(level, cell)[0] - side / 2:.1f}" y="{top - side / 2:.1f}" width="{side:.1f}" '
        f'height="{side:.1f}" rx="2" fill="{fill}"/>'
        for cell in cells
    )
    label = f'<text x="0" y="{top + 4:.1f}" fill="currentColor" font-size="13">{html.escape(name)}</text>'
    return label + squares
