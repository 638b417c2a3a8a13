"""A user's ZIP of folders on its way to the folders of the chapter."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import InvalidInput
from engine.images import Pixels
from engine.preparing.plan import TEST, TRAIN, VALIDATION, Plan, class_folder
from engine.sources.locate import checksum
from engine.sources.plain_zip import opened_zip
from engine.sources.zip_folders import list_classes, read_member

LABELS = "labels.txt"
EVERY = 5
"""Of each class every fifth picture is kept apart; in three folders those are for the test, and the next ones too."""


@contextmanager
def plan_zip(path: Path, split: str) -> Iterator[Plan]:
    """The pictures of the ZIP at `path`, numbered in each class, to read within the block.

    Raises what `list_classes` raises.
    """
    if not path.is_file():
        raise InvalidInput(f"archive is {str(path)!r}, but must be an existing ZIP file.")
    classes = list_classes(path)
    names = {name: class_folder(name) for name in classes}
    if len(set(map(str.casefold, names.values()))) < len(names):
        raise InvalidInput("Two classes of the ZIP have names that differ only in signs that folders cannot have.")
    members = [(name, place, member) for name, found in classes.items() for place, member in enumerate(found)]
    paths = tuple(f"{_part(place, split)}/{names[name]}/{place:05}.png" for name, place, _ in members)

    describe = f"{len(members):,} pictures of {len(classes)} classes from {path.name}"
    source = f"ZIP, {split} split, {checksum(path, like='sha256')[:16]}"
    # Open all the time: the list of contents, of up to 20,000 members, is read each time that a ZIP is opened.
    with opened_zip(path) as archive:

        def read(place: int) -> Pixels | None:
            return read_member(archive, members[place][2])

        yield Plan(tuple(names.values()), paths, read, source, LABELS, describe, real=True)


def _part(place: int, split: str) -> str:
    if split == "honest" and place % EVERY == EVERY - 2:
        return VALIDATION
    if place % EVERY == EVERY - 1:
        return TEST if split == "honest" else VALIDATION
    return TRAIN
