"""Import what imports TensorFlow, one thread at a time and without what nothing here needs.

TensorFlow and Keras import each other's parts in circles: two threads of a worker that import them at once deadlock, or
see half a module. Whatever a worker does that may be the first to need TensorFlow goes through here.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from engine.memory import COMPUTING, keep_allocator_tidy

UNNEEDED = ("pandas", "sklearn", "matplotlib")
"""What Keras imports where it is installed, to accept its tables and offer itself to it: 150 MB and some seconds."""

POOLS_OF_THEIR_OWN = "TF_OVERRIDE_GLOBAL_THREADPOOL"
"""Where it is 1, each session of TensorFlow has threads of its own, of which it can be told to have one. Read when
TensorFlow first looks for devices. See `engine.experiments.beside`."""

_importing = threading.Lock()


def load_module(name: str) -> ModuleType:
    """The module called `name`, imported once, while no other thread imports."""
    with _importing:
        if "tensorflow" in sys.modules:
            return import_module(name)
        # It may be the one that brings TensorFlow, or, such as a download, have nothing to do with it.
        keep_allocator_tidy(COMPUTING)
        os.environ.setdefault(POOLS_OF_THEIR_OWN, "1")
        with _out_of_sight(UNNEEDED):
            return import_module(name)


@contextmanager
def _out_of_sight(names: tuple[str, ...]) -> Iterator[None]:
    """Packages that were not imported before cannot be imported meanwhile, as if they were not installed."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how Python spells it.
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
