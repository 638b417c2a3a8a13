"""Files and pictures that a visitor brings, where the operator lets them: `CNN_LAB_UPLOADS=off` turns all of it off."""

import os
from collections.abc import Sequence
from typing import Any

import streamlit as st
from starlette.exceptions import HTTPException
from streamlit import runtime
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from engine.images import MOST_BYTES

MOST_MB = MOST_BYTES // 1_000_000
MOST_FILES = 100
"""Files of one field that are used; Streamlit keeps them all in memory."""

OF_A_SESSION, OF_ALL = 200_000_000, 600_000_000
"""Bytes that a browser, and all of them, may have brought at a time. What a page does not use any more counts too."""

OFF = "Files and pictures of one's own are switched off in this lab."


def allowed(variable: str) -> bool:
    """Whether the operator left on what `variable` switches, such as `CNN_LAB_UPLOADS`."""
    return os.environ.get(variable, "").strip().lower() not in ("off", "0", "no", "false")


def file_upload(label: str, kinds: Sequence[str], *, key: str, most_mb: int = MOST_MB) -> UploadedFile | None:
    """A field for one file of at most `most_mb` megabytes; None without one, and where uploads are off."""
    if not allowed("CNN_LAB_UPLOADS"):
        st.caption(OFF)
        return None
    return st.file_uploader(label, kinds, max_upload_size=most_mb, key=key)


def file_uploads(label: str, kinds: Sequence[str], *, key: str) -> list[UploadedFile]:
    """A field for files, of which the first hundred count; none where uploads are off."""
    if not allowed("CNN_LAB_UPLOADS"):
        st.caption(OFF)
        return []
    return st.file_uploader(label, kinds, max_upload_size=MOST_MB, accept_multiple_files=True, key=key)[:MOST_FILES]


def camera(label: str, *, key: str) -> UploadedFile | None:
    """A switch for the camera, and what it took."""
    if not allowed("CNN_LAB_UPLOADS") or not st.toggle("Use the camera", key=f"{key} camera"):
        return None
    return st.camera_input(label, key=f"{key} shot")


@st.cache_resource(show_spinner=False)
def limit_uploads() -> None:
    """Have the app refuse what is too much, or anything where uploads are off, also from who needs no page for it."""
    if runtime.exists():
        watch_over(runtime.get_instance().uploaded_file_mgr)


def watch_over(manager: Any) -> None:
    """Have Streamlit's keeper of files ask `check_upload` before it keeps one."""
    add = manager.add_file

    def add_if_allowed(session_id: str, file: UploadedFileRec) -> None:
        check_upload(manager.file_storage, session_id, file)
        add(session_id, file)

    manager.add_file = add_if_allowed


def check_upload(held: dict[str, dict[str, UploadedFileRec]], session_id: str, file: UploadedFileRec) -> None:
    """Raise Starlette's answer 403 where uploads are off, and 413 where this file is too much beside those `held`."""
    if not allowed("CNN_LAB_UPLOADS"):
        raise HTTPException(403, OFF)
    sizes = {name: sum(len(kept.data) for kept in [*files.values()]) for name, files in [*held.items()]}
    own, of_all = sizes.get(session_id, 0), sum(sizes.values())
    if own + len(file.data) > OF_A_SESSION or of_all + len(file.data) > OF_ALL:
        raise HTTPException(413, "Too many files at a time: remove some, or reload the page.")
