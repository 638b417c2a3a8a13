"""What may happen. Each takes the driver and random numbers, does it, and returns what was done and what followed."""

import hashlib
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import psutil

from tests.faults.driver import Broken, Driver

ENDLESS = {"steps": 100_000, "pause_s": 0.01}
DAY_S = 86_400.0


def worker_killed(driver: Driver, rng: Random) -> str:
    how = rng.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
    run_id, waiting = driver.under_way(**ENDLESS), driver.start(steps=5)
    os.kill(driver.ask("worker"), how)
    reason = driver.ended(run_id, "Failed")["reason"]
    driver.ended(waiting, "Completed")
    driver.remember(run_id)
    return f"{how.name} to the worker: {reason.split(':')[0]}; the waiting run completed"


def worker_ends_itself(driver: Driver, _rng: Random) -> str:
    run_id = driver.start("count", steps=100, pause_s=0.01, fails_at=5, failure="killed")
    reason = driver.ended(run_id, "Failed")["reason"]
    driver.remember(run_id)
    return f"the experiment ended its process: {reason.split(':')[0]}"


def cluster_killed(driver: Driver, rng: Random) -> str:
    run_id, waiting = driver.under_way(**ENDLESS), driver.start(steps=5)
    before = driver.family()
    pid = driver.ask("cluster")
    if rng.random() < 0.5:
        # As it is when the computer kills what it likes: the worker hangs, and cannot see that the rest is gone.
        os.kill(driver.ask("worker"), signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    reason = driver.ended(run_id, "Failed")["reason"]
    driver.ended(waiting, "Completed")
    _, alive = psutil.wait_procs(before, timeout=30)
    if alive:
        raise Broken(f"these outlived the cluster: {alive}")
    driver.remember(run_id)
    return f"scheduler and nanny killed: {reason.split(':')[0]}; the waiting run completed"


def worker_hangs(driver: Driver, rng: Random) -> str:
    run_id, pid, seconds = driver.under_way(**ENDLESS), driver.ask("worker"), rng.uniform(0.2, 4)
    os.kill(pid, signal.SIGSTOP)
    try:
        order = rng.choice(["stop", "pause", "nothing"])
        if order != "nothing":
            driver.ask(order, run_id=run_id)
        time.sleep(seconds)
        driver.ask("watch", run_id=run_id)
    finally:
        os.kill(pid, signal.SIGCONT)
    return f"the worker hung for {seconds:.1f} s, {order} meanwhile; {_stop(driver, run_id)}"


def cluster_hangs(driver: Driver, rng: Random) -> str:
    run_id, pid, seconds = driver.under_way(**ENDLESS), driver.ask("cluster"), rng.uniform(0.2, 4)
    os.kill(pid, signal.SIGSTOP)
    try:
        driver.ask("watch", run_id=run_id)
        if rng.random() < 0.5:
            driver.ask("stop", run_id=run_id)
        time.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)
    return f"scheduler and nanny hung for {seconds:.1f} s; {_stop(driver, run_id)}"


def _stop(driver: Driver, run_id: str) -> str:
    driver.ask("stop", run_id=run_id)
    driver.ended(run_id, "Stopped")
    driver.remember(run_id)
    return "then the run stopped, with all its events"


def disk_full(driver: Driver, rng: Random) -> str:
    limit = rng.choice([0, 100, 2_000, 5_000])
    run_id = driver.under_way(steps=rng.choice([30, 200]), pause_s=0.02)
    pid = driver.process.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        run = driver.ended(run_id, "Completed")
        said = "not saved" in driver.ask("watch", run_id=run_id)["remark"]
        time.sleep(rng.uniform(0, 2))
        said |= "not saved" in driver.ask("watch", run_id=run_id)["remark"]
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    # An array that could not be written is gone for good, and its remark says so.
    if "could not be saved" not in driver.ask("watch", run_id=run_id)["remark"]:
        driver.remember(run_id)
    return f"no file could grow beyond {limit:,} bytes: {run['state']}, {'said so, ' * said}then room again and saved"


def run_file_damaged(driver: Driver, rng: Random) -> str:
    if not driver.ledger:
        return "nothing is saved yet"
    run_id = rng.choice(list(driver.ledger))
    path = rng.choice(sorted((driver.folder / "cache" / "runs" / run_id).iterdir()))
    how = _damage(path, rng)
    driver.kill()
    before = driver.ledger.pop(run_id)
    driver.up()
    run = driver.ask("watch", run_id=run_id)
    if path.name != "run.json" and (not run or run["state"] != before["state"]):
        raise Broken(f"{path.name} was damaged, and the run itself is {run and run['state']}")
    driver.check_saved()
    left = f"{run['events']} of {before['events']} events left" if run else "the run is gone"
    driver.ask("delete", run_id=run_id)
    return f"{path.name} of a run {how}, the app started again: {left}"


