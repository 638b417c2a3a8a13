"""The live view of a run, the same on every page: a thin bar with its state, and below it what the page draws."""

import html
from collections.abc import Callable

import streamlit as st

from engine.events import Progress
from engine.lab import PAUSED_S
from engine.looks import pace_s
from engine.records import Run, State
from pages.ui.bring_into_view import bring_into_view
from pages.ui.looks import shared_look, watchers
from pages.ui.run_controls import run_controls
from pages.ui.session import just_started, lab

POLL_S = 1.0
"""Each update costs the browser, which often shares its processor with the workers."""

FEW = 5
"""So many may leave before those who stay are told to ask more often."""

FIRST_POLL_S = 0.5
FIRST_S = 2.5
"""At the beginning most happens, and one waits for the first point."""


def steps(done: int, total: int) -> str:
    """How far a run is, where it counts training steps."""
    return f"step {done:,} of {total:,}"


def live_view(
    run: Run,
    draw: Callable[[Run], None],
    amount: Callable[[int, int], str] = steps,
    *,
    steered: bool = False,
    share: Callable[[Run, int, int], float] | None = None,
    poll_s: float = POLL_S,
    key: str = "run-bar",
) -> None:
    """Show `run` until it has ended, then the page once more, as when it is paused or goes on.

    `draw` draws the stage from a run; `amount` says how far it is, from what is done and the total; `share` how much of
    its time that takes, from 0 to 1, where steps are not all as long. `steered`: the experiment does single steps and
    takes a new learning rate while it runs; `key` begins with "run-bar" and differs where a page shows two runs.
    """

    first = run.elapsed_s < FIRST_S
    wanted_s = min(FIRST_POLL_S, poll_s) if first else poll_s
    every_s = pace_s(wanted_s, watchers())

    @st.fragment(run_every=every_s if run.active else None)
    def view() -> None:
        now = lab().watch(run.id) or run
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-steered" if steered else key):
            st.html(bar_html(now, amount, share))
            run_controls(now, steered=steered)
            if just_started(run):
                bring_into_view(run.id)
        # Only below the buttons: what was pressed to come here would be forgotten.
        paused = (run.state == State.PAUSED) != (now.state == State.PAUSED)
        if run.active and (
            not now.active or paused or (first and now.elapsed_s >= FIRST_S) or _other_pace(wanted_s, every_s)
        ):
            st.rerun()
        draw(shared_look(now) if now.active else now)

    view()


def _other_pace(wanted_s: float, every_s: float) -> bool:
    """Whether many have come, or more than a few have left, since `every_s` was right."""
    watching = watchers()
    return pace_s(wanted_s, watching) > every_s or pace_s(wanted_s, watching + FEW) < every_s


def bar_html(
    run: Run,
    amount: Callable[[int, int], str] = steps,
    share_of: Callable[[Run, int, int], float] | None = None,
) -> str:
    """State, progress and time left as one line with a progress bar beneath."""
    progress = next((e for e in reversed(run.events) if isinstance(e, Progress)), None)
    step, total = (progress.step, progress.total) if progress else (0, 0)
    done = (share_of(run, step, total) if share_of else step / total) if total else 0.0
    share = 1.0 if run.state == State.COMPLETED else done
    notes = [html.escape(note) for note in [*_notes(run, step, total, share, amount), run.remark] if note]
    return (
        f'<div class="lab-bar" role="status"><div class="lab-bar-line"><b class="lab-state lab-{run.state.lower()}">'
        f"{run.state}</b>{''.join(f'<span>{note}</span>' for note in notes)}</div>"
        f'<div class="lab-track" role="progressbar" aria-label="Progress of the run" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{100 * share:.0f}"><div style="width:{share:.1%}"></div></div></div>'
    )


def _notes(run: Run, step: int, total: int, share: float, amount: Callable[[int, int], str]) -> list[str]:
    match run.state:
        case State.QUEUED:
            wait = "" if run.wait_s is None else f"starts in about {duration(run.wait_s)}"
            return [f"place {run.place} in the queue", wait, lab().trouble]
        case State.RUNNING if not total:
            return ["starting"]
        case State.RUNNING:
            left = _told(run, "seconds_left") or (run.elapsed_s * (1 - share) / share if share else 0.0)
            return [amount(step, total), _speed(run), f"{duration(left)} left" if step else ""]
        case State.PAUSED:
            ends = f"stopped after {PAUSED_S / 60:.0f} minutes where another run waits" if run.settings.slots else ""
            return [amount(step, total) if total else "", ends]
        case State.COMPLETED:
            return [f"in {duration(run.elapsed_s)}"]
        case _:
            return [run.reason, amount(step, total) if total else ""]


def _speed(run: Run) -> str:
    """Images a second, where the run tells them."""
    return f"{rate:,.0f} images/s" if (rate := _told(run, "examples_per_second")) else ""


def _told(run: Run, name: str) -> float:
    """A metric as the last event that knows it says, or 0."""
    values = (e.metrics[name] for e in reversed(run.events) if isinstance(e, Progress) and name in e.metrics)
    return next(values, 0.0)


def duration(seconds: float) -> str:
    """A length of time as people say it: 8 s, 2 min 5 s, 1 h 20 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def roughly(seconds: float) -> str:
    """The same where it is only guessed: 1 s, 25 s, 8 min, 1.5 h."""
    if seconds < 57:
        return f"{max(1, round(seconds)) if seconds < 10 else 5 * round(seconds / 5)} s"
    if seconds < 3570:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:.1f} h"
