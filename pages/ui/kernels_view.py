"""The kernels of a first layer as they form: the newest picture, and how they began."""

import base64
from collections.abc import Sequence

from engine.events import Snapshot


def kernels_html(pictures: Sequence[Snapshot]) -> str:
    """The last of the pictures with its step; an empty place where there is none yet."""
    if not pictures:
        return '<figure class="lab-kernels"></figure>'
    last = pictures[-1]
    address = f"data:image/png;base64,{base64.b64encode(last.picture).decode()}"
    return (
        f'<figure class="lab-kernels"><img src="{address}" alt="Kernels of the first convolution after step '
        f'{last.step}"><figcaption>Kernels of the first convolution after step {last.step:,}: at first noise, then '
        f"edges and opposite colours.</figcaption></figure>"
    )
