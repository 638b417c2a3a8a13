"""Give hostile files to whatever takes files, and say what went wrong: `python -m tests.hostile --count 2000 --seed 1`.

Each file gets a process of its own with limits (`apart`). First come the files that are hostile as they stand, then
sound ones spoilt at random, the same for the same seed. Exit status 1 where there was a fault; each is printed with the
command that repeats it.
"""

import argparse
import collections
import random
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.hostile import containers, mutations, pictures
from tests.hostile.apart import RESULT, tried
from tests.hostile.targets import PICTURE_KINDS, TARGETS

SHARES = {"png": 3, "jpeg": 3, "gif": 2, "webp": 2, "bmp": 1, "tiff": 2, "zip": 3, "tar": 2, "pickle": 2}
"""Of the files spoilt at random, one part for what is not named; the slow ones come last."""


SAY = partial(print, flush=True)


def named(kind):
    """The files of `kind` that are hostile as they stand, by their names."""
    if kind in PICTURE_KINDS:
        return pictures.hostile(kind)
    if kind == "pb":
        from tests.hostile import graphs

        return graphs.HOSTILE
    return containers.HOSTILE[kind]


def spoilt(kind, seed, number):
    """File `number` of those spoilt at random."""
    rng = random.Random(f"{seed} {kind} {number}")
    if kind in PICTURE_KINDS:
        sound = pictures.seeds(kind)
        content = mutations.mutated(rng.choice(sound), sound, rng)
        return mutations.with_right_checksums(content) if kind == "png" and rng.random() < 0.6 else content
    if kind == "pb":
        from tests.hostile import graphs

        return mutations.mutated(rng.choice(graphs.seeds()), graphs.seeds(), rng)
    sound = containers.seeds(kind)
    packed, deeper = rng.choice(sound), rng.random() < 0.5
    match kind:
        case "zip" | "npz" if deeper:
            return mutations.inside_zip(packed, rng)
        case "tar" if deeper:
            return mutations.inside_tar(packed, rng)
        case "tar" | "idx" if rng.random() < 0.7:
            return mutations.inside_gzip(packed, sound, rng)
        case _:
            return mutations.mutated(packed, sound, rng)


def plan(kinds, count, seed, *, named_too=True):
    """Kind, name and maker of each file, `count` in all: those that are hostile as they stand, then spoilt ones."""
    files = [(kind, name, make) for kind in kinds for name, make in named(kind).items()][:count] if named_too else []
    shares = [kind for kind in kinds for _ in range(SHARES.get(kind, 1))]
    numbers = collections.Counter()
    for place in range(count - len(files)):
        kind = shares[place % len(shares)]
        number = numbers[kind]
        files.append((kind, str(number), partial(spoilt, kind, seed, number)))
        numbers[kind] += 1
    return sorted(files, key=lambda file: kinds.index(file[0]))


def one(text, seed):
    """The file that `--only kind:name` names."""
    kind, _, name = text.partition(":")
    return [(kind, name, named(kind)[name] if name in named(kind) else lambda: spoilt(kind, seed, int(name)))]


def judge(files, seed, folder, say=SAY):
    """Give each file to its target; returns how many had a fault, and prints those and a line a kind."""
    home = folder / "home-of-nobody"
    told = collections.defaultdict(collections.Counter)
    worst = collections.defaultdict(lambda: (0.0, 0.0))
    for kind, name, make in files:
        content = make()
        outcomes = [tried(read, content, _fresh(home)) for read in _readers(kind, name)]
        outcome = max(outcomes, key=lambda outcome: (bool(outcome.fault), outcome.said != RESULT))
        verdict = "fault" if outcome.fault else "result" if outcome.said == RESULT else "refused"
        told[kind][verdict] += 1
        worst[kind] = tuple(
            max(before, *(getattr(outcome, what) for outcome in outcomes))
            for what, before in zip(("seconds", "megabytes"), worst[kind], strict=True)
        )
        if outcome.fault:
            say(f"{kind} {name!r} ({len(content):,} bytes): {outcome.fault}")
            say(f"    python -m tests.hostile --seed {seed} --only '{kind}:{name}'")
    for kind, counts in told.items():
        seconds, megabytes = worst[kind]
        say(
            f"{kind:<7} {sum(counts.values()):>5} files: {counts['result']:>5} used, {counts['refused']:>5} refused, "
            f"{counts['fault']} faults; slowest {seconds:.1f} s, most memory {megabytes:.0f} MB"
        )
    return sum(counts["fault"] for counts in told.values())


def _readers(kind, name):
    readers = TARGETS[kind]
    return [readers[int(name) % len(readers)]] if name.isdecimal() else readers


def _fresh(home):
    shutil.rmtree(home, ignore_errors=True)
    for part in ("work", "home", "tmp", "cache"):
        (home / part).mkdir(parents=True)
    return home


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--only", metavar="KIND:NAME", help="one file, and what was said of it")
    parser.add_argument("--keep", type=Path, help="with --only: where to write the file")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        if options.only:
            files = one(options.only, options.seed)
            if options.keep:
                options.keep.write_bytes(files[0][2]())
        else:
            files = plan(options.kinds, options.count, options.seed)
        faults = judge(files, options.seed, Path(folder))
    print(f"{len(files):,} files, {faults} faults, {time.monotonic() - began:.0f} s")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
