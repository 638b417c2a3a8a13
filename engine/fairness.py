"""What one visitor may ask of a lab that many share, and the most that its operator allows.

The operator's limits are in the environment: `CNN_LAB_MAX_STEPS` for the setting `steps` of any experiment, and so on
for every number among the settings (`CNN_LAB_MAX_SIZE` for `max_size`), and `CNN_LAB_MAX_MINUTES` for a run.
"""

import math
import os
from collections.abc import Collection

from engine.allowance import Allowance
from engine.errors import InvalidSettings, TooMany
from engine.records import Record
from engine.rules import Bounds, Settings, rules_of

MOST_ACTIVE = 2
"""Runs of one visitor that are still to end: one under way and one waiting."""

MOST_LIGHT = 4
"""Of those that take no slot: downloads, pictures of channels, preparing."""

MOST_OF_ALL = 100
"""Runs of everybody that are still to end: a class of thirty has sixty at most."""

STARTS_A_MINUTE, STARTS_OF_ALL = 20, 1_000


def operators_most(name: str) -> float | None:
    """The operator's limit of the setting `name`, None where there is none.

    Raises `InvalidSettings` where the variable holds no number.
    """
    variable = _variable(name)
    text = os.environ.get(variable, "")
    if not text:
        return None
    try:
        most = float(text)
    except ValueError:
        most = math.nan
    if not math.isfinite(most):
        raise InvalidSettings(f"{variable} is {text!r}, but must be a number.")
    return most


def check_limits(settings: Settings) -> None:
    """Raise `InvalidSettings` where a number among `settings` is above its operator's limit, or a limit no number."""
    operators_most("minutes")
    for name, rule in rules_of(settings).items():
        most = operators_most(name) if isinstance(rule, Bounds) else None
        value = getattr(settings, name)
        if most is not None and value > most:
            raise InvalidSettings(
                f"{name} is {value:,}, but may be at most {most:,.10g} here: the operator set {_variable(name)}."
            )


def check_fair(records: Collection[Record], owner: str, slots: int, starts: Allowance) -> None:
    """Raise `TooMany` where the visitor `owner` may not start a run that takes `slots` just now; else count it.

    Starts of nobody in particular (an empty `owner`) are free. starts: those of the last minute.
    """
    active = [record for record in records if record.active]
    if owner and len(active) >= MOST_OF_ALL:
        raise TooMany(f"{len(active)} runs are under way or waiting here, as many as there may be: try again later.")
    own = [record for record in active if owner and record.owner == owner]
    if not slots and sum(not record.settings.slots for record in own) >= MOST_LIGHT:
        raise TooMany(f"You have {MOST_LIGHT} small runs under way already: wait until one has ended.")
    if slots and sum(record.settings.slots > 0 for record in own) >= MOST_ACTIVE:
        raise TooMany(
            "You have one run under way and another waiting already: stop one of them, or wait until one has ended."
        )
    if owner and not starts.take(owner):
        raise TooMany(f"You have started {STARTS_A_MINUTE} runs within a minute: wait a little before the next.")


def _variable(name: str) -> str:
    return f"CNN_LAB_MAX_{name.removeprefix('max_').upper()}"
