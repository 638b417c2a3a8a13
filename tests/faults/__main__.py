"""`python -m tests.faults --count 200 --seed 1` prints what was injected and what followed; status 1 if it broke."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.faults.driver import Broken, Driver
from tests.faults.faults import QUICK, WITH_TENSORFLOW
from tests.faults.web import IN_THE_APP, App


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="faults whose name has this word")
    parser.add_argument("--quick", action="store_true", help="none that needs TensorFlow or the whole app")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return inject(Path(folder), options.count, options.seed, quick=options.quick, only=options.only)


def inject(folder: Path, count: int, seed: int, *, quick: bool, only: str = "") -> int:
    """Inject `count` faults, and return 0 if everything held after each of them."""
    rng = Random(seed)
    weights = {f.__name__: (f, w) for f, w in (QUICK | ({} if quick else WITH_TENSORFLOW | IN_THE_APP)).items()}
    weights = {name: known for name, known in weights.items() if only in name}
    names = rng.choices(list(weights), [weight for _, weight in weights.values()], k=count)
    # Each of them once at least, where there is room.
    names[: len(weights)] = list(weights)[: len(names)]
    rng.shuffle(names)
    began, broken = time.monotonic(), 0
    (folder / "app").mkdir()
    driver, app = Driver(folder), App(folder / "app")
    try:
        for number, name in enumerate(names, 1):
            fault = weights[name][0]
            try:
                told = fault(app if fault in IN_THE_APP else driver, rng)
                driver.check()
            except Broken as error:
                broken += 1
                told = f"BROKEN: {error}"
            print(f"{number:>4} {time.monotonic() - began:7.1f} s  {name:<18} {told}", flush=True)
        driver.down()
        driver.up()
        driver.check_saved()
        driver.down()
    finally:
        app.down()
        driver.process.kill()
    print(f"seed {seed}: {count} faults, {broken} broke something, {len(driver.ledger)} saved runs looked for at last")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
