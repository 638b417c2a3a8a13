"""The kernels of a first layer as they form: the newest picture, and how they began."""

import base64
from collections.abc import Sequence

from engine.events import Snapshot


def kernels_html(pictures: Sequence[Snapshot]) -> str:
    """The first and the last of the pictures with their steps; an empty place where there is none yet."""
    shown = pictures[:1] if len(pictures) < 2 else [pictures[0], pictures[-1]]
    figures = "".join(map(_figure, shown))
    caption = "Kernels of the first convolution: at first noise, then edges and opposite colours." if shown else ""
    return f'<figure class="lab-kernels">{figures}<figcaption>{caption}</figcaption></figure>'


def _figure(picture: Snapshot) -> str:
    address = f"data:image/png;base64,{base64.b64encode(picture.picture).decode()}"
    when = f"After step {picture.step:,}" if picture.step else "Before training"
    return f'<p>{when}</p><img src="{address}" alt="Kernels of the first convolution, {when.lower()}">'
