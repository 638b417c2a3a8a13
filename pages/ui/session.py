"""The one lab that all pages and browsers share, and which run a page is showing."""

import gc
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from engine.allowance import Allowance, OneEach
from engine.archive import RUN_ID, Archive
from engine.errors import LabError, TooMany
from engine.lab import Lab
from engine.long_calls import call_long
from engine.memory import SERVING, TENSORFLOW_BYTES, collect_garbage_each, free_bytes, keep_allocator_tidy
from engine.needs import check_fits
from engine.records import Run
from engine.rules import Settings
from engine.settings import EXPERIMENTS
from engine.sources.locate import cache_folder
from engine.sources.room import room_bytes
from pages.ui.controls import adopt
from pages.ui.visitor import visitor

STARTED = "started last"

R = TypeVar("R")

TURN_S = 0.0005
"""How long a thread may keep Python to itself while others wait; Python's own 0.005 s let thirty visitors wait for the
thread that sends all messages, for seconds."""

COLLECT_S = 60.0
"""Sessions that ended hold each other, and their pictures, of which Python counts only how many there are."""

CALLS_A_MINUTE, CALLS_OF_ALL = 1_200, 12_000
"""Short calls; whoever draws a digit makes ten to twenty a second, one after another."""


class SharedLab(Lab):
    """The lab of many visitors: it counts the short calls of each."""

    calls = Allowance(CALLS_A_MINUTE, CALLS_OF_ALL)
    long_calls = OneEach()

    def call(self, function: Callable[..., R], *arguments: Any, timeout_s: float = 10.0) -> R:
        """As `Lab.call`; raises `TooMany` for a visitor who calls without pause."""
        if not self.calls.take(visitor()):
            raise TooMany(f"You have asked for more than {CALLS_A_MINUTE:,} answers within a minute: wait a little.")
        return super().call(function, *arguments, timeout_s=timeout_s)

    def call_long(self, function: Callable[..., R], *arguments: Any, timeout_s: float) -> R:
        """As `call`, of what takes minutes; raises `TooMany` for a visitor's second at once, or a worker's third."""
        with self.long_calls.take(visitor()) as free:
            if not free:
                raise TooMany("You are having something made that takes minutes already: wait until you have got it.")
            return self.call(call_long, function, *arguments, timeout_s=timeout_s)


@st.cache_resource(show_spinner=False)
def lab() -> SharedLab:
    """The lab; its workers start warming up with the first page that anyone opens."""
    # Each script run has a thread of its own, and would keep what it freed for itself.
    keep_allocator_tidy(SERVING)
    sys.setswitchinterval(TURN_S)
    # What is loaded by now stays: no full collection of garbage, of which each stops the app, looks at it again.
    gc.collect()
    gc.freeze()
    collect_garbage_each(COLLECT_S)
    return SharedLab(Archive(cache_folder() / "runs", EXPERIMENTS, room_bytes("CNN_LAB_RUNS_MB")))


@st.cache_data(ttl=15, show_spinner=False)
def headroom() -> float:
    """Bytes that a run may take where it would go on; of this computer while the workers are not there yet."""
    told = lab().headroom() if lab().device else None
    return max(0.0, free_bytes() - TENSORFLOW_BYTES) if told is None else told


def begin(settings: Settings, instead_of: str = "") -> str:
    """Start a run of this visitor and return its id; of one without a slot, the id of one that somebody has under way.

    Those without a slot make files that are there for everybody, and two at once would only be in each other's way.
    instead_of: the id of a run of this visitor that is stopped for it, but goes on where the new one is refused. Raises
    `TooMany` or `InvalidSettings` where the lab refuses, or the memory is too little.
    """
    if run_id := _under_way(settings):
        return run_id
    check_fits(settings, headroom())
    if not settings.slots:
        with lab().runs.changed:
            # Somebody else may have pressed at the same moment.
            return _under_way(settings) or lab().start(settings, visitor())
    run_id = lab().start(settings, visitor(), instead_of)
    if instead_of:
        lab().stop(instead_of)
    return run_id


def start_run(settings: Settings, instead_of: str = "") -> str:
    """As `begin`, but empty, with a word to the visitor, where that raises."""
    try:
        return begin(settings, instead_of)
    except LabError as error:
        st.toast(str(error), icon=":material/front_hand:")
        return ""


def start_and_show(settings: Settings, instead_of: str = "") -> None:
    """As `start_run`, and show the run on its page unless the lab refuses."""
    if run_id := start_run(settings, instead_of):
        st.session_state[STARTED] = run_id
        show_run(run_id, type(settings))


def just_started(run: Run) -> bool:
    """Whether this run is the last that this browser has started."""
    return st.session_state.get(STARTED) == run.id


def shown_run(settings: type[Settings], beside: type[Settings] | None = None) -> Run | None:
    """The run of this page: the one in the address, else the one this browser last had here.

    A run that came by its address brings its settings to the widgets. An address that names no run of this experiment
    is forgotten, with a word to the user. `beside`: what another part of the page runs; the address may be its.
    """
    memory = _memory(settings)
    if beside and _is_of(st.query_params.get("run"), beside):
        return lab().watch(st.session_state.get(memory, ""))
    run_id = st.query_params.get("run") or st.session_state.get(memory)
    if not run_id:
        return None
    run = lab().watch(run_id)
    if not run or type(run.settings) is not settings:
        forget_run(settings)
        # An address may hold anything, and this text could be a link.
        name = f"Run {run_id}" if RUN_ID.fullmatch(run_id) else "The run of this link"
        st.warning(f"{name} is not known here any more. It was deleted, or is on another computer.")
        return None
    if st.session_state.get(_memory(settings)) != run_id:
        adopt(run.settings)
    show_run(run_id, settings)
    return run


def show_run(run_id: str, settings: type[Settings]) -> None:
    """Remember the run, and put it into the address so that it can be shared and reloaded."""
    st.session_state[_memory(settings)] = run_id
    st.session_state.setdefault(_seen(settings), set()).add(run_id)
    if st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id


def runs_seen(settings: type[Settings]) -> frozenset[str]:
    """The runs of this experiment that this browser has made or opened since it came."""
    return frozenset(st.session_state.get(_seen(settings), ()))


def forget_run(settings: type[Settings]) -> None:
    """Show the page as before its first run."""
    st.session_state.pop(_memory(settings), None)
    st.query_params.pop("run", None)


def _under_way(settings: Settings) -> str | None:
    return None if settings.slots else lab().runs.active_like(settings)


def _is_of(run_id: str | None, settings: type[Settings]) -> bool:
    run = lab().watch(run_id) if run_id else None
    return bool(run and type(run.settings) is settings)


def _memory(settings: type[Settings]) -> str:
    return f"run of {settings.__name__}"


def _seen(settings: type[Settings]) -> str:
    return f"runs seen of {settings.__name__}"
