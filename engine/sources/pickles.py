"""Pickles from anywhere. A pickle is a program: here it can make plain values and a few records of ours, no more.

Python's unpickler in C can be told to take any amount of memory in a few bytes, so this is the one in Python, without
the instructions that no data file of an older protocol needs, and for so many instructions at most.
"""

import io
import pickle
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from engine.errors import DamagedSource

MOST_READS = 2_000_000
"""Each instruction reads once or twice; a batch of 10,000 labels and names has 90,000."""

LEFT_OUT = {
    *(pickle.BYTEARRAY8, pickle.NEXT_BUFFER, pickle.READONLY_BUFFER, pickle.FRAME, pickle.STACK_GLOBAL),
    *(pickle.INST, pickle.OBJ, pickle.NEWOBJ_EX, pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.PERSID),
}

_STEPS: dict[int, Callable[..., None]] = pickle._Unpickler.dispatch


class _Counted:
    """A file of which an unpickler reads so often at most, and never more than is there."""

    def __init__(self, file: io.BytesIO) -> None:
        self._file = file
        self._reads = 0

    def read(self, size: int = -1) -> bytes:
        self._count()
        return self._file.read(size)

    def readline(self) -> bytes:
        self._count()
        return self._file.readline()

    def _count(self) -> None:
        self._reads += 1
        if self._reads > MOST_READS:
            raise DamagedSource("the pickle has more instructions than any file of data.")


class PlainUnpickler(pickle._Unpickler):
    """Lets in the names of `allowed` and nothing else: no other is even looked up.

    allowed: module and name -> what stands for it. Only instances of the classes among these may have their state set.
    Raises `DamagedSource` for another name, and errors of any kind for a damaged pickle.
    """

    def __init__(self, file: io.BytesIO, allowed: Mapping[tuple[str, str], Any], *, encoding: str = "ASCII") -> None:
        super().__init__(_Counted(file), encoding=encoding)
        self._allowed = allowed

    def find_class(self, module: str, name: str) -> Any:
        """What stands for this name."""
        if (module, name) not in self._allowed:
            asked = "".join(letter if letter.isprintable() else "?" for letter in f"{module[:60]}.{name[:60]}")
            raise DamagedSource(f"the pickle asks for {asked}, which no file of data needs; it was not read.")
        return self._allowed[module, name]

    def _load_build(self) -> None:
        kinds = tuple(kind for kind in self._allowed.values() if isinstance(kind, type))
        if not isinstance(self.stack[-2], kinds):  # type: ignore[attr-defined]
            raise DamagedSource("the pickle changes what it has not made; it was not read.")
        _STEPS[pickle.BUILD[0]](self)

    dispatch: ClassVar[dict[int, Callable[..., None]]] = {
        **{code: step for code, step in _STEPS.items() if bytes([code]) not in LEFT_OUT},
        pickle.BUILD[0]: _load_build,
    }
