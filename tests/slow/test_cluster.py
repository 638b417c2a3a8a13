"""A scheduler and two workers, each a process of its own, started as README says; without TLS and with it."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = """
import json, os, signal, sys, time
from engine.lab import Lab
from tests.fakes import CountSettings

def until(condition):
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)

lab = Lab(warm_up=False)
until(lambda: lab.trouble or (lab._connection.alive and lab._connection.slots == 2))
endless = CountSettings(steps=100_000, pause_s=0.02)
first, second = lab.start(CountSettings(steps=400, pause_s=0.02)), lab.start(endless)
until(lambda: all(lab.watch(run).events or not lab.watch(run).active for run in (first, second)))
at_once = [str(lab.watch(run).state) for run in (first, second)]
told = {"at_once": at_once, "reason": lab.watch(second).reason}
if at_once == ["Running", "Running"]:
    pids = [int(lab.watch(run).events[0].metrics["pid"]) for run in (first, second)]
    third = lab.start(CountSettings(steps=5))
    time.sleep(1)
    told |= {"workers": len(set(pids)), "third": [str(lab.watch(third).state), lab.watch(third).place]}
    until(lambda: lab.headroom() is not None)
    told["headroom"] = lab.headroom()
    os.kill(pids[1], signal.SIGKILL)
    dead = lab.wait(second, 60)
    told |= {"killed": [str(dead.state), dead.reason], "other": str(lab.wait(first, 90).state)}
    told["next"] = [str(lab.wait(run, 90).state) for run in (third, lab.start(CountSettings()))]
print(json.dumps(told))
lab.close()
"""


def commands(heading):
    """What README has its readers type below `heading`, a line a command, without comments."""
    block = re.search(re.escape(heading) + r".*?```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    return [line.partition(" #")[0].strip() for line in block.splitlines()]


@pytest.fixture
def started(tmp_path):
    """A function that starts the scheduler and two workers of some commands; returns the app's environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = []
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    def start(scheduler, worker, app):
        here = [line.replace("10.0.0.1", "127.0.0.1").replace("8786", str(port)) for line in (scheduler, worker, app)]
        for command in (f"{here[0]} --port {port}", here[1], here[1]):
            # Beside README: the port, and loopback, because a test has only one computer.
            words = [*shlex.split(command), *(["--host", "127.0.0.1"] if " worker " in command else [])]
            with (tmp_path / f"{len(processes)}.log").open("wb") as log:
                processes.append(
                    subprocess.Popen(words, cwd=ROOT, env={**os.environ, "PATH": path}, stdout=log, stderr=log)
                )
        return dict(word.split("=", 1) for word in shlex.split(here[2]) if re.match(r"[A-Z_]+=", word))

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(30)


def told_by_app(environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DASK_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def check_two_workers(told):
    assert told["at_once"] == ["Running", "Running"], told
    assert told["workers"] == 2
    assert told["third"] == ["Queued", 1]
    assert told["headroom"] > 0
    assert told["killed"][0] == "Failed"
    assert "worker process died" in told["killed"][1]
    assert told["other"] == "Completed"
    assert told["next"] == ["Completed", "Completed"]


@pytest.mark.timeout(300)
def test_two_workers_of_a_scheduler_run_two_at_once_and_one_may_die(started):
    check_two_workers(told_by_app(started(*commands("**A cluster.**"))))


def make_certificates(folder):
    """An authority, and a certificate that it signed, with their keys."""
    folder.mkdir(exist_ok=True)

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-nodes", "-newkey", "rsa:2048")
    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=lab-authority", "-keyout", "ca-key.pem", "-out", "ca.pem")
    openssl("req", *key, "-subj", "/CN=lab", "-keyout", "key.pem", "-out", "request.pem")
    signed = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial")
    openssl("x509", "-req", "-days", "2", "-in", "request.pem", *signed, "-out", "cert.pem")


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here to make certificates with")
@pytest.mark.timeout(400)
def test_with_tls_who_has_a_certificate_is_served_and_who_has_none_is_refused(started, tmp_path):
    make_certificates(tmp_path)
    lines = [re.sub(r"\b(ca|cert|key)\.pem", rf"{tmp_path}/\1.pem", line) for line in commands("**With TLS**")]
    environment = started(*lines)
    assert environment["CNN_LAB_SCHEDULER"].startswith("tls://")
    check_two_workers(told_by_app(environment))
    address = environment["CNN_LAB_SCHEDULER"]
    make_certificates(tmp_path / "stranger")
    strangers = {name: value.replace(str(tmp_path), f"{tmp_path}/stranger") for name, value in environment.items()}
    for refused in ({"CNN_LAB_SCHEDULER": address}, strangers):
        told = told_by_app(refused)
        assert told["at_once"] == ["Failed", "Failed"], refused
        assert "No scheduler answers at" in told["reason"]
