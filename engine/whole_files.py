"""Files that are whole or absent: written beside where they belong, under another name, and renamed at the end."""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which is `path` after the block; what was at `path` stays where the block or the disk fails.

    Several may write the same path at once: the last to end stays. The folder is there already. Raises `OSError`.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` as the whole of a file. Raises `OSError`."""
    with whole_file(path) as file:
        file.write(content)
