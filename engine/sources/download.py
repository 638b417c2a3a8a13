"""Fetch a source into the app's cache: resumed where it broke off, checked, and renamed to its name only when whole."""

import time
from collections.abc import Iterator
from pathlib import Path

import requests

from engine.errors import DownloadError
from engine.events import Completed, Event, Progress
from engine.settings import DownloadSettings
from engine.sources.catalog import SOURCES, Remote
from engine.sources.locate import cache_folder, checksum

CHUNK = 1 << 16
REPORT_EVERY_S = 0.1
TIMEOUT_S = 20.0


def load(_data: Path | None = None) -> Path:
    """The folder to download into."""
    return cache_folder()


def run(settings: DownloadSettings, folder: Path) -> Iterator[Event]:
    """Fetch one source; progress counts bytes. Raises `DownloadError`."""
    source = SOURCES.get(settings.source)
    if not source:
        raise DownloadError(f"{settings.source!r} is not a source; the sources are {', '.join(SOURCES)}.")
    if not source.remote:
        raise DownloadError(f"{source.title} comes with the app; there is nothing to download.")
    yield from download(source.remote, folder / source.name)


def download(remote: Remote, folder: Path) -> Iterator[Event]:
    """Fetch `remote` to `folder / remote.file`, going on from a part that an earlier try left.

    Raises `DownloadError` when the server cannot be reached, the connection breaks (the part stays, for the next try),
    the disk is full, or the checksum is wrong (the part is deleted).
    """
    target = folder / remote.file
    part = target.with_name(target.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield from _fetch(remote, part)
        _verify(remote, part)
        part.replace(target)
    except requests.RequestException as error:
        kept = part.stat().st_size if part.exists() else 0
        raise DownloadError(
            f"Downloading {remote.url} failed ({_reason(error)}); {kept:,} of {remote.size:,} bytes are kept, "
            "and the next try goes on from there."
        ) from error
    except OSError as error:
        raise DownloadError(f"{target} could not be written: {error.strerror or error}.") from error
    yield Completed({"source": remote.url, "file": str(target), "bytes": remote.size})


def _fetch(remote: Remote, part: Path) -> Iterator[Event]:
    done = part.stat().st_size if part.exists() else 0
    if done >= remote.size:
        return
    # Without "identity" a server may compress, and the byte counts would be of another file.
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={done}-"} if done else {})}
    with requests.get(remote.url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
        response.raise_for_status()
        if response.status_code != requests.codes.partial_content:
            done = 0
        started, before, reported = time.monotonic(), done, 0.0
        with part.open("ab" if done else "wb") as file:
            for chunk in response.iter_content(CHUNK):
                done += len(chunk)
                if done > remote.size:
                    break
                file.write(chunk)
                if (now := time.monotonic()) - reported >= REPORT_EVERY_S:
                    reported = now
                    rate = (done - before) / max(now - started, 1e-6)
                    yield Progress(done, remote.size, {"bytes_per_second": rate})
    if done < remote.size:
        raise requests.ConnectionError("the connection broke off")


def _verify(remote: Remote, part: Path) -> None:
    found = checksum(part, like=remote.checksum)
    if found != remote.checksum:
        part.unlink()
        kind = "SHA-256" if remote.sha256 else "MD5"
        raise DownloadError(
            f"{remote.url} has the wrong checksum: {kind} {found} instead of {remote.checksum}; it was deleted."
        )


def _reason(error: requests.RequestException) -> str:
    match error:
        case requests.HTTPError(response=response) if response is not None:
            return f"the server answered {response.status_code} {response.reason}"
        case requests.Timeout():
            return f"no answer within {TIMEOUT_S:.0f} s"
        case requests.exceptions.ChunkedEncodingError():
            return "the connection broke off"
        case requests.ConnectionError() if not error.args or not isinstance(error.args[0], str):
            return "the server cannot be reached"
        case _:
            return str(error)
