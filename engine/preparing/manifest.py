"""The manifest of a prepared folder: what was written, so that a later run can tell what is whole and go on.

`manifest.tsv` has a line that says which pictures these are, then a line a file: path, size in bytes, CRC-32. Lines are
appended as files are written; when all are, it is written anew, in order.
"""

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.errors import InvalidInput
from engine.preparing.writer import Written

NAME = "manifest.tsv"


def read_manifest(folder: Path, source: str) -> dict[str, Written]:
    """The files that the manifest names; a last line that was cut off is left out.

    Raises `InvalidInput` where the folder holds other pictures than `source` says, or pictures of somebody else.
    """
    path = folder / NAME
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is a file, but must be a folder.")
    if not path.exists():
        if any((folder / split).exists() for split in ("train_dir", "validation_dir", "test_dir")):
            raise InvalidInput(f"{folder} holds pictures already, and not from here; choose another folder.")
        return {}
    head, *lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    if head != source:
        raise InvalidInput(f"{folder} holds other pictures ({head[:80]}); choose another folder, or delete it.")
    return dict(filter(None, map(_entry, lines[:-1])))


def _entry(line: str) -> tuple[str, Written] | None:
    path, *numbers = line.split("\t")
    if len(numbers) != 2 or not all(number.isdigit() for number in numbers):
        return None
    return path, (int(numbers[0]), int(numbers[1]))


def whole(folder: Path, files: Mapping[str, Written]) -> Iterator[tuple[str, bool]]:
    """Each path, and whether its file is there with just these bytes."""
    for path, written in files.items():
        try:
            content = (folder / path).read_bytes()
        except OSError:
            yield path, False
            continue
        yield path, (len(content), zlib.crc32(content)) == written


def manifest_lines(files: Mapping[str, Written]) -> str:
    """The lines of these files."""
    return "".join(f"{path}\t{size}\t{crc}\n" for path, (size, crc) in files.items())
