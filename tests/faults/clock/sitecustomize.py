"""Python imports this at its start: `time.time` of every process is off by the seconds in the file `FAULTS_CLOCK`."""

import contextlib
import os
import time

if path := os.environ.get("FAULTS_CLOCK"):
    real, seen = time.time, {"offset": 0.0, "at": -1.0}

    def shifted() -> float:
        if (now := time.monotonic()) - seen["at"] > 0.05:
            with contextlib.suppress(OSError, ValueError), open(path) as file:
                seen["offset"] = float(file.read() or 0)
            seen["at"] = now
        return real() + seen["offset"]

    time.time = shifted
