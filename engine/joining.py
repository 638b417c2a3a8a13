"""Codes that are short enough to be read from a projector: of runs that were shared, and of a class's boards."""

import secrets
import threading
import time
from collections.abc import Container

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Capitals that nobody takes for a digit, or for one another: no I, no O."""

LENGTH = 5
LASTS_S = 8 * 3600.0
"""A day at school."""


def fresh_code(taken: Container[str]) -> str:
    """A code that is not among those taken."""
    while (code := "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))) in taken:
        pass
    return code


class Codes:
    """Codes of runs, in memory: a restart of the app forgets them. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, tuple[str, float]] = {}

    def of(self, run_id: str) -> str:
        """The code of a run, the same for as long as it lasts; asking again makes it last longer."""
        with self._lock:
            self._forget_old()
            known = (code for code, (run, _) in self._runs.items() if run == run_id)
            code = next(known, "") or fresh_code(self._runs)
            self._runs[code] = (run_id, time.monotonic())
            return code

    def run(self, code: str) -> str:
        """The id of the run whose code this is, in capitals or not; empty where there is none."""
        with self._lock:
            self._forget_old()
            return self._runs.get(code.strip().upper(), ("", 0.0))[0]

    def _forget_old(self) -> None:
        oldest = time.monotonic() - LASTS_S
        self._runs = {code: known for code, known in self._runs.items() if known[1] > oldest}
