"""Prepare a data set for fine-tuning: pictures sorted into folders, a class a folder. Chapter section "How to
fine-tune current CNN architectures?".

Better than the chapter: the pictures are upright and not mirrored, files are whole or absent, a run that was cut off is
continued, and on request the test pictures stay test pictures.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from engine.errors import InvalidInput
from engine.events import Beat, Completed, Event, Progress, Snapshot
from engine.experiments.measures import provenance
from engine.images import Pixels
from engine.paths import user_path
from engine.preparing.contact_sheet import SHOWN, contact_sheet
from engine.preparing.lock import lock_of
from engine.preparing.manifest import NAME, manifest_lines, read_manifest, whole
from engine.preparing.plan import TRAIN, Plan, plan_pictures
from engine.preparing.plan_zip import plan_zip
from engine.preparing.writer import Written
from engine.preparing.writers import Answers, writers
from engine.settings import PrepareSettings
from engine.sources.cifar10 import load_named_pictures
from engine.sources.locate import cache_folder
from engine.sources.room import make_room, room_bytes
from engine.whole_files import write_whole

CHUNK = 100
CHUNK_PIXELS = 400_000
"""Pictures, and pixels, that a writer gets at once: a few hundredths of a second of work."""

REPORT_S = 0.1
WAIT_S = 30.0
"""A run that was stopped lets go of its folder within this; whoever comes while another one goes on gives up."""

MOST_LISTED = 100
MOST_SHEETS = 40
"""They are kept in memory with the run."""


def load(data: Path | None = None) -> Path | None:
    """The folder to look for data in; which data, the settings say."""
    return data


def run(settings: PrepareSettings, data: Path | None) -> Iterator[Event]:
    """Write the pictures; progress counts files. Raises `InvalidInput` for a folder or a ZIP that cannot be used."""
    began = time.monotonic()
    with _plan(settings, data) as plan:
        yield Beat()
        yield from _prepare(settings, plan, began)


def _prepare(settings: PrepareSettings, plan: Plan, began: float) -> Iterator[Event]:
    folder = prepared_folder(settings, plan)
    files, kept = dict[str, Written](), 0
    try:
        with lock_of(folder) as take:
            yield from _wait_for(take, folder)
            known, wanted = read_manifest(folder, plan.source), set(plan.paths)
            for number, (path, right) in enumerate(whole(folder, known)):
                if right and path in wanted:
                    files[path] = known[path]
                if number % 1_000 == 999:
                    yield Beat()
            kept = len(files)
            _make_folders(folder, plan, files)
            unreadable = yield from _write(folder, plan, files)
            _finish(folder, plan, files)
        if not settings.folder:
            make_room(folder.parent, room_bytes(), keep=folder)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written to: {error.strerror or error}.") from error
    yield Progress(len(plan.paths), len(plan.paths), {})
    yield from _sheets(folder, plan, files)
    took = time.monotonic() - began
    yield Completed(
        {
            "folder": str(folder.absolute()),
            "classes": list(plan.classes),
            "files": len(files),
            "splits": _counts(files),
            "labels_file": plan.labels_file,
            "written": len(files) - kept,
            "kept": kept,
            "bytes": sum(size for size, _ in files.values()),
            "files_per_second": (len(files) - kept) / max(took, 1e-9),
            "unreadable": unreadable[:MOST_LISTED],
            "unreadable_files": len(unreadable),
            **provenance(plan),
        }
    )


def prepared_folder(settings: PrepareSettings, plan: Plan) -> Path:
    """Where the pictures go: the folder of the settings, or one in the app's cache for just these pictures."""
    if settings.folder:
        return user_path("folder", settings.folder)
    name = "".join(letter if letter.isalnum() else "-" for letter in plan.source.lower())
    return cache_folder() / "prepared" / name.replace("--", "-")


def _plan(settings: PrepareSettings, data: Path | None) -> AbstractContextManager[Plan]:
    if settings.archive:
        return plan_zip(user_path("archive", settings.archive), settings.split)
    return nullcontext(plan_pictures(load_named_pictures(data), settings.split))


