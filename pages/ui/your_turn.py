"""Your turn: challenges that look at the runs of this visitor, and at those which this browser has opened."""

import time
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.challenges import Challenge, Verdict, attempts
from engine.challenges_of_pages import CHALLENGES
from engine.records import Run
from engine.settings import EXPERIMENTS
from pages.ui.boards import board_line
from pages.ui.plain_text import plain
from pages.ui.run_names import run_name
from pages.ui.session import lab, runs_seen
from pages.ui.visitor import is_own


def your_turn(experiment: str, button: str = "Train") -> None:
    """Show each challenge of an experiment with how far the runs have come; `button` starts one."""
    challenges, settings = CHALLENGES[experiment], EXPERIMENTS[experiment]
    seen = runs_seen(settings)
    runs = {run.id: run for run in lab().runs.listed() if is_own(run) or run.id in seen}
    tried = attempts(runs.values(), settings)
    verdicts = [challenge.judge(tried) for challenge in challenges]
    solved = sum(verdict.solved for verdict in verdicts)
    st.caption(
        f"{solved} of {len(challenges)} solved. Change the settings, press {button}: every run that you make or open "
        "on this page counts once it is completed."
    )
    board_line(experiment)
    cells: Sequence[DeltaGenerator] = ()
    for number, (challenge, verdict) in enumerate(zip(challenges, verdicts, strict=True)):
        if number % 2 == 0:
            # A row of its own: a phone, and a screen reader, then go through the challenges in their order.
            cells = st.columns(2, gap="medium")
        with cells[number % 2].container(border=True, height="stretch"):
            _card(number + 1, challenge, verdict, runs.get(verdict.run_id))


def _card(number: int, challenge: Challenge, verdict: Verdict, run: Run | None) -> None:
    """A challenge with how far the runs have come, the nearest of which is `run`."""
    mark = ":material/check_circle:" if verdict.solved else ":material/radio_button_unchecked:"
    st.markdown(f"**{mark} {number}. {challenge.title}**{' · solved' if verdict.solved else ''}")
    st.markdown(challenge.task)
    which = f" {plain(run_name(run))}, {time.strftime('%d %b %H:%M', time.localtime(run.created))}." if run else ""
    st.caption(f"{verdict.words}{which}")
    with st.expander("A hint", icon=":material/lightbulb:"):
        st.markdown(challenge.hint)
