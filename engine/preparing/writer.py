"""Writes pictures as PNG files, each whole or absent; as a process of its own when run as a program.

`python -m engine.preparing.writer FOLDER` takes pickled lists of `(path, picture)` on standard input, from the process
that started it, and answers each with a line of JSON: `[[size, crc32], …]`, or a text where it cannot go on.
"""

import json
import os
import pickle
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.images import Pixels
from engine.preparing.png import png_bytes

Written = tuple[int, int]
"""Size in bytes and CRC-32 of a file."""


def write_picture(target: str, picture: Pixels) -> Written:
    """Write `picture` under a temporary name beside `target`, then rename it. Raises `OSError`."""
    content = png_bytes(picture)
    # Not by `whole_files`: of 60,000 small files each would take a third longer with a file object and a random name.
    part = f"{target}.{os.getpid()}.part"
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o644)
        try:
            written = os.write(file, content)
            while written < len(content):
                written += os.write(file, content[written:])
        finally:
            os.close(file)
        os.replace(part, target)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise
    return len(content), zlib.crc32(content)


def write_pictures(folder: Path, pictures: Iterable[tuple[str, Pixels]]) -> Iterator[Written]:
    """Write each picture at its path below `folder`, whose subfolders exist."""
    for path, picture in pictures:
        yield write_picture(os.path.join(folder, path), picture)


def main() -> None:
    """Answer until there is no more input."""
    folder = Path(sys.argv[1])
    while True:
        try:
            pictures = pickle.load(sys.stdin.buffer)
        except (EOFError, pickle.UnpicklingError):
            return
        try:
            answer: object = list(write_pictures(folder, pictures))
        except OSError as error:
            answer = f"{error.strerror or error} ({error.filename or folder})"
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
