"""A folder as a ZIP to download. It goes from disk to disk: Streamlit would hold the bytes of its own button in memory.

So the file lies below `static/`, which Streamlit serves piece by piece, under a name that cannot be guessed.
"""

import html
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

import streamlit as st

from engine.errors import LabError
from engine.preparing.zip_stream import zip_folder
from pages.ui.plain_text import plain
from pages.ui.session import lab

STATIC = Path(__file__).parents[2] / "static"
ZIPS = STATIC / "zips"
LARGEST = 200_000_000
"""Streamlit serves no larger file."""

KEPT_S = 3_600
SLOW_S = 600


def zip_download(run_id: str, folder: str) -> None:
    """A button that packs `folder`, and then the link to the ZIP."""
    packed = st.session_state.get("zip")
    if not packed or packed[0] != run_id or not packed[1].exists():
        if st.button("Pack as ZIP", icon=":material/folder_zip:"):
            _pack(run_id, Path(folder).name, folder)
        return
    path, size = packed[1:]
    address = f"app/static/{path.relative_to(STATIC).as_posix()}"
    st.html(
        f'<a class="lab-download" href="{html.escape(address)}" download="{html.escape(path.name)}">'
        f"Download ZIP ({size / 1e6:,.1f} MB)</a>"
    )


def _pack(run_id: str, name: str, folder: str) -> None:
    target = ZIPS / secrets.token_hex(16) / f"{name}.zip"
    try:
        _forget_old()
        with st.spinner("Packing…"):
            size = lab().call(zip_folder, folder, str(target), timeout_s=SLOW_S)
    except LabError as error:
        st.error(str(error), icon=":material/error:")
        return
    if size > LARGEST:
        shutil.rmtree(target.parent, ignore_errors=True)
        st.caption(f"The ZIP has {size / 1e6:,.0f} MB, too many to send. The folder is {plain(folder)}.")
        return
    st.session_state["zip"] = run_id, target, size
    st.rerun()


def _forget_old() -> None:
    """Remove the ZIPs of more than an hour ago."""
    for path in ZIPS.glob("*/*.zip*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT_S:
                shutil.rmtree(path.parent, ignore_errors=True)
