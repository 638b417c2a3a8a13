"""Shares of classes as bars."""

import html
from collections.abc import Mapping


def class_bars_html(shares: Mapping[str, float], caption: str, *, best_first: bool = True) -> str:
    """`shares` from 0 to 1 by the name of the class; in their own order where they change while one looks."""
    ordered = sorted(shares.items(), key=lambda item: -item[1]) if best_first else shares.items()
    rows = "".join(
        f'<div><span>{html.escape(name)}</span><i><b style="width:{share:.1%}"></b></i><span>{share:.0%}</span></div>'
        for name, share in ordered
    )
    return f'<div class="lab-bars" role="group" aria-label="{html.escape(caption)}">{rows}</div>'
