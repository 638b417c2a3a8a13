"""Programs that do what a run did without the lab: templates whose constants a run's settings replace.

A line that ends in `#: condition`, and what stands between a line of just that and `#: end`, is only for runs of which
the condition holds: `name` where that setting is neither zero nor false, `not name`, or `name in value value`.
Templates are read as text and never imported.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONSTANTS = re.compile(r"^([A-Z][A-Z0-9_]*(?:, [A-Z][A-Z0-9_]*)*) = .*?(  # .*)?$", re.MULTILINE)
LINES = re.compile(r"^(.*\S)  #: (.+)\n", re.MULTILINE)
PARTS = re.compile(r"^ *#: (.+)\n((?:.*\n)*?) *#: end\n", re.MULTILINE)


def program(name: str, values: Mapping[str, Any], remark: str = "") -> str:
    """The program `name` with its constants set: STEPS to the value of `steps`, and so on.

    remark: a sentence that is put above the constants, or an empty text. Raises `KeyError` where one has no value.
    """
    text = (Path(__file__).parent / f"{name}.py").read_text()
    text = text.replace("# The run.\n", f"# The run. {remark}".rstrip() + "\n")
    text = PARTS.sub(lambda part: part[2] if _holds(part[1], values) else "", text)
    text = LINES.sub(lambda line: f"{line[1]}\n" if _holds(line[2], values) else "", text)
    return CONSTANTS.sub(lambda line: _assignment(line[1], line[2] or "", values), text)


def _holds(condition: str, values: Mapping[str, Any]) -> bool:
    match condition.split():
        case [name]:
            return bool(values[name])
        case ["not", name]:
            return not values[name]
        case [name, "in", *wanted]:
            return str(values[name]) in wanted
    raise ValueError(f"{condition!r} is not a condition.")


def _assignment(names: str, comment: str, values: Mapping[str, Any]) -> str:
    shown = ", ".join(repr(values[name.lower()]) for name in names.split(", "))
    return f"{names} = {shown}{comment}"
