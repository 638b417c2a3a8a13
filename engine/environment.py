"""The operator's limits in environment variables, all checked at once."""

from engine.fairness import operators_most
from engine.rules import Bounds, rules_of
from engine.settings import EXPERIMENTS
from engine.sources.room import ROOM_MB, room_bytes


def check_environment() -> None:
    """Raise `InvalidSettings` for the first limit that is no number.

    The app does so before it draws a page: a visitor would meet it as an error in the middle of something else.
    """
    for variable in ROOM_MB:
        room_bytes(variable)
    operators_most("minutes")
    for settings in EXPERIMENTS.values():
        for name, rule in rules_of(settings).items():
            if isinstance(rule, Bounds):
                operators_most(name)