def _wait_for(take: Callable[[], bool], folder: Path) -> Iterator[Event]:
    """Wait until no other run writes to `folder`, for a while: the other one may be paused, or have hours to go."""
    ends = time.monotonic() + WAIT_S
    while not take():
        if time.monotonic() > ends:
            raise InvalidInput(f"Another run is writing to {folder}; try again when it has ended.")
        yield Beat()
        time.sleep(REPORT_S)


def _make_folders(folder: Path, plan: Plan, files: dict[str, Written]) -> None:
    """The manifest comes first: it says whose the folders are. Nobody else writes here: what is half written is old."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / NAME).exists() or len(files) < len(plan.paths):
        _write_text(folder / NAME, plan.source + "\n" + manifest_lines(files))
    for part in sorted({path.rpartition("/")[0] for path in plan.paths}):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for pattern in ("*_dir/*/*.part", f"{NAME}.*.part", f"{plan.labels_file}.*.part"):
        for leftover in folder.glob(pattern):
            leftover.unlink()


def _write(folder: Path, plan: Plan, files: dict[str, Written]) -> Generator[Event, None, list[str]]:
    """Write what is not among `files` yet, and add it; returns the paths of pictures that could not be read."""
    missing = [place for place, path in enumerate(plan.paths) if path not in files]
    total, done, unreadable = len(plan.paths), len(files), list[str]()
    manifest = folder / NAME
    if not missing:
        return unreadable
    with manifest.open("a", encoding="utf-8", newline="\n") as log, writers(folder) as pool:

        def note(answers: Answers) -> int:
            files.update(answers)
            log.write(manifest_lines(dict(answers)))
            log.flush()
            return len(answers)

        started = said = time.monotonic()
        yield Progress(done, total, {})
        before = done
        for chunk in _chunks(plan, missing, unreadable):
            done += note(pool.send(chunk))
            if (now := time.monotonic()) - said >= REPORT_S:
                said = now
                yield Progress(done, total, {"files_per_second": (done - before) / (now - started)})
        for answers in pool.rest():
            note(answers)
            yield Beat()
    return unreadable


def _chunks(plan: Plan, places: list[int], unreadable: list[str]) -> Iterator[list[tuple[str, Pixels]]]:
    chunk: list[tuple[str, Pixels]] = []
    pixels = 0
    for place in places:
        picture = plan.read(place)
        if picture is None:
            unreadable.append(plan.paths[place])
            continue
        chunk.append((plan.paths[place], picture))
        pixels += picture.size
        if len(chunk) == CHUNK or pixels > CHUNK_PIXELS:
            yield chunk
            chunk, pixels = [], 0
    if chunk:
        yield chunk


def _finish(folder: Path, plan: Plan, files: dict[str, Written]) -> None:
    """Write the manifest in order and the file of labels, each whole; both stay as they are where nothing changed."""
    in_order = {path: files[path] for path in plan.paths if path in files}
    _write_text(folder / NAME, plan.source + "\n" + manifest_lines(in_order))
    _write_text(folder / plan.labels_file, "".join(f"{name}\n" for name in plan.classes))


def _write_text(path: Path, text: str) -> None:
    content = text.encode()
    if path.exists() and path.read_bytes() == content:
        return
    write_whole(path, content)


def _counts(files: dict[str, Written]) -> dict[str, int]:
    """Files of each split."""
    splits = [path.partition("/")[0] for path in files]
    return {split: splits.count(split) for split in dict.fromkeys(splits)}


def _sheets(folder: Path, plan: Plan, files: dict[str, Written]) -> Iterator[Event]:
    """A picture of the first training pictures of each class."""
    first: dict[str, list[str]] = {f"{TRAIN}/{name}": [] for name in plan.classes[:MOST_SHEETS]}
    for path in files:
        shown = first.get(path.rpartition("/")[0])
        if shown is not None and len(shown) < SHOWN:
            shown.append(path)
    for part, paths in first.items():
        if paths:
            sheet = contact_sheet([folder / path for path in paths])
            yield Snapshot(len(plan.paths), sheet, part.rpartition("/")[2])
