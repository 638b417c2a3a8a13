"""The command line: every experiment without a browser. `python -m engine --help` lists the commands.

Exit status 0; 1 where whoever read the output has gone; 2, with one line on standard error, for bad input; 130 when
interrupted.
"""

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from PIL import Image

from engine.errors import InvalidInput, InvalidSettings, LabError
from engine.events import Beat, Completed, Event, Progress, Snapshot, as_json
from engine.memory import TENSORFLOW_BYTES, free_bytes
from engine.needs import check_fits
from engine.rules import Bounds, ExperimentSettings, Picture, Rule, as_plain, parse, rules_of
from engine.settings import EXPERIMENTS, DownloadSettings, PrepareSettings
from engine.sources.catalog import SOURCES
from engine.sources.locate import cache_folder, locate
from engine.whole_files import write_whole

PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}

SERIES = {"cifar": "kernels", "style_transfer": "", "deep_dream": "dream"}
"""Of the experiments that make pictures, the series whose last one `--out` writes."""


class OneLineParser(argparse.ArgumentParser):
    """argparse's parser, with its complaint on one line."""

    def error(self, message: str) -> NoReturn:
        """Say what was wrong, and where help is, and exit with 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
    except LabError as error:
        print(f"python -m engine: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("python -m engine: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; keep Python from complaining about it when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _parser() -> OneLineParser:
    parser = OneLineParser(prog="python -m engine", description="Run CNN Lab's experiments without a browser.")
    commands = parser.add_subparsers(required=True, metavar="command", parser_class=OneLineParser)

    commands.add_parser("list", help="experiments and their settings").set_defaults(command=_list)
    commands.add_parser("sources", help="each data set: where it comes from, what is here").set_defaults(
        command=_sources
    )
    download = commands.add_parser("download", help="fetch a source, with progress, checksum and resume")
    download.add_argument("name", metavar="NAME", help=", ".join(SOURCES))
    download.set_defaults(command=_download)

    run = commands.add_parser("run", help="run an experiment")
    run.add_argument("name", metavar="NAME", help=", ".join(EXPERIMENTS))
    run.add_argument("--set", metavar="FIELD=VALUE", action="append", default=[], help="a setting (repeat for more)")
    run.add_argument("--image", metavar="FILE", help="the picture of an experiment that takes one")
    run.add_argument("--style", metavar="FILE", help="the style picture of an experiment that takes one")
    run.add_argument("--data", metavar="DIR", type=Path, help="folder with data, instead of CNN_LAB_DATA")
    run.add_argument(
        "--out",
        metavar="PATH",
        type=Path,
        help="where to write the picture (.png, .jpg, .webp), the record of the run (.json) or the prepared folder",
    )
    run.add_argument("--json", action="store_true", help="one JSON object an event on standard output")
    run.set_defaults(command=_run)
    return parser


def _list(_options: argparse.Namespace) -> None:
    for name, cls in EXPERIMENTS.items():
        print(f"{name}: {cls.summary}")
        defaults = cls()
        for field, rule in rules_of(cls).items():
            print(f"  {field:<16} {_default(getattr(defaults, field), rule)}. {rule.help}")


def _default(value: object, rule: Rule) -> str:
    match rule:
        case Bounds(low, high):
            return f"{value:<8g} {low:g} to {high:g}"
        case Picture():
            return f"{'':<8} {rule.wanted}"
        case _:
            return f"{value!s:<8} {rule.wanted}"


def _sources(_options: argparse.Namespace) -> None:
    for source in SOURCES.values():
        found = locate(source)
        print(f"{source.name}: {source.title}")
        print(f"  here: {found.describe}" + ("" if found.real else ", standing in for the whole set"))
        for path in found.paths:
            print(f"    {path}")
        if found.remark:
            print(f"    {found.remark}")
        if source.remote:
            print(f"  real: {source.real}, {source.remote.size / 1e6:.1f} MB, {source.remote.url}")
        if not found.real and source.remote:
            print(f"    fetch it with: python -m engine download {source.name}")
        elif not found.real:
            print(f"  real: {source.real}; Keras's own {source.layouts[0][0]}, looked for in the folders below")
    print(f"searched: CNN_LAB_DATA, {cache_folder()}, Keras's cache, packages")


def _download(options: argparse.Namespace) -> None:
    from engine.experiments import start

    for event in start(DownloadSettings(options.name)):
        if isinstance(event, Progress):
            rate = event.metrics["bytes_per_second"]
            print(
                f"\r{event.step / 1e6:.1f} of {event.total / 1e6:.1f} MB, {rate / 1e6:.1f} MB/s",
                end="",
                file=sys.stderr,
                flush=True,
            )
        if isinstance(event, Completed):
            print(f"{event.result['file']} is here and whole.")


def _run(options: argparse.Namespace) -> None:
    settings = _settings(options)
    # The result of some experiments is a folder: those are told where it goes, and make it themselves.
    folder = options.out and isinstance(settings, PrepareSettings) and options.out.suffix.lower() != ".json"
    if folder:
        settings = replace(settings, folder=str(options.out))
    elif options.out:
        _check_out(options.out, options.name)
    records, picture = [], b""
    for event, elapsed_s in _timed(settings, options.data):
        if isinstance(event, Beat):
            continue
        if isinstance(event, Snapshot) and event.name == SERIES.get(options.name):
            picture = event.picture
        record = as_json(event, elapsed_s)
        records.append(record)
        if options.json:
            print(json.dumps(record, allow_nan=False), flush=True)
        else:
            _print_event(event, elapsed_s)
    if folder:
        return
    if options.out and options.out.suffix.lower() in PICTURES:
        _write_out(options.out, _converted(picture, PICTURES[options.out.suffix.lower()]))
    elif options.out:
        text = json.dumps({"settings": as_plain(settings), "events": records}, allow_nan=False)
        _write_out(options.out, text.encode() + b"\n")


def _settings(options: argparse.Namespace) -> ExperimentSettings:
    cls = EXPERIMENTS.get(options.name)
    if not cls:
        raise InvalidSettings(f"{options.name!r} is not an experiment; the experiments are {', '.join(EXPERIMENTS)}.")
    pairs = [text.partition("=") for text in options.set]
    if malformed := [name for name, equals, _ in pairs if not equals]:
        raise InvalidSettings(f"--set {malformed[0]} must be written as field=value.")
    texts = {name: value for name, _, value in pairs}
    for option in ("image", "style"):
        if path := getattr(options, option):
            if option not in rules_of(cls):
                raise InvalidSettings(f"{options.name} takes no --{option}.")
            texts[option] = path
    return parse(cls, texts)


def _timed(settings: ExperimentSettings, data: Path | None) -> Iterator[tuple[Event, float]]:
    # TensorFlow takes seconds to import, and settings are checked before.
    from engine.experiments import start

    check_fits(settings, free_bytes() - TENSORFLOW_BYTES, data)
    started = time.monotonic()
    for event in start(settings, data):
        yield event, time.monotonic() - started


def _print_event(event: Event, elapsed_s: float) -> None:
    match event:
        case Progress(step, total, metrics) if metrics:
            shown = "  ".join(f"{name} {value:,.4g}" for name, value in metrics.items())
            print(f"{step:>6} of {total}  {elapsed_s:6.1f} s  {shown}", flush=True)
        case Completed(result):
            print(json.dumps(result, indent=2))


def _check_out(path: Path, experiment: str) -> None:
    """Before the run, which may take hours, rather than after it."""
    endings = [".json", *(PICTURES if experiment in SERIES else ())]
    if path.suffix.lower() not in endings:
        raise InvalidInput(f"--out is {str(path)!r}, but must end in {' or '.join(endings)} for {experiment}.")
    if path.is_dir() or not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise InvalidInput(f"--out is {str(path)!r}, but must be a file in an existing folder that can be written to.")


def _converted(picture: bytes, kind: str) -> bytes:
    """The picture in one of Pillow's formats; as it is where it has that already."""
    with Image.open(io.BytesIO(picture)) as image:
        if image.format == kind:
            return picture
        buffer = io.BytesIO()
        image.save(buffer, kind, quality=95)
    return buffer.getvalue()


def _write_out(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise InvalidInput(f"--out {path} could not be written: {error.strerror or error}.") from error


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.exit(main())
