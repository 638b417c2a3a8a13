"""What a run answered to every test image, or the example where there is no such run; and the tab that looks at it."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from engine.errors import InvalidInput
from engine.evaluation import Answers, answers_of
from engine.records import Run
from pages.ui.mistakes import Pick, mistakes_view
from pages.ui.plain_text import plain
from pages.ui.session import lab

OF_THE_EXAMPLE = "This is the example that comes with the app."


def answers_for(run: Run | None, example: Callable[[], Answers], things: str) -> tuple[Answers, str]:
    """The answers of the run to all its test `things`, or else of the example; and a sentence which, and why."""
    if not run:
        return example(), f"{OF_THE_EXAMPLE} Train a network to see where yours is wrong."
    try:
        return _answers_of(run.id, kept_steps(run, "test")[-1]), ""
    except IndexError:
        when = f"looks at all test {things} when it ends" if run.active else f"ended before it saw all test {things}"
        return example(), f"Run {plain(run.name or run.id)} {when}. {OF_THE_EXAMPLE}"
    except InvalidInput as error:
        return example(), f"{error} {OF_THE_EXAMPLE}"


def wrong_answers(
    answers: Answers, note: str, names: Sequence[str], pick: Pick, *, key: str, thing: str, verb: str
) -> None:
    """The tab "Where it is wrong", with what `answers_for` found. `verb` says what a network does to a thing."""
    st.caption(
        f"Of {len(answers.labels):,} test {thing}s {np.count_nonzero(~answers.correct):,} are {verb} wrong "
        f"({1 - answers.accuracy:.1%}). {note}"
    )
    mistakes_view(answers, names, pick, key=key, thing=thing)


def as_it_is_now(run: Run | None) -> Run | None:
    """The run again: a tab may be opened long after the page was drawn."""
    return lab().watch(run.id) if run else None


def kept_steps(run: Run, name: str) -> list[int]:
    """The steps after which arrays called `name` are on disk."""
    return sorted(step for called, step in run.kept if called == name)


@st.cache_data(max_entries=8, show_spinner=False)
def _answers_of(run_id: str, step: int) -> Answers:
    return answers_of(lab().runs.arrays(run_id, "test", step))
