"""What a run would take of the memory, told near the button that starts it, and refused there if it would not fit."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from engine.needs import fit, refusal
from engine.rules import Settings
from pages.ui.session import headroom


def start_button(
    label: str,
    settings: Settings,
    icon: str = "play_arrow",
    *,
    on_click: Callable[..., None],
    args: tuple[Any, ...] = (),
    running: bool,
) -> None:
    """The button that starts a run of `settings`, and below it quietly what that takes. `running`: one is under way."""
    fits, note = memory_note(settings)
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


def memory_note(settings: Settings) -> tuple[bool, str]:
    """Whether the run fits into the memory of the worker that it would go to, and a sentence to say so."""
    found = fit(settings, headroom())
    if not found.is_enough:
        return False, f":material/block: {refusal(settings, found)}"
    return True, f"Takes about {found.needed / 1e6:,.0f} MB of memory; {found.free / 1e9:.1f} GB are free."