def _damage(path: Path, rng: Random) -> str:
    content = path.read_bytes()
    match rng.choice(["cut", "emptied", "garbled", "deleted"]):
        case "cut":
            path.write_bytes(content[: rng.randrange(max(1, len(content)))])
            return "was cut off"
        case "emptied":
            path.write_bytes(b"")
            return "was emptied"
        case "garbled":
            at = rng.randrange(max(1, len(content)))
            path.write_bytes(content[:at] + rng.randbytes(20) + content[at + 20 :])
            return f"was garbled at byte {at:,}"
        case _:
            path.unlink()
            return "was deleted"


def app_killed(driver: Driver, rng: Random) -> str:
    how = rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    done = driver.start(steps=rng.choice([5, 40]), numbers=rng.choice([10, 500_000]))
    running = driver.start(**ENDLESS, numbers=rng.choice([10, 500_000]))
    if rng.random() < 0.7:
        driver.ended(done, "Completed")
        driver.ask("rename", run_id=done, name=f"run {rng.randrange(1000)}")
        driver.remember(done)
    time.sleep(rng.uniform(0, 1.5))
    driver.kill(how)
    driver.up()
    driver.check_saved()
    run = driver.ask("watch", run_id=running)
    if run and (run["state"], run["reason"]) != ("Stopped", "The app ended while it ran."):
        raise Broken(f"a run of the killed app is {run['state']}: {run['reason']}")
    return f"{how.name} to the app, started again: all saved runs are there, the one under way is Stopped"


def clock_jumps(driver: Driver, rng: Random) -> str:
    seconds = rng.choice([-400, -30, 30, 400, 3_700]) * rng.uniform(0.5, 1.5) + rng.choice([-3, 0, 3]) * DAY_S
    run_id = driver.under_way(steps=150, pause_s=0.01)
    driver.set_clock(seconds)
    driver.ended(run_id, "Completed")
    driver.remember(run_id)
    for _ in range(2):
        # More than a visitor may start in a minute, were those of another time counted.
        own = driver.ask("start", kind="keep", values={"steps": 1}, owner="visitor")
        if isinstance(own, dict):
            raise Broken(f"a visitor is refused: {own}")
        driver.ended(own, "Completed")
    if rng.random() < 0.5:
        time.sleep(1.5)
        driver.set_clock(0)
    return f"the clock jumped by {seconds / 3600:,.1f} h: the run completed, a visitor may start"


def connection_cut(driver: Driver, rng: Random) -> str:
    content = rng.randbytes(rng.choice([70_000, 400_000]))
    times = rng.choice([1, 2, 3])
    cuts = [rng.randrange(len(content)) for _ in range(times)]
    folder = driver.folder / "cache" / f"fetched-{rng.randrange(10**9)}"
    with Server(content, cuts) as address:
        values = {
            "url": address,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "folder": str(folder),
        }
        for _ in range(times):
            reason = driver.ended(driver.start("fetch", **values), "Failed")["reason"]
            if "the next try goes on from there" not in reason:
                raise Broken(f"a download that broke off says {reason}")
        driver.ended(driver.start("fetch", **values), "Completed")
    if [path.read_bytes() for path in folder.iterdir()] != [content]:
        raise Broken(f"the download left {list(folder.iterdir())}")
    return f"the connection was cut {times} times: each time it was said, and in the end the file was whole"


class Server:
    """Serves `content` on loopback; the first requests are cut off after so many bytes of the whole."""

    def __init__(self, content: bytes, cuts: list[int]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                end = cuts.pop(0) if cuts else len(content)
                self.wfile.write(content[start : max(start, end)])

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/file.bin"

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()


def mnist_killed(driver: Driver, rng: Random) -> str:
    run_id = driver.under_way("mnist", steps=2_000, eval_every=5, eval_size=50)
    time.sleep(rng.uniform(0, 2))
    os.kill(driver.ask("worker"), signal.SIGKILL)
    reason = driver.ended(run_id, "Failed")["reason"]
    driver.remember(run_id)
    driver.ended(driver.start("mnist", steps=5, eval_every=5, eval_size=50), "Completed")
    return f"the worker was killed while MNIST was learnt: {reason.split(':')[0]}; the next training completed"


def data_damaged(driver: Driver, rng: Random) -> str:
    folder = driver.folder / "cache" / "mnist"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mnist.npz"
    path.write_bytes(rng.choice([b"", rng.randbytes(5_000), b"PK\x03\x04" + rng.randbytes(300)]))
    try:
        reason = driver.ended(driver.start("mnist", steps=5), "Failed")["reason"]
        if "unexpected" in reason:
            raise Broken(f"a damaged file is not told in plain words: {reason}")
    finally:
        path.unlink()
    driver.ended(driver.start("mnist", steps=5, eval_every=5, eval_size=50), "Completed")
    return f"MNIST's file in the cache was damaged: {reason}"


Fault = Callable[[Driver, Random], str]
QUICK: dict[Fault, int] = {
    worker_killed: 5,
    worker_ends_itself: 2,
    cluster_killed: 4,
    worker_hangs: 4,
    cluster_hangs: 3,
    disk_full: 5,
    run_file_damaged: 5,
    app_killed: 5,
    clock_jumps: 4,
    connection_cut: 4,
}
"""Faults without TensorFlow, and how often they come."""

WITH_TENSORFLOW: dict[Fault, int] = {mnist_killed: 1, data_damaged: 1}
