"""Shares of classes as bars."""

import html
from collections.abc import Callable, Mapping


def class_bars_html(
    shares: Mapping[str, float],
    caption: str,
    *,
    best_first: bool = True,
    said: Callable[[float], str] = "{:.0%}".format,
) -> str:
    """`shares` from 0 to 1 by the name of the class; in their own order where they change while one looks.

    said: how a share is written, of which 0% and 100% can be true where it was counted.
    """
    ordered = sorted(shares.items(), key=lambda item: -item[1]) if best_first else shares.items()
    rows = "".join(
        f'<div><span>{html.escape(name)}</span><i><b style="width:{share:.1%}"></b></i>'
        f"<span>{html.escape(said(share))}</span></div>"
        for name, share in ordered
    )
    return f'<div class="lab-bars" role="group" aria-label="{html.escape(caption)}">{rows}</div>'
