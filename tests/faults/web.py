"""The app itself, and browsers that come and go: sessions over its WebSocket, as a browser opens them."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from random import Random

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.websocket import WebSocketClosedError, websocket_connect

from tests.faults.driver import ROOT, Broken

PAGE_S = 90.0


class App:
    """The app in a folder of its own; it starts when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def up(self) -> None:
        """Start it unless it runs, and wait until it serves."""
        if not self.process:
            with (self.folder / "app.log").open("ab") as log:
                self.process = subprocess.Popen(
                    [
                        *(sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={self.port}"),
                        *("--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none"),
                    ],
                    cwd=ROOT,
                    env={**os.environ, "CNN_LAB_CACHE": str(self.folder / "cache")},
                    stdout=log,
                    stderr=log,
                )
        deadline = time.monotonic() + PAGE_S
        while not self.serves():
            if time.monotonic() > deadline:
                raise Broken("the app does not serve")
            time.sleep(0.1)

    def serves(self) -> bool:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=20).status == 200
        return False

    def kill(self) -> None:
        """End it, and see that nothing outlives it."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait(30)
        self.process = None
        _, alive = psutil.wait_procs(family, timeout=30)
        if alive:
            raise Broken(f"these outlived the app: {alive}")

    def down(self) -> None:
        if self.process:
            self.kill()

    def visit(self, page: str, leave_after: float | None = None) -> str:
        """Open a page in a session of its own; returns what its script ended with, unless one leaves before that."""
        return asyncio.run(asyncio.wait_for(self._visit(page, leave_after), PAGE_S))

    async def _visit(self, page: str, leave_after: float | None) -> str:
        connection = await websocket_connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream", subprotocols=["streamlit"], max_message_size=1 << 28
        )
        wanted = BackMsg()
        wanted.rerun_script.query_string = ""
        wanted.rerun_script.page_name = page
        await connection.write_message(wanted.SerializeToString(), binary=True)
        if leave_after is not None:
            with contextlib.suppress(asyncio.TimeoutError, WebSocketClosedError):
                await asyncio.wait_for(_until_drawn(connection), leave_after)
            # Without a word, as a browser does that is ended.
            connection.stream.close() if hasattr(connection, "stream") else connection.close()
            return "left"
        told = await _until_drawn(connection)
        connection.close()
        return told


async def _until_drawn(connection) -> str:
    while content := await connection.read_message():
        message = ForwardMsg()
        message.ParseFromString(content)
        if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            return f"exception {message.delta.new_element.exception.message}"
        ends = message.WhichOneof("type") == "script_finished"
        if ends and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return "drawn" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY else "failed"
    return "closed"


PAGES = ("", "convolution", "mnist", "cifar", "fine_tuning", "style_transfer", "deep_dream", "runs")


def browsers_closed(app: App, rng: Random) -> str:
    app.up()
    count = rng.randrange(1, 5)
    for _ in range(count):
        app.visit(rng.choice(PAGES), leave_after=rng.uniform(0, 0.5))
    return f"{count} browsers were closed while a page was drawn: {_next_visit(app, rng)}"


def whole_app_killed(app: App, rng: Random) -> str:
    app.up()
    app.visit(rng.choice(PAGES), leave_after=rng.uniform(0, 1))
    app.kill()
    app.up()
    return f"SIGKILL to the whole app, started again: {_next_visit(app, rng)}"


def apps_worker_killed(app: App, rng: Random) -> str:
    app.up()
    app.visit("mnist")
    family = psutil.Process(app.process.pid).children(recursive=True)
    victim = rng.choice(family) if family else None
    if victim:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.send_signal(signal.SIGKILL)
    return f"one of the app's {len(family)} processes was killed: {_next_visit(app, rng)}"


def _next_visit(app: App, rng: Random) -> str:
    page = rng.choice(PAGES)
    told = app.visit(page)
    if told != "drawn" or not app.serves():
        raise Broken(f"the next visit of {page or 'home'}: {told}")
    return f"the next visit of {page or 'home'} is {told}"


IN_THE_APP: dict[Callable[[App, Random], str], int] = {browsers_closed: 4, whole_app_killed: 1, apps_worker_killed: 2}
