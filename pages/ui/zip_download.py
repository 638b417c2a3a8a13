"""A folder as a ZIP to download. It goes from disk to disk: Streamlit would hold the bytes of its own button in memory.

So the file lies below `static/`, which Streamlit serves piece by piece, under a name that is made of what is in it: one
ZIP for all who ask for the same pictures, and nobody else can guess it.
"""

import hashlib
import html
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

import streamlit as st

from engine.errors import InvalidInput, LabError
from engine.preparing.manifest import NAME
from engine.preparing.zip_stream import zip_folder
from engine.sources.room import make_room, room_bytes

STATIC = Path(__file__).parents[2] / "static"
ZIPS = STATIC / "zips"
LARGEST = 200_000_000
"""Streamlit serves no larger file."""

KEPT_S = 3_600


def zip_download(run_id: str, folder: str) -> None:
    """A button that packs `folder`, and then the link to the ZIP."""
    packed = st.session_state.get("zip")
    if not packed or packed[0] != run_id or not packed[1].exists():
        if st.button("Pack as ZIP", icon=":material/folder_zip:"):
            _pack(run_id, Path(folder))
        return
    path = packed[1]
    address = f"app/static/{path.relative_to(STATIC).as_posix()}"
    st.html(
        f'<a class="lab-download" href="{html.escape(address)}" download="{html.escape(path.name)}">'
        f"Download ZIP ({path.stat().st_size / 1e6:,.1f} MB)</a>"
    )


def _pack(run_id: str, folder: Path) -> None:
    try:
        with st.spinner("Packing…"):
            st.session_state["zip"] = run_id, _packed(folder)
    except LabError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.rerun()


def _packed(folder: Path) -> Path:
    """The ZIP of `folder`, which is there already where somebody has had the same pictures packed.

    Here and not by a worker, which may be another machine: Streamlit serves the files of this one.
    """
    try:
        name = hashlib.sha256((folder / NAME).read_bytes()).hexdigest()[:32]
    except OSError as error:
        raise InvalidInput(
            "The prepared pictures are not here any more; prepare them again. (Workers on other machines must share "
            "the folder CNN_LAB_CACHE with the app.)"
        ) from error
    path = ZIPS / name / f"{folder.name}.zip"
    _forget_old()
    if path.exists():
        os.utime(path)
    else:
        zip_folder(folder, path, LARGEST)
        make_room(ZIPS, room_bytes(), keep=path.parent)
    return path


def _forget_old() -> None:
    """Remove the ZIPs of more than an hour ago."""
    for path in ZIPS.glob("*/*.zip*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT_S:
                shutil.rmtree(path.parent, ignore_errors=True)
