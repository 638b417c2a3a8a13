"""Programs that do what a run did without the lab. Each is a real one, whose constants a run's settings replace.

They are read as text and never imported.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONSTANTS = re.compile(r"^([A-Z][A-Z0-9_]*(?:, [A-Z][A-Z0-9_]*)*) = .*?(  # .*)?$", re.MULTILINE)


def program(name: str, values: Mapping[str, Any], remark: str = "") -> str:
    """The program `name` with its constants set: STEPS to the value of `steps`, and so on.

    remark: a sentence that is put above the constants, or an empty text. Raises `KeyError` where one has no value.
    """
    text = (Path(__file__).parent / f"{name}.py").read_text()
    text = text.replace("# The run.\n", f"# The run. {remark}".rstrip() + "\n")
    return CONSTANTS.sub(lambda line: _assignment(line[1], line[2] or "", values), text)


def _assignment(names: str, comment: str, values: Mapping[str, Any]) -> str:
    shown = ", ".join(repr(values[name.lower()]) for name in names.split(", "))
    return f"{names} = {shown}{comment}"
