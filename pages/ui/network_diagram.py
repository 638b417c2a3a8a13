"""Networks as SVG: boxes to scale, with shapes and parameter counts. The same drawing on every page.

A box is as high as its feature maps and as wide as the root of their number, so its front face hints at how much it
holds. Greys come from the text colour of the page.
"""

import html
import math
from collections.abc import Sequence

from engine.models.layers import Layer
from pages.ui.theme import INPUT, KERNEL, OUTPUT

FILL = {"input": INPUT, "convolution": KERNEL, "pooling": "currentColor", "dense": "currentColor", "output": OUTPUT}
OPACITY = {"pooling": 0.22, "dense": 0.45}
COLUMN, HEIGHT, LARGEST, BASE = 112, 168, 84, 98


def network_svg(layers: Sequence[Layer]) -> str:
    """An SVG of the layers from left to right; as wide as it needs, so put it where it can scroll."""
    width = COLUMN * len(layers)
    highest = max(layer.shape[0] for layer in layers if len(layer.shape) == 3)
    total = sum(layer.parameters for layer in layers)
    arrows = "".join(_arrow(number) for number in range(1, len(layers)))
    boxes = "".join(_layer(number, layer, highest) for number, layer in enumerate(layers))
    description = html.escape("; ".join(f"{layer.name}: {_shape(layer)}" for layer in layers))
    return (
        f'<div class="lab-network" tabindex="0" role="group" aria-label="Diagram of the network">'
        f'<svg viewBox="0 0 {width} {HEIGHT}" style="min-width:{width * 0.78:.0f}px" role="img" '
        f'aria-label="{description}; {total:,} parameters"><title>{description}</title>{arrows}{boxes}</svg></div>'
        f'<p class="lab-note">{total:,} parameters</p>'
    )


def _layer(number: int, layer: Layer, highest: int) -> str:
    x = COLUMN * number + COLUMN / 2
    return (
        f"{_box(x, layer, highest)}"
        f'<text x="{x}" y="122" text-anchor="middle" font-weight="600">{html.escape(layer.name)}</text>'
        f'<text x="{x}" y="138" text-anchor="middle">{_shape(layer)}</text>'
        f'<text x="{x}" y="154" text-anchor="middle" opacity="0.7">{_details(layer)}</text>'
    )


def _box(x: float, layer: Layer, highest: int) -> str:
    if len(layer.shape) == 3:
        height = max(4.0, LARGEST * layer.shape[0] / highest)
        width = 4.0 + 4.0 * math.sqrt(layer.shape[2])
    else:
        height, width = min(LARGEST, 8.0 * math.sqrt(layer.shape[0])), 8.0
    width = min(width, COLUMN - 30)
    y = BASE - LARGEST / 2 - height / 2 + 6
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" '
        f'fill="{FILL[layer.kind]}" fill-opacity="{OPACITY.get(layer.kind, 0.85)}"/>'
    )


def _arrow(number: int) -> str:
    x, y = COLUMN * number, BASE - LARGEST / 2 + 6
    return f'<path d="M{x - 9} {y}h14m-5 -4l5 4l-5 4" fill="none" stroke="currentColor" stroke-opacity="0.5"/>'


def _shape(layer: Layer) -> str:
    return "×".join(f"{size:,}" for size in layer.shape)


def _details(layer: Layer) -> str:
    match layer.kind:
        case "input":
            return "pixels"
        case "convolution":
            return f"{layer.kernel}×{layer.kernel}, {layer.parameters:,} par."
        case "pooling":
            return f"{layer.kernel}×{layer.kernel}, no par."
        case _:
            return f"{layer.parameters:,} par."
