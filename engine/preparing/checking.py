"""What is in a prepared folder: counts, sizes, files that are no pictures, and the same picture in two splits.

Near duplicates are found by a difference hash (Krawetz, "Kind of like that", 2013): 64 bits that say where brightness
rises from left to right; those few bits apart are then compared as small grey pictures.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import InvalidInput
from engine.images import Pixels, read_image

BITS_APART = 3
GREY_APART = 4.0
"""Mean difference of grey values of two pictures, shrunk to 9×8, that are still the same."""

PLAIN = 3.0
"""Deviation of the grey values below which a picture is a plain surface, and like any other."""

LISTED = 40
BUCKET = 400
"""Hashes of plain skies are all alike; where so many share a quarter of their bits, only exact duplicates count."""


@dataclass(frozen=True, slots=True)
class Check:
    """counts: by split and class; sizes: files by "width×height"; unreadable: paths of all that are no pictures; exact,
    near: pairs of paths, at most 40 each, of `exact_count` and `near_count` in all. Duplicates are of different splits:
    what leaks from training into a test.
    """

    counts: Mapping[str, Mapping[str, int]]
    sizes: Mapping[str, int]
    unreadable: list[str]
    exact: list[tuple[str, str]]
    near: list[tuple[str, str]]
    exact_count: int
    near_count: int

    @property
    def balance(self) -> float:
        """Files of the smallest class of the training set, as a share of those of the largest."""
        counts = [*self.counts.get("train_dir", {}).values()]
        return min(counts) / max(counts) if counts else 0.0


def check_folder(folder: str) -> Check:
    """Read every PNG of a prepared folder. Raises `InvalidInput` where there are none."""
    root = Path(folder)
    paths = sorted(root.glob("*_dir/*/*.png"))
    if not paths:
        raise InvalidInput("The folder has no prepared pictures any more; prepare them again.")
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sizes, unreadable, small, digests, good = Counter[str](), list[str](), [], [], []
    for path in paths:
        name = path.relative_to(root).as_posix()
        try:
            picture = read_image(path.read_bytes())
        except (OSError, InvalidInput):
            unreadable.append(name)
            continue
        counts[path.parts[-3]][path.parts[-2]] += 1
        sizes[f"{picture.shape[1]}×{picture.shape[0]}"] += 1
        digests.append(hashlib.blake2b(picture.tobytes(), digest_size=16).digest())
        small.append(grey_9x8(picture))
        good.append(name)
    # Counted without being made: of n copies in one split and m in another there are n·m.
    copies = [_by_split(group, good) for group in _groups(digests)]
    across = [pair for parts in copies for pair in combinations(parts, 2)]
    exact = [*islice(((a, b) for one, other in across for a, b in product(one, other)), LISTED)]
    alike = ((a, b) for a, b in near_pairs(np.array(small)) if digests[a] != digests[b]) if small else iter(())
    pairs = ((good[a], good[b]) for a, b in alike if _split(good[a]) != _split(good[b]))
    near = [*islice(pairs, LISTED)]
    near_count = len(near) + sum(1 for _ in pairs)
    plain = {split: dict(found) for split, found in counts.items()}
    exact_count = sum(len(one) * len(other) for one, other in across)
    return Check(plain, dict(sizes), unreadable, exact, near, exact_count, near_count)


def grey_9x8(picture: Pixels) -> NDArray[np.uint8]:
    """uint8 [8, 9], grey."""
    return np.asarray(Image.fromarray(picture).convert("L").resize((9, 8), Image.Resampling.BOX))


def hashes(small: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """uint64 [n] of grey pictures uint8 [n, 8, 9]."""
    bits = (small[:, :, 1:] > small[:, :, :-1]).reshape(len(small), 64)
    return np.packbits(bits, axis=1).view(">u8").ravel().astype(np.uint64)


def near_pairs(small: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Places of grey pictures [n, 8, 9] that are nearly the same: 3 bits apart leave one of four quarters equal."""
    marks = hashes(small)
    plain, bits = small.std(axis=(1, 2)) < PLAIN, marks.tolist()
    quarters = [((marks >> np.uint64(16 * quarter)) & np.uint64(0xFFFF)).tolist() for quarter in range(4)]
    earlier: list[tuple[list[int], Counter[int]]] = []
    for keys in quarters:
        for bucket in _groups(keys):
            for a, b in combinations(bucket, 2) if len(bucket) <= BUCKET else ():
                if plain[a] or (bits[a] ^ bits[b]).bit_count() > BITS_APART:
                    continue
                if any(known[a] == known[b] and sizes[known[a]] <= BUCKET for known, sizes in earlier):
                    continue
                if np.abs(small[a].astype(float) - small[b]).mean() <= GREY_APART:
                    yield a, b
        earlier.append((keys, Counter(keys)))


def _groups(keys: Iterable[object]) -> list[list[int]]:
    groups: dict[object, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        groups[key].append(place)
    return [group for group in groups.values() if len(group) > 1]


def _by_split(places: Iterable[int], names: Sequence[str]) -> list[list[str]]:
    """The names at these places, those of each split by themselves."""
    parts = defaultdict[str, list[str]](list)
    for place in places:
        parts[_split(names[place])].append(names[place])
    return [*parts.values()]


def _split(name: str) -> str:
    return name.partition("/")[0]
