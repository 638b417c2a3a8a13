"""Runs: everything that this visitor has run, with a picture each; open, rename, compare or delete any of it."""

import html

import streamlit as st

from engine.records import Run
from engine.settings import EXPERIMENTS
from pages.ui.anatomy import page_head
from pages.ui.compare import comparison
from pages.ui.counted import counted
from pages.ui.run_list import edit_run, pin_box, pinned, runs_of, told
from pages.ui.run_names import all_that_differs, run_name
from pages.ui.run_thumbnail import thumbnail
from pages.ui.session import lab
from pages.ui.sharing import PAGES
from pages.ui.titles import TITLES
from pages.ui.visitor import is_own

SHOWN = 12
"""Cards at first, and how many more each press adds."""


def own_runs() -> list[Run]:
    """This visitor's runs of every experiment, the newest first, without their events."""
    return [run for run in lab().runs.listed() if type(run.settings) in PAGES and is_own(run)]


def title(run: Run) -> str:
    """The experiment of a run as the navigation calls it."""
    return next(TITLES[name] for name, cls in EXPERIMENTS.items() if cls is type(run.settings))


def choose(runs: list[Run]) -> list[Run]:
    """A field to search in and the experiments to choose from; returns the runs that are left."""
    words, kinds = st.columns([1, 2], gap="large")
    wanted = words.text_input("Search", key="runs search", placeholder="A name, a setting or a state").casefold()
    kind = kinds.pills("Experiment", dict.fromkeys(map(title, runs)), wrap=True, key="runs of")

    def words_of(run: Run) -> str:
        return f"{run_name(run)} {all_that_differs(run.settings)} {title(run)} {run.state}".casefold()

    return [run for run in runs if (not kind or title(run) == kind) and wanted in words_of(run)]


def card(run: Run, *, is_pinned: bool) -> None:
    """One run."""
    with st.container(border=True, height="stretch", key=f"run-card-{run.id}"):
        address, name = thumbnail(run), html.escape(run_name(run))
        picture = f'<img src="{address}" alt="What came out of {name}">' if address else ""
        st.html(f'<div class="lab-run-picture">{picture}</div><b class="lab-run-name">{name}</b>')
        st.caption(f"{title(run)} · {told(run)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Open", icon=":material/open_in_full:", key=f"open {run.id}"):
                st.switch_page(PAGES[type(run.settings)], query_params={"run": run.id})
            edit_run(run)
            pin_box(run, "Compare", is_pinned=is_pinned)


def told_of(pins: int) -> str:
    """How many runs of an experiment are compared."""
    return f"{pins} compared" if pins > 1 else "1 run: tick another to compare it with"


def compared() -> None:
    """What is ticked, a comparison an experiment."""
    for name, cls in EXPERIMENTS.items():
        known = runs_of(cls)
        if pins := pinned(cls, known):
            with st.container(key=f"runs-compared-{name}"):
                st.subheader(f"{TITLES[name]}, {told_of(len(pins))}", anchor=False)
                comparison(cls, known)


page_head("Runs", "What you have run in this browser, kept until the disk space for it is used up. Open any of it.")
runs = own_runs()
if not runs:
    st.caption("There is nothing yet: train a network, paint a picture or dream one, and it is kept here.")
else:
    found = choose(runs)
    ticked = {run_id for cls in EXPERIMENTS.values() for run_id in pinned(cls, runs)}
    st.caption(
        f"{len(ticked)} ticked: shown below."
        if ticked
        else "Tick Compare on any runs of one experiment to lay them beside one another."
    )
    count = st.session_state.setdefault("runs shown", SHOWN)
    if not found:
        st.caption("Nothing of yours is like that.")
    for row in range(0, min(count, len(found)), 3):
        for column, run in zip(st.columns(3), found[row : row + 3], strict=False):
            with column:
                card(run, is_pinned=run.id in ticked)
    if len(found) > count and st.button(counted(len(found) - count, "older run"), icon=":material/expand_more:"):
        st.session_state["runs shown"] += SHOWN
        st.rerun()
    compared()
