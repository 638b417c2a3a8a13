"""Many who watch one run: its stage is drawn once for all of them, and the more they are, the less often each asks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine.records import Run

SHARED_S = 0.4
"""How old a look may be that somebody else had, in seconds."""

MANY = 5
"""Fewer watchers each see the run as it is."""

REFRESHES_A_SECOND = 25
"""For all who watch one run. Each takes about 7 ms of a processor that the run needs too."""

CROWD = 5
"""Watchers are counted in fives, so that the page need not change its pace with everyone who comes."""

GONE_S = 6.0
"""Who has not asked for so long has left."""

R = TypeVar("R")


@dataclass
class _Look:
    """When each session asked last, in seconds of `time.monotonic`, and what one of them has seen: the run, when, and
    what was drawn of it by maker, which are replaced in one go."""

    seen: tuple[Run, float, dict[str, Any]]
    asked: dict[str, float] = field(default_factory=dict)


@st.cache_resource(show_spinner=False)
def _looks() -> dict[str, _Look]:
    """By run. Sessions change it from threads of their own: it is gone through by copies, which are made in one go."""
    return {}


def shared_look(run: Run) -> Run:
    """`run` as it is now or, among many, as another session saw it a moment ago. Notes that this session watches."""
    now, context = time.monotonic(), get_script_run_ctx()
    look = _looks().setdefault(run.id, _Look((run, now, {})))
    seen, at, _ = look.seen
    if len(look.asked) < MANY or seen.state != run.state or now - at > SHARED_S:
        seen, look.seen = run, (run, now, {})
    look.asked[context.session_id if context else ""] = now
    for run_id, old in list(_looks().items()):
        if now - max([old.seen[1], *old.asked.values()]) > GONE_S:
            _looks().pop(run_id, None)
    return seen


def drawn(run: Run, draw: Callable[[Run], R]) -> R:
    """What `draw` makes of a run that came from `shared_look`, made once for all who share that look."""
    look = _looks().get(run.id)
    seen, _, made = look.seen if look else (None, 0.0, {})
    if seen is not run:
        return draw(run)
    name = f"{draw.__module__}.{draw.__qualname__}"
    if name not in made:
        made[name] = draw(run)
    return made[name]


def watchers(run_id: str) -> int:
    """How many sessions have watched the run in the last seconds."""
    look, now = _looks().get(run_id), time.monotonic()
    return sum(now - asked <= GONE_S for asked in list(look.asked.values())) if look else 0


def pace_s(wanted_s: float, watching: int) -> float:
    """Seconds between two refreshes of one of so many watchers; `wanted_s` while they are few."""
    crowd = -(-watching // CROWD) * CROWD
    return max(wanted_s, crowd / REFRESHES_A_SECOND)
