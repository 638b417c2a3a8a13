"""ZIP files from anywhere: what is in them is known before anything is unpacked, and no more than that is unpacked."""

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from engine.errors import InvalidInput

MOST_LISTED = 8_000_000
"""Bytes of the list of contents: 20,000 members with long names have 6 MB, and each byte of it takes ten of memory."""

PIECE = 1 << 20
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""`zipfile` unpacks the others in one go, however large what comes out."""


class _Sparing(io.FileIO):
    """A file that is read in pieces: one that is read at once is the list of contents."""

    def read(self, size: int | None = -1) -> bytes:
        if size and size > MOST_LISTED:
            raise zipfile.BadZipFile(f"its list of contents has {size:,} bytes")
        return super().read(-1 if size is None else size) or b""


@contextlib.contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive at `path`. Raises `InvalidInput` for what is no ZIP, or has too long a list of contents."""
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(_Sparing(path))))
        # A list of contents may be damaged in so many ways that `zipfile` raises errors of any kind.
        except Exception as error:
            reason = str(error)[:100] if isinstance(error, OSError | zipfile.BadZipFile) else type(error).__name__
            raise InvalidInput(f"{path.name} is not a ZIP file that can be read ({reason}).") from error
        yield archive


def member_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int) -> bytes:
    """What a member unpacks to. Raises `InvalidInput` where it is damaged, encrypted, or has more than `most_bytes`."""
    if member.file_size > most_bytes:
        raise InvalidInput(f"{member.filename!r} has {member.file_size:,} bytes, but may have {most_bytes:,}.")
    if member.compress_type not in METHODS:
        raise InvalidInput(f"{member.filename!r} is packed in a rare way; pack the ZIP anew, by the usual deflate.")
    try:
        with archive.open(member) as file:
            content = b"".join(iter(lambda: file.read(PIECE), b""))
    # The same as above.
    except Exception as error:
        raise InvalidInput(f"{member.filename!r} cannot be unpacked ({type(error).__name__}).") from error
    if len(content) != member.file_size:
        raise InvalidInput(f"{member.filename!r} is cut off.")
    return content
