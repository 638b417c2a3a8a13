"""The section "Prepare": pictures sorted into folders, their contact sheets, the check, and the ZIP."""

import base64
import hashlib
import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.errors import LabError
from engine.events import Progress, Snapshot
from engine.preparing.checking import Check, check_folder
from engine.preparing.orientation import check_orientation
from engine.preparing.plan import class_folder
from engine.records import Run
from engine.settings import FineTuningSettings, PrepareSettings
from engine.sources.catalog import CIFAR10
from engine.sources.locate import cache_folder
from engine.sources.room import make_room, room_bytes
from engine.whole_files import write_whole
from pages.ui.anatomy import settings_and_stage
from pages.ui.controls import chosen, setting_inputs
from pages.ui.live import duration, live_view
from pages.ui.memory_note import start_button
from pages.ui.plain_text import plain
from pages.ui.session import lab, shown_run, start_and_show
from pages.ui.sources_panel import source_note
from pages.ui.tune_words import prepared_example
from pages.ui.uploads import file_upload
from pages.ui.zip_download import zip_download

SLOW_S = 300
LARGEST_MB = 100
"""The server takes no larger file (`.streamlit/config.toml`)."""


def prepare_section() -> Run | None:
    """Draw it; returns the run that is shown, if any."""
    st.header("Prepare the data", anchor=False)
    run = shown_run(PrepareSettings, beside=FineTuningSettings)
    form, stage = settings_and_stage("anatomy-prepare")
    with form:
        _form(running=bool(run and run.active))
    with stage:
        if run:
            live_view(run, _stage, files, key="run-bar-prepare")
            if run.result:
                _after(run)
        else:
            st.caption("A finished example: CIFAR-10 in the chapter's folders, and a contact sheet of each class.")
            _stage(prepared_example())
    return run


def files(done: int, total: int) -> str:
    """How far a run is, where it counts files."""
    return f"{done:,} of {total:,} files"


def _form(*, running: bool) -> None:
    setting_inputs(PrepareSettings, ["split"], columns=1)
    upload = file_upload("Your own ZIP, a folder a class", ["zip"], key="own zip", most_mb=LARGEST_MB)
    settings = PrepareSettings(split=chosen(PrepareSettings).split)
    start_button("Prepare dataset", lambda: settings, "folder_open", on_click=_prepare, args=(upload,), running=running)
    if not upload:
        source_note(CIFAR10)


def _prepare(upload: UploadedFile | None) -> None:
    try:
        archive = _stored(upload.name, upload.getvalue()) if upload else ""
    except OSError as error:
        st.toast(f"The ZIP could not be kept: {error.strerror or error}.", icon=":material/error:")
        return
    except LabError as error:
        st.toast(str(error), icon=":material/error:")
        return
    start_and_show(PrepareSettings(split=chosen(PrepareSettings).split, archive=archive))


def _stored(name: str, content: bytes) -> str:
    """The path of the uploaded ZIP, under its own name, in the app's cache. Raises `OSError`."""
    uploads = cache_folder() / "uploads"
    folder = uploads / hashlib.sha256(content).hexdigest()[:32]
    path = folder / f"{class_folder(Path(name).stem)}.zip"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        make_room(uploads, room_bytes(), keep=folder)
    return str(path)


def _stage(run: Run) -> None:
    if run.result:
        st.code(tree(run.result), language=None)
    rates = [e.metrics["files_per_second"] for e in run.events if isinstance(e, Progress) and e.metrics]
    if run.active and rates:
        st.caption(f"{rates[-1]:,.0f} files/s")
    sheets = [event for event in run.events if isinstance(event, Snapshot)]
    st.html(f'<div class="lab-sheets">{"".join(map(_sheet, sheets))}</div>')


def tree(result: Mapping[str, Any]) -> str:
    """The folders that were made, as text."""
    first, last = result["classes"][0], result["classes"][-1]
    lines = [
        line
        for split, count in result["splits"].items()
        for line in (
            f"{split + '/':<24}{count:>7,} files",
            f"  {first}/ … {last}/",
        )
    ]
    return "\n".join([*lines, f"{result['labels_file']:<24}{len(result['classes']):>7,} lines"])


def _sheet(event: Snapshot) -> str:
    name, picture = html.escape(event.name), base64.b64encode(event.picture).decode()
    return (
        f"<figure><figcaption>{name}</figcaption>"
        f'<img src="data:image/webp;base64,{picture}" alt="The first training pictures of {name}"></figure>'
    )


def _after(run: Run) -> None:
    result = dict(run.result or {})
    st.markdown(_summary(run, result))
    if result["unreadable_files"]:
        st.caption(f"{result['unreadable_files']:,} could not be read and were left out:")
        st.code("\n".join(result["unreadable"]), language=None)
    download, check = st.columns(2)
    with download:
        zip_download(run.id, result["folder"])
    if check.button("Check every file", icon=":material/fact_check:"):
        try:
            with st.spinner(f"Reading {result['files']:,} files…"):
                st.session_state["check"] = run.id, *_checked(run, result)
        except LabError as error:
            st.error(str(error), icon=":material/error:")
    if (found := st.session_state.get("check")) and found[0] == run.id:
        _check(found[1], found[2])


def _checked(run: Run, result: dict) -> tuple[Check, dict[str, int]]:
    lies = {}
    if not run.settings.archive:
        lies = lab().call_long(check_orientation, result["folder"], run.settings.split, timeout_s=SLOW_S)
    return lab().call_long(check_folder, result["folder"], timeout_s=SLOW_S), lies


def _summary(run: Run, result: dict) -> str:
    kept = f" {result['kept']:,} were whole already and stayed." if result["kept"] else ""
    return (
        f"**{result['files']:,} files of {len(result['classes'])} classes**, {result['bytes'] / 1e6:,.1f} MB, "
        f"{result['written']:,} written in {duration(run.elapsed_s)}.{kept} "
        f"{plain(result['data'])}. {plain(result['remark'])}"
    )


def _check(check: Check, lies: dict[str, int]) -> None:
    classes = sorted({name for found in check.counts.values() for name in found})
    rows = {split: [found.get(name, 0) for name in classes] for split, found in check.counts.items()}
    st.dataframe({"class": classes, **rows}, hide_index=True)
    sizes = ", ".join(f"{count:,} of {size}" for size, count in list(check.sizes.items())[:4])
    ways = ", ".join(f"{count} {way}" for way, count in lies.items())
    st.markdown(
        f"- **Balance**: the smallest class of the training set has {check.balance:.0%} of the largest.\n"
        f"- **Sizes**: {sizes}.\n- **Unreadable**: {len(check.unreadable):,}.\n"
        f"- **The same picture in two splits**: {check.exact_count:,} exactly, {check.near_count:,} nearly.\n"
        + (f"- **Against the source**: of {sum(lies.values())} compared, {ways}." if lies else "")
    )
    same = [f"{a}  =  {b}" for a, b in check.exact] + [f"{a}  ≈  {b}" for a, b in check.near]
    if same:
        st.caption("= exactly the same, ≈ nearly.")
        st.code("\n".join(same), language=None, height=160)
