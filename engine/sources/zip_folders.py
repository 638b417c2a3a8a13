"""A user's ZIP of folders of pictures, one folder a class: looked through before anything is decoded.

Members are read one by one and nothing is unpacked. What could fill the memory or lead out of a folder is refused.
"""

import zipfile
from pathlib import Path, PurePosixPath

from engine.errors import InvalidInput
from engine.images import MOST_BYTES, Pixels, read_image, shrink
from engine.sources.plain_zip import METHODS, member_bytes, opened_zip

MOST_MEMBERS = 20_000
MOST_TOTAL = 2_000_000_000
MOST_RATIO = 200
"""A picture hardly ever shrinks tenfold in a ZIP; a bomb does a thousandfold."""

LONGEST = 256
KINDS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")


def list_classes(path: Path) -> dict[str, list[str]]:
    """Members by the name of their class, the folder they lie in; classes and members in order of their names.

    Raises `InvalidInput` for what is no ZIP, leads out of its folder, is too large, or has no two classes of pictures.
    """
    with opened_zip(path) as archive:
        classes = _folders(archive.infolist())
    if twice := _same_name(list(classes)):
        raise InvalidInput(f"The ZIP has two classes called {twice[:100]!r}; give each folder a name of its own.")
    named = {folder.name: sorted(members) for folder, members in sorted(classes.items())}
    if empty := [name for name, members in named.items() if not members]:
        raise InvalidInput(f"The class {empty[0][:100]!r} has no pictures; put some into its folder, or leave it out.")
    if len(named) < 2:
        found = f"only one class, {next(iter(named))[:100]!r}" if named else "no folders of pictures"
        raise InvalidInput(f"The ZIP has {found}; it needs a folder of pictures for each of two classes or more.")
    return named


def read_member(archive: zipfile.ZipFile, member: str) -> Pixels | None:
    """The picture of a member, its longer side at most 256 pixels; None where it is damaged or no picture."""
    try:
        return shrink(read_image(member_bytes(archive, archive.getinfo(member), MOST_BYTES)), LONGEST)
    except (InvalidInput, KeyError):
        return None


def _folders(members: list[zipfile.ZipInfo]) -> dict[PurePosixPath, list[str]]:
    """Members that are pictures by their folder; folders that hold nothing at all too."""
    if len(members) > MOST_MEMBERS:
        raise InvalidInput(f"The ZIP has {len(members):,} members; at most {MOST_MEMBERS:,} can be used.")
    classes: dict[PurePosixPath, list[str]] = {}
    total = 0
    for member in members:
        if not member.filename:
            raise InvalidInput("The ZIP holds a file without a name; pack it anew.")
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts or ":" in "".join(place.parts[:1]):
            raise InvalidInput(f"The ZIP holds {_shown(member)}, which leads out of its folder; it was not read.")
        total += member.file_size
        _check_size(member, total)
        if any(part.startswith((".", "__MACOSX")) for part in place.parts):
            continue
        if member.is_dir():
            classes.setdefault(place, [])
        elif place.suffix.lower() in KINDS and len(place.parts) > 1:
            classes.setdefault(place.parent, []).append(member.filename)
    inner = {parent for folder in classes for parent in folder.parents}
    return {folder: found for folder, found in classes.items() if found or folder not in inner}


def _check_size(member: zipfile.ZipInfo, total: int) -> None:
    bomb = member.file_size > MOST_RATIO * max(member.compress_size, 1_000)
    if bomb or member.file_size > MOST_BYTES or total > MOST_TOTAL:
        raise InvalidInput(
            f"{_shown(member)} in the ZIP would unpack to {member.file_size / 1e6:,.0f} MB of {total / 1e6:,.0f} MB "
            f"so far; a picture may have {MOST_BYTES / 1e6:.0f} MB, all of them {MOST_TOTAL / 1e6:,.0f} MB."
        )
    if member.compress_type not in METHODS or member.flag_bits & 1:
        raise InvalidInput(f"{_shown(member)} in the ZIP is encrypted, or packed in a rare way; pack it by deflate.")


def _shown(member: zipfile.ZipInfo) -> str:
    return repr(member.filename[:100])


def _same_name(folders: list[PurePosixPath]) -> str:
    names = [folder.name.casefold() for folder in folders]
    return next((folder.name for folder in folders if names.count(folder.name.casefold()) > 1), "")
