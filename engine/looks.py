"""Many who watch one run: its stage is drawn once for all of them, and the more they are, the less often each asks."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.records import Run

SHARED_S = 0.4
"""How old a look may be that somebody else had, in seconds."""

MANY = 5
"""Fewer watchers each see the run as it is."""

REFRESHES_A_SECOND = 25
"""For all who watch, whichever run. Each takes about 7 ms of a processor that the runs need too."""

CROWD = 5
"""Watchers are counted in fives, so that the page need not change its pace with everyone who comes."""

GONE_S = 6.0
"""Who has not asked for so long has left."""

R = TypeVar("R")


@dataclass(slots=True)
class _Look:
    """A run as somebody saw it at a time of `time.monotonic`; when each session asked last; drawings by maker."""

    run: Run
    at: float
    asked: dict[str, float] = field(default_factory=dict)
    drawn: dict[str, Any] = field(default_factory=dict)


class Looks:
    """The last look at each run that is watched. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: dict[str, _Look] = {}

    def share(self, run: Run, session: str) -> Run:
        """`run` as it is now or, among many, as another session saw it a moment ago. Notes that `session` watches."""
        now = time.monotonic()
        with self._lock:
            look = self._looks.get(run.id)
            if not look:
                look = self._looks[run.id] = _Look(run, now)
            look.asked = {who: at for who, at in look.asked.items() if now - at <= GONE_S}
            if len(look.asked) < MANY or look.run.state != run.state or now - look.at > SHARED_S:
                look.run, look.at, look.drawn = run, now, {}
            look.asked[session] = now
            for run_id in [i for i, old in self._looks.items() if now - max(old.asked.values()) > GONE_S]:
                del self._looks[run_id]
            return look.run

    def drawn(self, run: Run, draw: Callable[[Run], R]) -> R:
        """What `draw` makes of a run that came from `share`, made once for all who share that look."""
        with self._lock:
            look = self._looks.get(run.id)
            # Together: another thread may put a new look there at any time, whose drawings are not of this run.
            made = look.drawn if look and look.run is run else None
        if made is None:
            return draw(run)
        name = f"{draw.__module__}.{draw.__qualname__}"
        if name not in made:
            made[name] = draw(run)
        found: R = made[name]
        return found

    def watchers(self) -> int:
        """How many sessions have watched a run in the last seconds."""
        now = time.monotonic()
        with self._lock:
            asked = [item for look in self._looks.values() for item in look.asked.items()]
        return len({session for session, at in asked if now - at <= GONE_S})


def pace_s(wanted_s: float, watching: int) -> float:
    """Seconds between two refreshes of one of so many watchers; `wanted_s` while they are few."""
    crowd = -(-watching // CROWD) * CROWD
    return max(wanted_s, crowd / REFRESHES_A_SECOND)
