"""What a browser sent for a component or in an address. Ours sends what it should; another may send anything."""

from typing import Any

import streamlit as st

LONGEST = 4_000
"""Letters of a text; an address has hardly more."""


def sent(key: str, field: str) -> Any:
    """What the component `key` last sent as `field`, of any type; None where it sent nothing."""
    state = st.session_state.get(key)
    return state.get(field) if hasattr(state, "get") else None


def sent_text(value: Any) -> str | None:
    """`value`, if it is a text that is not too long."""
    return value if isinstance(value, str) and len(value) <= LONGEST else None


def sent_number(value: Any, low: int, high: int) -> int | None:
    """The whole number from `low` to `high` that `value` is or spells, brought into these bounds; None for another."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        value = int(value)
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return min(max(int(value), low), high) if whole and not isinstance(value, bool) else None
