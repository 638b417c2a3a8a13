"""Accuracy of each class as bars, the best first."""

import html
from collections.abc import Mapping


def class_bars_html(shares: Mapping[str, float], caption: str) -> str:
    """`shares` from 0 to 1 by the name of the class."""
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    rows = "".join(
        f'<div><span>{html.escape(name)}</span><i><b style="width:{share:.1%}"></b></i><span>{share:.0%}</span></div>'
        for name, share in ordered
    )
    return f'<div class="lab-bars" role="group" aria-label="{html.escape(caption)}">{rows}</div>'
