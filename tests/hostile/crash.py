"""Readers that do what those in C do on some damaged files."""

import os
import signal

from engine.errors import DamagedSource


def crash(_path):
    os.kill(os.getpid(), signal.SIGSEGV)


def fill(_path):
    bytearray(20_000_000_000)


def refuse(path):
    raise DamagedSource(f"{path} is no MATLAB file.")
