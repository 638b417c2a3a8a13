"""Files and pictures that a visitor brings, where the operator lets them: `CNN_LAB_UPLOADS=off` turns all of it off."""

import os
from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.images import MOST_BYTES

MOST_MB = MOST_BYTES // 1_000_000
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
    """A field for any number of files; none where uploads are off."""
    if not allowed("CNN_LAB_UPLOADS"):
        st.caption(OFF)
        return []
    return st.file_uploader(label, kinds, max_upload_size=MOST_MB, accept_multiple_files=True, key=key)


def camera(label: str, *, key: str) -> UploadedFile | None:
    """A switch for the camera, and what it took."""
    if not allowed("CNN_LAB_UPLOADS") or not st.toggle("Use the camera", key=f"{key} camera"):
        return None
    return st.camera_input(label, key=f"{key} shot")
