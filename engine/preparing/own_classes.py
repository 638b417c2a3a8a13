"""A user's own classes, brought picture by picture, as a folder that fine-tuning takes."""

import hashlib
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
    shutil.rmtree(folder, ignore_errors=True)
    try:
        for name, pictures in classes.items():
            _write_class(folder, name, pictures)
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


def _write_class(folder: Path, name: str, pictures: Sequence[bytes]) -> None:
    if not pictures:
        raise InvalidInput(f"The class {name!r} has no picture that can be used; add some.")
    for number, content in enumerate(pictures, start=1):
        try:
            picture = shrink(read_image(content), LONGEST)
        except InvalidInput as error:
            raise InvalidInput(f"Picture {number} of the class {name!r}: {error}") from error
        part = folder / (TRAIN if number % EVERY else TEST) / class_folder(name)
        part.mkdir(parents=True, exist_ok=True)
        write_picture(str(part / f"{number:05}.png"), picture)
