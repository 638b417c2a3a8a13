"""Settings -> widgets. Bounds, help and presets come from the settings class; values outlive a change of page."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import streamlit as st

from engine.settings import MnistSettings, bounds_of

FLOAT_STEPS = {"learning_rate": 0.001, "momentum": 0.05}


def preset_picker(cls: type[MnistSettings]) -> None:
    """Buttons that set every setting at once; the one that the settings now equal is marked."""
    _restore(cls)
    now = _values(cls)
    matching = (name for name in cls.presets if _preset_values(cls, name) == now)
    key = f"{cls.__name__} preset"
    st.session_state[key] = next(matching, None)
    st.pills("Presets", list(cls.presets), key=key, on_change=_apply_preset, args=(cls, key))


def setting_inputs(cls: type[MnistSettings], names: Iterable[str], columns: int = 2) -> None:
    """A number input for each of the named settings."""
    _restore(cls)
    bounds = bounds_of(cls)
    kinds = {field.name: field.type for field in fields(cls)}
    cells = st.columns(columns)
    for number, name in enumerate(names):
        kind = int if kinds[name] is int else float
        cells[number % columns].number_input(
            label(name),
            min_value=kind(bounds[name].low),
            max_value=kind(bounds[name].high),
            step=1 if kind is int else FLOAT_STEPS[name],
            format=None if kind is int else "%.4g",
            key=_key(cls, name),
            help=f"{bounds[name].help} {bounds[name].low:g} to {bounds[name].high:,g}.",
        )
    st.session_state[_memory(cls)] |= {name: st.session_state[_key(cls, name)] for name in names}


def chosen(cls: type[MnistSettings]) -> MnistSettings:
    """The settings as the widgets stand."""
    return cls(**_values(cls))


def adopt(settings: MnistSettings) -> None:
    """Set the widgets to the settings of a run."""
    for field in fields(settings):
        _set(type(settings), field.name, getattr(settings, field.name))


def label(name: str) -> str:
    """The name of a setting as the screen writes it."""
    return name.replace("_", " ").replace("conv", "conv ").replace("pool", "pool ").capitalize()


def _restore(cls: type[MnistSettings]) -> None:
    """Streamlit forgets the widgets of a page that is left; the values are kept beside them and put back."""
    kept = st.session_state.setdefault(_memory(cls), _preset_values(cls, next(iter(cls.presets))))
    for name, value in kept.items():
        if _key(cls, name) not in st.session_state:
            st.session_state[_key(cls, name)] = value


def _values(cls: type[MnistSettings]) -> dict[str, Any]:
    return {name: st.session_state[_key(cls, name)] for name in bounds_of(cls)}


def _preset_values(cls: type[MnistSettings], preset: str) -> dict[str, Any]:
    settings = cls(**cls.presets[preset])
    return {name: getattr(settings, name) for name in bounds_of(cls)}


def _apply_preset(cls: type[MnistSettings], key: str) -> None:
    if preset := st.session_state[key]:
        for name, value in _preset_values(cls, preset).items():
            _set(cls, name, value)


def _set(cls: type[MnistSettings], name: str, value: Any) -> None:
    st.session_state[_key(cls, name)] = value
    st.session_state.setdefault(_memory(cls), {})[name] = value


def _key(cls: type[MnistSettings], name: str) -> str:
    return f"{cls.__name__}.{name}"


def _memory(cls: type[MnistSettings]) -> str:
    return f"{cls.__name__} values"
