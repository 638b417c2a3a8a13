"""Widgets for a window that slides; each keeps its value in the page's address under its key."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.sliding import Padding
from pages.ui.sent import sent_number

PADDINGS = ("valid", "same", "1", "2", "3")


def number(label: str, key: str, default: int, low: int, high: int, help: str = "") -> int:
    """A whole number from `low` to `high`."""
    # Streamlit fails on an address with a number that is too long, so it does not get to see such a one.
    text = st.query_params.get(key)
    bind: Any = "query-params" if text is None or sent_number(text, low, high) is not None else None
    help = f"{help} {low:,} to {high:,}.".strip()
    return st.number_input(label, low, high, default, key=key, bind=bind, persist_state="session", help=help)


def padding_input(key: str, default: str) -> Padding:
    """No padding, TensorFlow's SAME, or a number of cells on each side."""
    chosen = st.segmented_control(
        "Padding",
        PADDINGS,
        default=default,
        required=True,
        key=key,
        bind="query-params",
        persist_state="session",
        width="stretch",
        help="valid: none. same: as much as ceil(size / stride) outputs need. A number: so many cells on each side.",
    )
    return int(chosen) if chosen.isdecimal() else chosen


def choice(label: str, key: str, names: Mapping[str, str], *, wrap: bool = False, labelled: bool = True) -> str:
    """One of `names`, whose keys go into the address and whose values are shown; the first is the default."""
    shown = st.segmented_control(
        label,
        list(names.values()),
        default=next(iter(names.values())),
        required=True,
        key=key,
        bind="query-params",
        persist_state="session",
        width="stretch",
        wrap=wrap,
        label_visibility="visible" if labelled else "collapsed",
    )
    return next(value for value, name in names.items() if name == shown)
