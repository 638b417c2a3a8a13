"""Find a source on disk: `CNN_LAB_DATA`, the app's own cache, Keras's cache, and last what came with the app."""

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.errors import DamagedSource, InvalidInput
from engine.paths import user_path
from engine.sources.catalog import SOURCES, Package, Source


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a source. `real` is false for what stands in for it; `remark` is a sentence, or empty."""

    source: Source
    origin: str
    paths: tuple[Path, ...]
    real: bool
    remark: str = ""

    @property
    def describe(self) -> str:
        """What it is and where it lies, in a few words."""
        what = self.source.real if self.real else self.source.stand_in
        return f"{what} ({self.origin})"


def cache_folder() -> Path:
    """Where the app keeps what it downloads: `CNN_LAB_CACHE`, or `cnn-lab` in the user's cache folder."""
    if chosen := os.environ.get("CNN_LAB_CACHE"):
        return user_path("CNN_LAB_CACHE", chosen)
    return user_path("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "cnn-lab"


def locate(source: Source, data: Path | None = None) -> Found:
    """The first place that holds all files of `source`; `data` stands for the folder `CNN_LAB_DATA` names.

    Raises `InvalidInput` where that folder does not exist or holds nothing known, and `DamagedSource` where a folder
    holds only some of the files that belong together.
    """
    for origin, folder in _folders(data):
        if paths := _whole_layout(source, folder):
            return Found(source, origin, paths, real=True, remark=_remark(source, paths))
    return locate_embedded(source)


def locate_embedded(source: Source) -> Found:
    """What comes with the app, whatever else is here."""
    names = sorted({package.name for package in source.embedded})
    origin = f"package{'s' if len(names) > 1 else ''} {' and '.join(names)}"
    return Found(source, origin, tuple(map(_file_in, source.embedded)), real=not source.stand_in)


def _folders(data: Path | None) -> list[tuple[str, Path]]:
    given = _data_folder(data)
    keras = user_path("KERAS_HOME", os.environ.get("KERAS_HOME") or "~/.keras")
    caches = [("app cache", cache_folder()), ("Keras cache", keras / "datasets"), ("Keras cache", keras / "models")]
    return [*([given] if given else []), *caches]


def _data_folder(data: Path | None) -> tuple[str, Path] | None:
    name, text = ("--data", str(data)) if data else ("CNN_LAB_DATA", os.environ.get("CNN_LAB_DATA", ""))
    if not text:
        return None
    folder = user_path(name, text)
    if not folder.is_dir():
        raise InvalidInput(f"{name} is {text!r}, but must be an existing folder.")
    known = {n for source in SOURCES.values() for layout in source.layouts for f in layout for n in _spellings(f)}
    places = [folder, *(folder / source for source in SOURCES)]
    if not any((place / file).exists() for place in places for file in known):
        raise InvalidInput(f"{name} is {text!r}, which holds none of the files looked for: {', '.join(sorted(known))}.")
    return name, folder


def _whole_layout(source: Source, folder: Path) -> tuple[Path, ...]:
    partial: list[tuple[Path, list[str]]] = []
    for place in (folder / source.name, folder):
        for layout in source.layouts:
            found = [next((p for n in _spellings(file) if (p := place / n).is_file()), None) for file in layout]
            present = [path for path in found if path]
            if len(present) == len(layout):
                return tuple(present)
            if present:
                partial.append((place, [file for file, path in zip(layout, found, strict=True) if not path]))
    if partial:
        place, missing = partial[0]
        raise DamagedSource(f"{place} holds only a part of {source.title}: {', '.join(missing)} is missing.")
    return ()


def _spellings(file: str) -> tuple[str, ...]:
    return (file, file.removesuffix(".gz")) if file.endswith(".gz") else (file,)


def _remark(source: Source, paths: tuple[Path, ...]) -> str:
    unknown = [path.name for path in paths if not _published(path, source.checksums.get(path.name, ""))]
    return f"Not the published checksum, so only the structure was checked: {', '.join(unknown)}." if unknown else ""


def _published(path: Path, checksums: str) -> bool:
    return any(checksum(path, like=known) == known for known in checksums.split())


def checksum(path: Path, *, like: str) -> str:
    """The file's MD5 or SHA-256, whichever `like` is, in hexadecimal; computed again only when the file has changed."""
    state = path.stat()
    return _checksum(path, "md5" if len(like) == 32 else "sha256", state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _checksum(path: Path, algorithm: str, _changed_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _file_in(package: Package) -> Path:
    """Path of the package's file, found without importing the package."""
    spec = importlib.util.find_spec(package.name)
    if not spec or not spec.origin:
        raise InvalidInput(f"The package {package.name!r} is not installed; install requirements.txt.")
    return Path(spec.origin).parent / package.file
