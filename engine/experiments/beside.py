"""Calls into TensorFlow beside each other, each with its share of the cores.

TensorFlow's own way to use all cores, each operation shared among them, makes two cores hardly faster than one where
operations take less than a millisecond, as in a network that dreams: waking a second core takes as long as its part of
the work. Whole calls beside each other take little more than half the time. Only a session of TensorFlow 1 can be told
to keep to a share of the cores; it does so where `engine.imports` was there before TensorFlow.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import tensorflow as tf

from engine.device import cores_here

SHARES = 2
T = TypeVar("T")


def shares() -> int:
    """How many calls to make beside each other: one where there is one core, or a GPU, which takes a whole batch."""
    return 1 if tf.config.list_physical_devices("GPU") else min(SHARES, cores_here())


def build_call(
    graph: tf.Graph, outputs: Sequence[tf.Tensor], inputs: Sequence[tf.Tensor], beside: bool
) -> Callable[..., list[Any]]:
    """A function of arrays for the placeholders `inputs` that returns those of `outputs`.

    beside: it is called by `SHARES` threads at once, and each call keeps to its share of the cores; the graph has no
    conditions then, which would wait for a thread.
    """
    config = tf.compat.v1.ConfigProto(gpu_options=tf.compat.v1.GPUOptions(allow_growth=True))
    if beside:
        config.intra_op_parallelism_threads = max(1, cores_here() // SHARES)
        config.inter_op_parallelism_threads = 1
        config.use_per_session_threads = True
        config.experimental.executor_type = "SINGLE_THREADED_EXECUTOR"
    session = tf.compat.v1.Session(graph=graph, config=config)
    run = session.make_callable(list(outputs), feed_list=list(inputs), accept_options=True)
    # -1 is the thread that calls.
    options = tf.compat.v1.RunOptions(inter_op_thread_pool=-1 if beside else 0)
    return lambda *arrays: run(*arrays, options=options)


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What each call returns; the first is made by the thread that asks, the others by threads of their own."""
    others = [_others().submit(call) for call in calls[1:]]
    return [calls[0](), *(other.result() for other in others)]


@cache
def _others() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SHARES - 1, thread_name_prefix="beside")
