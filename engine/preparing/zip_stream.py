"""A prepared folder as a ZIP, made piece by piece: never more than one file of it is in memory."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from engine.errors import InvalidInput
from engine.whole_files import whole_file

HEADS, END = 30 + 46 + 16, 22
"""Bytes of a file's two heads and its tail in a ZIP, beside its name in both heads, and of the end of the ZIP."""


class _Pieces(io.RawIOBase):
    """What is written to it, until it is taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        """It is only written to."""
        return True

    def write(self, content: object) -> int:
        """Hold `content`."""
        piece = bytes(content)  # type: ignore[call-overload]
        self._held += piece
        return len(piece)

    def take(self) -> bytes:
        """What has been written since the last time."""
        piece, self._held = bytes(self._held), bytearray()
        return piece


def zip_pieces(folder: Path) -> Iterator[bytes]:
    """The bytes of a ZIP of all files of `folder`, in order, stored as they are: PNG files do not shrink."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as archive:
        for path in _files(folder):
            # The earliest time that a ZIP knows: the same files make the same ZIP.
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
            yield pieces.take()
    yield pieces.take()


def zip_bytes(folder: Path) -> int:
    """How many bytes `zip_pieces` gives, without reading a file."""
    names = {path.relative_to(folder).as_posix(): path.stat().st_size for path in _files(folder)}
    return sum(size + HEADS + 2 * len(name.encode()) for name, size in names.items()) + END


def zip_folder(folder: Path, target: Path, most_bytes: int) -> None:
    """Write the ZIP to `target`, whole or not at all.

    Raises `InvalidInput` where it would have more than `most_bytes`, which is known beforehand, or cannot be written.
    """
    try:
        if (size := zip_bytes(folder)) > most_bytes:
            raise InvalidInput(
                f"The ZIP would have {size / 1e6:,.0f} MB; at most {most_bytes / 1e6:,.0f} MB can be sent."
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(target) as file:
            file.writelines(zip_pieces(folder))
    except OSError as error:
        raise InvalidInput(f"The ZIP could not be written: {error.strerror or error}.") from error


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part")
