"""What a child process that runs a module of the engine needs of its parent."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent


def child_environment() -> dict[str, str]:
    """This process's environment, in which Python finds the engine too, before what the user's own PYTHONPATH has."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
