"""A user's own classes, brought picture by picture, as a folder that fine-tuning takes."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.errors import InvalidInput
from engine.images import read_image, shrink
from engine.preparing.plan import TEST, TRAIN, class_folder
from engine.preparing.writer import write_picture
from engine.sources.locate import cache_folder
from engine.sources.room import make_room, room_bytes

LONGEST = 256
EVERY = 5
MOST_CLASSES = 20


def write_classes(classes: Mapping[str, Sequence[bytes]], names: Sequence[str]) -> Path:
    """Write the pictures of each class below the app's cache; returns the folder.

    `names` are those of the classes as they were written, twice where two are alike. Every fifth picture is kept for
    the test. Raises `InvalidInput` where there are no two classes with a name and a picture each, and for what is no
    picture.
    """
    _check_names(names)
    digest = hashlib.sha256()
    for name, pictures in classes.items():
        digest.update(f"{name} {len(pictures)}".encode() + b"".join(hashlib.sha256(p).digest() for p in pictures))
    folder = cache_folder() / "own" / digest.hexdigest()[:32]
    paths = [path for name, pictures in classes.items() for path in _paths(name, len(pictures))]
    try:
        if not _whole(folder, paths):
            _write(folder, classes, paths)
        # It counts as new again.
        os.utime(folder)
        make_room(folder.parent, room_bytes(), keep=folder)
    except OSError as error:
        raise InvalidInput(f"The pictures could not be kept: {error.strerror or error}.") from error
    return folder


def _check_names(names: Sequence[str]) -> None:
    folders = [class_folder(name).casefold() for name in names]
    if twice := [name for name in names if folders.count(class_folder(name).casefold()) > 1]:
        raise InvalidInput(f"Two classes are called {twice[0]!r}; give each a name of its own.")
    if not 2 <= len(names) <= MOST_CLASSES:
        raise InvalidInput(f"There are {len(names)} classes with a name; 2 to {MOST_CLASSES} are needed.")


def _paths(name: str, count: int) -> list[str]:
    """Where the pictures of a class lie in the folder."""
    parts = [TRAIN if number % EVERY else TEST for number in range(1, count + 1)]
    return [f"{part}/{class_folder(name)}/{number:05}.png" for number, part in enumerate(parts, start=1)]


def _whole(folder: Path, paths: Sequence[str]) -> bool:
    return folder.is_dir() and all((folder / path).exists() for path in paths)


def _write(folder: Path, classes: Mapping[str, Sequence[bytes]], paths: Sequence[str]) -> None:
    """Under another name until it is whole: a run may be reading what was written before of the same pictures."""
    part = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.part")
    try:
        for name, pictures in classes.items():
            _write_class(part, name, pictures)
        try:
            part.rename(folder)
        except OSError:
            # Somebody else was first, unless it is what is left of one that was being deleted.
            if not _whole(folder, paths):
                shutil.rmtree(folder)
                part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_class(folder: Path, name: str, pictures: Sequence[bytes]) -> None:
    if not pictures:
        raise InvalidInput(f"The class {name!r} has no picture that can be used; add some.")
    for number, (content, path) in enumerate(zip(pictures, _paths(name, len(pictures)), strict=True), start=1):
        try:
            picture = shrink(read_image(content), LONGEST)
        except InvalidInput as error:
            raise InvalidInput(f"Picture {number} of the class {name!r}: {error}") from error
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_picture(str(folder / path), picture)
