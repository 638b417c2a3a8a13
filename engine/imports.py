"""Import what imports TensorFlow, one thread at a time.

TensorFlow and Keras import each other's parts in circles: two threads of a worker that import them at once deadlock, or
see half a module. Whatever a worker does that may be the first to need TensorFlow goes through here.
"""

import threading
from importlib import import_module
from types import ModuleType

_importing = threading.Lock()


def load_module(name: str) -> ModuleType:
    """The module called `name`, imported once, while no other thread imports."""
    with _importing:
        return import_module(name)
