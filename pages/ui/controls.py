"""Settings -> widgets. Bounds, help and presets come from the settings class; values outlive a change of page."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import streamlit as st

from engine.settings import MnistSettings, bounds_of

FLOAT_STEPS = {"learning_rate": 0.001, "momentum": 0.05}


def preset_picker(cls: type[MnistSettings]) -> None:
    """Buttons that set every setting at once; the one that the settings now equal is marked."""
    now = chosen(cls)
    key = f"{cls.__name__} preset"
    st.session_state[key] = next((name for name, values in cls.presets.items() if cls(**values) == now), None)
    st.pills("Presets", list(cls.presets), key=key, on_change=_apply_preset, args=(cls, key))


def setting_inputs(cls: type[MnistSettings], names: Iterable[str], columns: int = 2) -> None:
    """A number input for each of the named settings."""
    bounds = bounds_of(cls)
    defaults = cls()
    cells = st.columns(columns)
    for number, name in enumerate(names):
        kind = type(getattr(defaults, name))
        st.session_state.setdefault(_key(cls, name), getattr(defaults, name))
        cells[number % columns].number_input(
            label(name),
            min_value=kind(bounds[name].low),
            max_value=kind(bounds[name].high),
            step=FLOAT_STEPS.get(name, 1),
            format=None if kind is int else "%.4g",
            key=_key(cls, name),
            persist_state="session",
            help=f"{bounds[name].help} {bounds[name].low:g} to {bounds[name].high:,g}.",
        )


def chosen(cls: type[MnistSettings]) -> MnistSettings:
    """The settings as the widgets stand, or their defaults where the widgets were not shown yet."""
    keys = {name: _key(cls, name) for name in bounds_of(cls)}
    values: dict[str, Any] = {name: st.session_state[key] for name, key in keys.items() if key in st.session_state}
    return cls(**values)


def adopt(settings: MnistSettings) -> None:
    """Set the widgets to the settings of a run."""
    for field in fields(settings):
        st.session_state[_key(type(settings), field.name)] = getattr(settings, field.name)


def label(name: str) -> str:
    """The name of a setting as the screen writes it."""
    return name.replace("_", " ").replace("conv", "conv ").replace("pool", "pool ").capitalize()


def _apply_preset(cls: type[MnistSettings], key: str) -> None:
    if preset := st.session_state[key]:
        adopt(cls(**cls.presets[preset]))


def _key(cls: type[MnistSettings], name: str) -> str:
    return f"{cls.__name__}.{name}"
