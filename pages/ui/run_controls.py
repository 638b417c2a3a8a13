"""The buttons of the run bar: pause, resume, single steps, another learning rate, rewind, stop."""

import streamlit as st

from engine.errors import LabError
from engine.fairness import operators_most
from engine.history import rate_now
from engine.records import Run, State
from engine.rules import Bounds, rules_of
from engine.settings import EXPERIMENTS, FineTuningSettings
from pages.ui.session import lab, start_and_show
from pages.ui.visitor import is_own


def run_controls(run: Run, *, steered: bool) -> None:
    """Buttons for `run`, in places that stay the same while it is active; `steered` adds steps and the rate.

    What is no experiment, such as a download, can only be stopped. Somebody else's run can be watched, and run anew.
    """
    own, experiment = is_own(run), type(run.settings) in EXPERIMENTS.values()
    if own and run.active and experiment:
        _pause_or_resume(run)
        if steered:
            _single_step(run)
            _learning_rate(run)
    if experiment:
        _rewind(run)
    if own and run.active:
        st.button("Stop", icon=":material/stop:", on_click=lab().stop, args=(run.id,), key=f"stop {run.id}")


def _rewind(run: Run) -> None:
    if st.button(
        "Rewind",
        icon=":material/replay:",
        key=f"rewind {run.id}",
        help="Start again at step 0: a new run of the same settings and the same seed.",
    ):
        start_and_show(run.settings, instead_of=run.id if is_own(run) else "")
        st.rerun()


def _pause_or_resume(run: Run) -> None:
    paused = run.state == State.PAUSED
    st.button(
        "Resume" if paused else "Pause",
        icon=":material/play_arrow:" if paused else ":material/pause:",
        key=f"{'resume' if paused else 'pause'} {run.id}",
        on_click=lab().resume if paused else lab().pause,
        args=(run.id,),
        disabled=run.state == State.QUEUED,
    )


def _single_step(run: Run) -> None:
    st.button(
        "Step",
        icon=":material/skip_next:",
        key=f"step {run.id}",
        on_click=lab().step,
        args=(run.id,),
        disabled=run.state != State.PAUSED,
        help="One batch, then wait again. Pause first.",
    )


def _learning_rate(run: Run) -> None:
    bounds = rules_of(run.settings)["learning_rate"]
    if not isinstance(bounds, Bounds):
        raise TypeError("The learning rate of a steered experiment must be a number.")
    most = operators_most("learning_rate")
    high = bounds.high if most is None else min(bounds.high, most)
    told = rate_now(run.events, run.settings.learning_rate)
    now = f"Now {told[1]:g}, after step {told[0]:,}. " if told else ""
    key = f"new rate of {run.id}"
    with st.popover("Rate", icon=":material/speed:", key=f"rate {run.id}"), st.form(f"rates of {run.id}", border=False):
        st.number_input(
            "Learning rate",
            *(bounds.low, high, run.settings.learning_rate),
            step=run.settings.learning_rate / 2,
            format="%.4g",
            key=key,
            help=f"{_how_long(run)} The charts mark the change.",
        )
        st.form_submit_button("Change", on_click=_change_rate, args=(run.id, key))
        st.caption(f"{now}It may be from {bounds.low:g} to {high:g}.")


def _how_long(run: Run) -> str:
    """For how long another learning rate counts."""
    if isinstance(run.settings, FineTuningSettings) and run.settings.method == "fine-tune":
        return (
            "Counts from the next step on. A tenth of the settings' rate follows it where the top blocks are unfrozen."
        )
    return "Counts from the next step to the last."


def _change_rate(run_id: str, key: str) -> None:
    try:
        # Marks write six digits, and what is written must be what was done.
        lab().set_learning_rate(run_id, float(f"{st.session_state[key]:g}"))
    except LabError as error:
        st.toast(str(error), icon=":material/error:")
