"""One hostile file in a process of its own, watched: its time, its memory, and what it leaves on disk."""

import contextlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from engine.errors import LabError

SECONDS = 5
"""Of the processor, so that neighbours do not count."""

MOST_WAITED_S = 120
"""Seconds on the clock, for what sleeps."""

MOST_MB = 600
"""Growth of resident memory while one file is read: a picture of 40 million pixels takes half of it."""

LAST_RESORT = 3_000_000_000
"""Bytes of address space beside what was there before: the computer that runs this goes on."""

RESULT = "a result"
LONGEST = 400
"""Characters of a message that a person still reads."""


@dataclass(frozen=True)
class Outcome:
    """fault: what is wrong, or empty; said: "a result", or the sentence of the error."""

    fault: str
    said: str
    seconds: float
    megabytes: float


def tried(read, content, home):
    """Call `read(content)` in a child below the folder `home`, and judge it."""
    before = _listing(home)
    answer, write = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if not child:
        os.close(answer)
        _child(read, content, home, write)
    os.close(write)
    status, usage = _waited(child, began)
    took = time.monotonic() - began
    with open(answer, "rb") as pipe:
        said = pipe.read()
    grown = json.loads(said)["grown"] if said else 0.0
    busy = usage.ru_utime + usage.ru_stime
    fault = _fault(status, busy, took, said) or (f"took {grown:.0f} MB of memory" if grown > MOST_MB else "")
    if not fault and (strays := _listing(home) - before):
        fault = f"left {sorted(strays)[:3]} outside the app's folders"
    return Outcome(fault, json.loads(said)["said"] if said else "", busy, grown)


def _child(read, content, home, write):
    with contextlib.suppress(BaseException):
        os.setpgid(0, 0)
        os.chdir(home / "work")
        os.environ.update(HOME=str(home / "home"), TMPDIR=str(home / "tmp"), CNN_LAB_CACHE=str(home / "cache"))
        tempfile.tempdir = None
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        size = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (size + LAST_RESORT,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 1, SECONDS + 1))
        before = _resident()
        answer = _judged(read, content)
        answer["grown"] = max(0.0, _peak() - before)
        os.write(write, json.dumps(answer).encode())
    os._exit(0)


def _judged(read, content):
    try:
        read(content)
        return {"said": RESULT, "fault": ""}
    except LabError as error:
        sentence = str(error)
        clear = 10 < len(sentence) <= LONGEST and "\n" not in sentence and sentence.isprintable()
        return {"said": sentence[:2_000], "fault": "" if clear else f"no clear message: {sentence[:600]!r}"}
    except BaseException as error:
        where = traceback.extract_tb(sys.exc_info()[2])[-1]
        fault = f"{type(error).__name__}: {str(error)[:200]} ({Path(where.filename).name}:{where.lineno})"
        return {"said": "", "fault": fault}


def _waited(child, began):
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() - began > MOST_WAITED_S:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
            break
        time.sleep(0.002)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return status, usage


def _fault(status, busy, took, said):
    if busy > SECONDS or took > MOST_WAITED_S:
        return f"was not done after {min(busy, SECONDS):.0f} s of the processor"
    if os.WIFSIGNALED(status):
        return f"crashed: {signal.Signals(os.WTERMSIG(status)).name}"
    return json.loads(said)["fault"] if said else "ended without an answer"


def _listing(home):
    """Everything below `home` but the app's own folder."""
    own = home / "cache"
    return {str(path.relative_to(home)) for path in home.rglob("*") if own not in (path, *path.parents)}


def _resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _peak():
    """Peak of resident memory in MB; the kernel's count starts anew where it may."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6
