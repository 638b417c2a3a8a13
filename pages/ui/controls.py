"""Settings -> widgets. Bounds, help and presets come from the settings class; values outlive a change of page."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.fairness import operators_most
from engine.rules import Bounds, Choices, ExperimentSettings, Flag, Picture, Rule, Text, idle, rules_of

S = TypeVar("S", bound=ExperimentSettings)

BEYOND = 10**15
"""What number inputs take, and `keep_within` brings back."""

PATHS = ("archive", "folder")
"""Settings that are paths on the machine of the lab, which are nobody's business: no widget shows them."""


def preset_picker(cls: type[ExperimentSettings]) -> None:
    """Buttons that set every setting at once; the one that the settings now equal is marked."""
    presets = {name: cls(**values) for name, values in cls.presets.items()}
    # Value by value: what was entered need not make settings that are right together.
    names = _with_widgets(cls)
    now = {name: chosen_value(cls, name) for name in names}
    mark = next((key for key, preset in presets.items() if now == {n: getattr(preset, n) for n in names}), "none")
    # Those who do not see which one is tinted are told.
    st.html(f'<p class="lab-presets" role="note" aria-label="Presets; chosen: {mark}">Presets</p>')
    with st.container(horizontal=True, gap="xsmall", key=f"presets-{cls.__name__}"):
        for name, preset in presets.items():
            # Not pills: what is marked follows from the settings, and pills take what a browser sent before it heard of
            # that for a choice.
            st.button(
                name,
                key=f"{cls.__name__} preset {name}",
                type="secondary" if name == mark else "tertiary",
                on_click=adopt,
                args=(preset,),
            )


def setting_inputs(
    cls: type[ExperimentSettings], names: Iterable[str], columns: int = 2, *, sliders: bool = False
) -> None:
    """A widget for each of the named settings, greyed where it would do nothing as the others stand.

    `sliders`: numbers are set by sliders, for what one tries out.
    """
    idle_now = idle(cls, {name: chosen_value(cls, name) for name in rules_of(cls)})
    rules, defaults = {name: _as_allowed_here(name, rule) for name, rule in rules_of(cls).items()}, cls()
    cells: Sequence[DeltaGenerator] = ()
    for number, name in enumerate(names):
        if number % columns == 0:
            # A row of its own: a phone, and the keyboard, then go through the settings in their order.
            cells = st.columns(columns)
        st.session_state.setdefault(widget_key(cls, name), getattr(defaults, name))
        cell, key = cells[number % columns], widget_key(cls, name)
        if isinstance(rules[name], Bounds):
            keep_within(key, rules[name].low, rules[name].high, label(name))
        match rules[name]:
            case Bounds(low, high, help_text, whole) if sliders:
                step = 1 if whole else 0.05
                cell.slider(
                    label(name), type(step)(low), type(step)(high), step=step, key=key,
                    persist_state="session", help=help_text,
                )  # fmt: skip
            case rule:
                _widget(cell, name, rule, key, getattr(defaults, name), disabled=name in idle_now)


def chosen(cls: type[S], **pictures: bytes) -> S:
    """The settings as the widgets stand, or their defaults where the widgets were not shown yet.

    Pictures and paths have no widget here; the page gives them.
    """
    keys = {name: widget_key(cls, name) for name in _with_widgets(cls)}
    values: dict[str, Any] = {name: st.session_state[key] for name, key in keys.items() if key in st.session_state}
    return cls(**values, **pictures)


def chosen_value(cls: type[ExperimentSettings], name: str) -> Any:
    """One of the settings as its widget stands, or its default where the widget was not shown yet."""
    return st.session_state.get(widget_key(cls, name), getattr(cls(), name))


def adopt(settings: ExperimentSettings) -> None:
    """Set the widgets to the settings of a run."""
    for name in _with_widgets(type(settings)):
        st.session_state[widget_key(type(settings), name)] = getattr(settings, name)


def keep_within(key: str, low: float, high: float, name: str = "") -> None:
    """Bring the widget's value between its bounds, and say so where the widget has a `name`.

    The value may have been entered, or be of a preset or a shared run and more than this lab's operator allows. Not by
    bounds of the widget's own: what is beyond those a browser marks red and keeps to itself, and a run would start
    with the number before it. Only where it has to be: what a script writes to a widget, even the same value again, is
    sent to the browser, where it takes the place of what the visitor has entered meanwhile.
    """
    value = st.session_state[key]
    if not low <= value <= high:
        st.session_state[key] = kept = type(value)(min(max(value, low), high))
        if name:
            st.toast(
                f"{name} is {low:,.10g} to {high:,.10g} here: {value:,.10g} was made {kept:,.10g}.",
                icon=":material/straighten:",
            )


def label(name: str) -> str:
    """The name of a setting as the screen writes it."""
    return re.sub(r"(conv|pool)(\d)", r"\1 \2", name).replace("_", " ").capitalize()


def _with_widgets(cls: type[ExperimentSettings]) -> list[str]:
    return [name for name, rule in rules_of(cls).items() if not isinstance(rule, Picture) and name not in PATHS]


def _widget(cell: DeltaGenerator, name: str, rule: Rule, key: str, default: Any, *, disabled: bool) -> None:
    match rule:
        case Bounds(low, high, _, whole):
            kind = int if whole else float
            cell.number_input(
                label(name),
                min_value=kind(-BEYOND),
                max_value=kind(BEYOND),
                step=_step(low, high, default, whole=whole),
                format=None if whole else "%.4g",
                key=key,
                persist_state="session",
                help=f"{rule.help} {low:,.10g} to {high:,.10g}.",
                disabled=disabled,
            )
        case Choices(options):
            cell.selectbox(label(name), options, key=key, persist_state="session", help=rule.help, disabled=disabled)
        case Flag():
            cell.toggle(label(name), key=key, persist_state="session", help=rule.help, disabled=disabled)
        case Text():
            cell.text_input(label(name), key=key, persist_state="session", help=rule.help, disabled=disabled)
        case Picture():
            raise TypeError(f"{name} is a picture, which the page itself asks for.")


def _as_allowed_here(name: str, rule: Rule) -> Rule:
    """The rule within the operator's limit."""
    most = operators_most(name) if isinstance(rule, Bounds) else None
    if most is None or not rule.low <= most < rule.high:
        return rule
    return replace(rule, high=int(most) if rule.whole else most)


def _step(low: float, high: float, default: float, *, whole: bool) -> float:
    """What the buttons beside a number add: a power of ten, of which several fit below the default and into the range.

    0.001 for 0.005, 0.01 for 0.1 and for 1.05 of at most 1.5, 10 for 384 pixels.
    """
    if whole:
        return max(1, 10 ** math.floor(math.log10(max(default, 20) / 20)))
    around = min(default / 2, (high - low) / 10) if default else high / 5
    return min(1.0, 10.0 ** math.floor(math.log10(around)))


def widget_key(cls: type[ExperimentSettings], name: str) -> str:
    """Where the session keeps the widget's value of a setting."""
    return f"{cls.__name__}.{name}"
