"""The worker comes after the app: a page is answered first, and what trains takes the rest of the processors.

Where they are idle a run is as fast as ever.
"""

import contextlib
import os

NICENESS = 10
"""The worker gets about a tenth of a processor that the app wants as well."""


def dask_setup(_worker: object) -> None:
    """Dask calls it before a worker connects, and before that has started threads of its own."""
    # There is no such thing on Windows.
    with contextlib.suppress(AttributeError):
        os.nice(NICENESS)
