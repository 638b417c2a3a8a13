"""Which data are real, which stand in, and a button to fetch the real ones."""

import streamlit as st

from engine.errors import LabError
from engine.records import State
from engine.settings import DownloadSettings
from engine.sources.catalog import SOURCES, Source
from engine.sources.locate import Found, locate
from pages.ui.live import live_view
from pages.ui.session import lab, start_run
from pages.ui.uploads import allowed


def sources_panel() -> None:
    """A line a source, with its download where it only has a stand-in."""
    st.subheader("Data and weights", anchor=False)
    for source in SOURCES.values():
        _source(source)


def source_note(source: Source) -> None:
    """One line for the page of an experiment: which data it will use, and where the real ones come from."""
    if not (found := _found(source)):
        return
    more = "" if found.real else f", standing in for {source.real}"
    whence = ", which Home can download" if more and _can_download(source) else ""
    st.caption(f"Data: {found.describe}{more}{whence}. {found.remark}")


def weights_note(source: Source) -> None:
    """Where a network's weights are not here: that they are not, and where they come from."""
    found = _found(source)
    if found and not found.real:
        if _can_download(source):
            whence = "Home can download them"
        elif source.remote:
            whence = f"python -m engine download {source.name} fetches them"
        else:
            whence = f"put Keras's {source.layouts[0][0]} into CNN_LAB_DATA"
        st.warning(f"{source.title}'s weights are not here: {whence}.", icon=":material/inventory_2:")


def _found(source: Source) -> Found | None:
    """Where it is; None, with the reason on the page, where the folders cannot tell."""
    try:
        return locate(source)
    except LabError as error:
        st.error(f"{source.title}: {error}")
        return None


def _source(source: Source) -> None:
    if not (found := _found(source)):
        return
    if found.real:
        _words("check_circle", source, f"{found.describe}. {found.remark}")
        return
    words, action = st.columns([3, 2], vertical_alignment="center")
    with words:
        _words("inventory_2", source, f"{found.describe}, standing in for {source.real}.")
    run_id = lab().runs.active_like(DownloadSettings(source.name)) or st.session_state.get(_memory(source), "")
    run = lab().watch(run_id)
    if run and run.state != State.COMPLETED:
        live_view(run, lambda _run: None, amount=_megabytes)
    if _can_download(source) and not (run and run.active):
        action.button(
            f"Download {source.title} ({source.remote.size / 1e6:.0f} MB)",
            icon=":material/download:",
            width="stretch",
            on_click=_download,
            args=(source,),
            help=f"From {source.remote.url}, checked by its checksum. Until then the lab works with what it has.",
        )


def _can_download(source: Source) -> bool:
    """Whether Home has a button for it: there is an address, and the operator left downloads on."""
    return source.remote is not None and allowed("CNN_LAB_DOWNLOADS")


def _words(icon: str, source: Source, words: str) -> None:
    with st.container(gap=None):
        st.markdown(f":material/{icon}: **{source.title}**")
        # What describes a source is written to stand within a sentence too.
        st.caption(words[:1].upper() + words[1:])


def _download(source: Source) -> None:
    st.session_state[_memory(source)] = start_run(DownloadSettings(source.name))


def _megabytes(done: int, total: int) -> str:
    return f"{done / 1e6:.1f} of {total / 1e6:.1f} MB"


def _memory(source: Source) -> str:
    return f"download of {source.name}"
