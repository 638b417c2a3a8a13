"""A picture that was made in steps, when it is done: compared with where it came from, its making, and as files."""

import io
from collections.abc import Sequence
from typing import Literal

import streamlit as st
from PIL import Image

from engine.events import Snapshot
from engine.films import gif, mp4
from engine.images import size_of
from pages.ui.history import history, snapshot_address
from pages.ui.wipe import wipe

View = Literal["Compare", "The making", "Zoom"]


def made_picture(
    run_id: str,
    snapshots: Sequence[Snapshot],
    before: str,
    names: tuple[str, str],
    file: str,
    zoom: Sequence[Snapshot] = (),
) -> View:
    """Views of the last of `snapshots`, and the downloads of the one that is open, which is returned.

    before: data address of the picture to compare it with; names: of both; file: the downloads' name without ending;
    zoom: frames of a film that goes on from the picture.
    """
    shape = picture_shape(snapshots[-1])
    # The picture first, where it stood while it was made; what is below it has a place of its own there already.
    picture, row = st.container(), st.container(horizontal=True, vertical_alignment="center")
    views: list[View] = ["Compare", "The making", "Zoom"]
    view: View = row.segmented_control(
        "View",
        views if zoom else views[:2],
        default="Zoom" if zoom else "Compare",
        required=True,
        key=f"view of {run_id}",
        label_visibility="collapsed",
    )
    with picture:
        if view == "Compare":
            wipe(before, snapshot_address(snapshots[-1]), shape, names=names, key=f"wipe {run_id}")
        elif view == "The making":
            history(snapshots, shape, key=f"history {run_id}")
        else:
            history(zoom, shape, key=f"zoom {run_id}", unit="frame")
            snapshots, file = zoom, f"{file}-zoom"
    with row:
        _downloads(run_id, snapshots, file)
    return view


def making_place() -> None:
    """As high as what will be below the picture once it is made."""
    st.html('<div class="lab-making-place"></div>')


def picture_shape(snapshot: Snapshot) -> tuple[int, int]:
    """Height and width of its picture."""
    return size_of(snapshot.picture)


def _downloads(run_id: str, snapshots: Sequence[Snapshot], file: str) -> None:
    """Files are made when they are asked for; films take a second or two."""
    for label, ending, mime, make in (
        ("PNG", "png", "image/png", _png),
        ("GIF", "gif", "image/gif", gif),
        ("MP4", "mp4", "video/mp4", mp4),
    ):
        st.download_button(
            label,
            data=lambda make=make: make(snapshots),
            file_name=f"{file}.{ending}",
            mime=mime,
            icon=":material/download:",
            on_click="ignore",
            key=f"{ending} of {run_id}",
            help="The picture" if ending == "png" else "A film of the making",
        )
    with st.popover("Link", icon=":material/link:"):
        st.caption("This address shows the run with all its settings, as long as it is kept here.")
        address = (st.context.url or "").partition("?")[0]
        st.code(f"{address}?run={run_id}", language=None, wrap_lines=True)


def _png(snapshots: Sequence[Snapshot]) -> bytes:
    picture = snapshots[-1].picture
    if picture.startswith(b"\x89PNG"):
        return picture
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(buffer, "PNG")
    return buffer.getvalue()
