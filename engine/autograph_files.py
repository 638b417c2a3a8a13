"""Functions that TensorFlow has translated, which it writes to files and deletes when its process ends in order.

A worker that is killed leaves some kilobytes behind each time. The private cluster gives its workers, of which there is
one at a time, a temporary folder of their own, so what is there when one starts is of those before it.
"""

import tempfile
from pathlib import Path


def dask_setup(_worker: object) -> None:
    """Dask calls it before a worker connects."""
    for left in Path(tempfile.gettempdir()).glob("__autograph_generated_file*.py"):
        left.unlink(missing_ok=True)
