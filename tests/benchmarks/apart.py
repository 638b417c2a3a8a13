"""Calls of this package's functions by their names, in a process of their own or in this one."""

import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def apart(name: str, *arguments: object) -> Any:
    """What a function of this package returns, called in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(here, name, *arguments).result()


def here(name: str, *arguments: object) -> Any:
    """The same in this process, which is quicker where several need TensorFlow."""
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(f"tests.benchmarks.{module}"), function)(*arguments)
