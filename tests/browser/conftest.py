"""A running app and a real Chromium. Without Chromium these tests are skipped; `.ci/run` installs it."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Streamlit looks for its own addresses below the page's path first, and finds them above it.
STREAMLITS_OWN = ("/_stcore/health", "/_stcore/host-config")

expect.set_options(timeout=90_000)


def pytest_collection_modifyitems(items):
    if not CHROMIUM:
        for item in items:
            if "tests/browser" in str(item.path):
                item.add_marker(pytest.mark.skip(reason="no Chromium here; .ci/run installs it"))


@contextlib.contextmanager
def running_app(folder, script="streamlit_app.py"):
    """The address of an app that nobody has visited yet; it ends with the block, and its processes with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "CNN_LAB_CACHE": str(folder / "cache"), "KERAS_HOME": str(folder / "keras")}
    environment.pop("CNN_LAB_DATA", None)
    with (folder / "app.log").open("w") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", str(script)),
                *(f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def wait_for(address):
    for _ in range(300):
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{address}/_stcore/health").close()
            return
        time.sleep(0.1)
    raise AssertionError("the app did not start")


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    with running_app(tmp_path_factory.mktemp("app")) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """A function that opens a fresh browser's page; at the end no page may have had an error in its console."""
    contexts, errors = [], []

    def open_one(address, **options):
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        context.set_default_timeout(90_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if is_error(message) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


def is_error(message):
    return message.type == "error" and not message.location.get("url", "").endswith(STREAMLITS_OWN)


@pytest.fixture
def page(open_page):
    """A page on nothing yet, at 1440×900."""
    return open_page("about:blank")
