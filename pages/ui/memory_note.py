"""What a run would take of memory and time, told near the button that starts it; what cannot start is refused there."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from engine.errors import LabError
from engine.fairness import check_limits
from engine.needs import fit, refusal
from engine.rules import Settings
from pages.ui.live import roughly
from pages.ui.session import headroom, lab


def start_button(
    label: str,
    make: Callable[[], Settings],
    icon: str = "play_arrow",
    *,
    on_click: Callable[..., None],
    args: tuple[Any, ...] = (),
    running: bool,
) -> None:
    """The button that starts a run of what `make` makes of the widgets, and below it quietly what that takes.

    Where they are not right together, or beyond the operator's limits, it says that instead. running: one is under way.
    """
    fits, note = memory_note(make)
    st.button(
        label,
        icon=f":material/{icon}:",
        type="primary",
        width="stretch",
        on_click=on_click,
        args=args,
        disabled=running or not fits,
    )
    st.caption(note)


def memory_note(make: Callable[[], Settings]) -> tuple[bool, str]:
    """Whether the run may start, in the memory of the worker that it would go to, and a sentence to say so or why."""
    try:
        settings = make()
        check_limits(settings)
        found = fit(settings, headroom())
    except LabError as error:
        return False, f":material/error: {error}"
    if not found.is_enough:
        return False, f":material/block: {refusal(settings, found)}"
    memory = f"Takes about {found.needed / 1e6:,.0f} MB of memory; {found.free / 1e9:.1f} GB are free."
    return True, memory + time_note(settings)


def time_note(settings: Settings) -> str:
    """About how long the run will take, as a sentence to append; empty where none like it has ended here yet."""
    seconds = lab().runs.expected_s(settings)
    return "" if seconds is None else f" About {roughly(seconds)}, as the last runs here went."
