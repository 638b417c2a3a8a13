"""Shares of classes as bars."""

import html
import math
from collections.abc import Callable, Mapping


def class_bars_html(
    shares: Mapping[str, float],
    caption: str,
    *,
    best_first: bool = True,
    said: Callable[[float], str] = "{:.0%}".format,
) -> str:
    """`shares` from 0 to 1 by the name of the class, nan where it is not known yet.

    They stay in their own order where they change while one looks. said: how a share is written, of which 0% and 100%
    can be true where it was counted.
    """
    ordered = sorted(shares.items(), key=lambda item: -item[1]) if best_first else shares.items()
    rows = "".join(
        f'<div><span>{html.escape(name)}</span><i><b style="width:{0 if math.isnan(share) else share:.1%}"></b></i>'
        f"<span>{'–' if math.isnan(share) else html.escape(said(share))}</span></div>"
        for name, share in ordered
    )
    return f'<div class="lab-bars" role="group" aria-label="{html.escape(caption)}">{rows}</div>'
