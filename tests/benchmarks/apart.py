"""Calls in a process of its own, so that no comparison inherits another's memory or threads."""

import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def apart(name: str, *arguments: object) -> Any:
    """What a function of this package returns, called in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_call, name, arguments).result()


def _call(name: str, arguments: tuple[object, ...]) -> Any:
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(f"tests.benchmarks.{module}"), function)(*arguments)
