"""The runs of an experiment: pin them to compare, open, rename, delete."""

import time
from collections.abc import Sequence

import streamlit as st

from engine.errors import LabError
from engine.records import Run
from engine.rules import ExperimentSettings
from pages.ui.address import recall, remember
from pages.ui.counted import counted
from pages.ui.plain_text import plain
from pages.ui.run_names import all_that_differs, run_name
from pages.ui.session import lab, runs_seen, show_run
from pages.ui.visitor import is_own

SHOWN = 8
"""Rows at first, and how many more each press adds."""


def runs_of(cls: type[ExperimentSettings]) -> list[Run]:
    """The runs of these settings that are this visitor's, or that they have opened or pinned by a link; newest first.

    They come without their events.
    """
    shared = runs_seen(cls).union(recall(_address(cls)).split("."))
    return [run for run in lab().runs.listed() if type(run.settings) is cls and (is_own(run) or run.id in shared)]


def pinned(cls: type[ExperimentSettings], known: Sequence[Run]) -> list[str]:
    """Ids of the pinned runs in the order they were pinned; the address has them, so that a comparison is a link."""
    ids = {run.id for run in known}
    return [run_id for run_id in recall(_address(cls)).split(".") if run_id in ids]


def run_list(cls: type[ExperimentSettings], runs: Sequence[Run], shown: Run | None) -> None:
    """A row a run, the newest first; `shown` is the one on the stage."""
    pins = pinned(cls, runs)
    count = st.session_state.setdefault(f"{cls.__name__} rows", SHOWN)
    for run in runs[:count]:
        _row(run, is_pinned=run.id in pins, is_shown=bool(shown and shown.id == run.id))
    if len(runs) > count:
        st.button(
            counted(len(runs) - count, "older run"), icon=":material/expand_more:", on_click=_show_more, args=(cls,)
        )


def _row(run: Run, *, is_pinned: bool, is_shown: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"run-row-{run.id}"):
        pin_box(run, plain(_brief(run_name(run))), is_pinned=is_pinned, help=plain(all_that_differs(run.settings)))
        st.caption(told(run) + (" · shown above" if is_shown else ""), width="stretch")
        if not is_shown:
            st.button("Open", key=f"open {run.id}", on_click=_open, args=(run,), type="tertiary")
        if is_own(run):
            edit_run(run)


def pin_box(run: Run, name: str, *, is_pinned: bool, help: str | None = None) -> None:
    """A box called `name`, which is Markdown, that pins a run, to compare it with others of its experiment."""
    key = f"pin {run.id}"
    if st.session_state.get(key) != is_pinned:
        st.session_state[key] = is_pinned
    st.checkbox(name, key=key, on_change=_pin, args=(type(run.settings), run.id), help=help)


def edit_run(run: Run) -> None:
    """A button that opens what one may change of a run: its name, and whether it is kept."""
    with st.popover("Edit", type="tertiary", key=f"more {run.id}"):
        _more(run)


def _more(run: Run) -> None:
    key = f"name of {run.id}"
    with st.form(key=f"rename {run.id}", border=False):
        # Without a limit of its own, at which a browser drops what is pasted and says nothing: the lab says why.
        st.text_input("Name", value=run.name, key=key, placeholder=run_name(run))
        st.form_submit_button("Rename", on_click=_rename, args=(run.id, key))
    # A tick before the button, and not a question after it: nothing moves, and the keyboard stays where it was.
    sure = st.checkbox(
        "Delete its curves, weights and name for good",
        key=f"sure to delete {run.id}",
        disabled=run.active,
        help="Stop it first." if run.active else None,
    )
    st.button(
        "Delete",
        icon=":material/delete:",
        key=f"delete {run.id}",
        on_click=_delete,
        args=(run.id,),
        disabled=run.active or not sure,
        help=None if run.active or sure else "Tick the box first.",
    )


def _brief(name: str, most: int = 40) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def told(run: Run) -> str:
    """State, accuracy, date and remark of a run in a line."""
    accuracy = (run.result or {}).get("test_accuracy")
    parts = [
        str(run.state),
        f"{accuracy:.1%} of the test images" if accuracy is not None else "",
        time.strftime("%d %b %H:%M", time.localtime(run.created)),
        run.remark,
    ]
    return " · ".join(part for part in parts if part)


def _address(cls: type[ExperimentSettings]) -> str:
    return f"{cls.__name__.removesuffix('Settings').lower()}_pins"


def _pin(cls: type[ExperimentSettings], run_id: str) -> None:
    pins = [pin for pin in recall(_address(cls)).split(".") if pin and pin != run_id]
    if st.session_state[f"pin {run_id}"]:
        pins.append(run_id)
    remember(_address(cls), ".".join(pins))


def _open(run: Run) -> None:
    show_run(run.id, type(run.settings))


def _rename(run_id: str, key: str) -> None:
    try:
        lab().runs.rename(run_id, st.session_state[key])
    except LabError as error:
        st.toast(str(error), icon=":material/error:")


def _delete(run_id: str) -> None:
    lab().runs.delete(run_id)


def _show_more(cls: type[ExperimentSettings]) -> None:
    st.session_state[f"{cls.__name__} rows"] += SHOWN
