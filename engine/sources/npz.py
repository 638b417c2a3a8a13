"""NumPy's archives of arrays, from anywhere: shapes are checked before memory is taken, and objects are never read."""

import io
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.sources.plain_zip import member_bytes, opened_zip

MOST_ARRAYS = 10_000


def read_npz(path: Path, most_bytes: int, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
    """The arrays by their names, all of them or those of `names`, of `most_bytes` together.

    Raises `InvalidInput` where the file is damaged or holds anything else, `FileNotFoundError` where it is not there.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    with opened_zip(path) as archive:
        members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
        wanted = list(members) if names is None else names
        if missing := [name for name in wanted if name not in members]:
            raise InvalidInput(f"It holds no array {missing[0]!r}.")
        total = sum(members[name].file_size for name in wanted)
        if total > most_bytes or len(members) > MOST_ARRAYS:
            raise InvalidInput(f"Its arrays have {total:,} bytes, but may have {most_bytes:,}.")
        return {name: _array(archive, members[name], most_bytes) for name in wanted}


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int) -> NDArray[Any]:
    content = member_bytes(archive, member, most_bytes)
    file = io.BytesIO(content)
    try:
        version = npy.read_magic(file)
        head = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = head(file)
        if dtype.hasobject or min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize > len(content):
            raise ValueError("its shape does not fit its size")
        file.seek(0)
        array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
        return array
    # The head is Python's notation for a dictionary, which may be wrong in many ways.
    except Exception as error:
        raise InvalidInput(f"{member.filename!r} is no array ({type(error).__name__}).") from error
