"""Downloads from a server on loopback that can break off, forget how to resume, or lie."""

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.errors import DownloadError
from engine.events import Completed, Progress
from engine.settings import DownloadSettings
from engine.sources.catalog import Remote
from engine.sources.download import download, run

CONTENT = bytes(range(256)) * 4000


class Handler(BaseHTTPRequestHandler):
    breaks_at = None
    resumes = True
    content = CONTENT
    status = None

    def do_GET(self):
        self.server.ranges.append(self.headers.get("Range"))
        if self.status:
            self.send_error(self.status)
            return
        start = self.start() if self.resumes else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        self.wfile.write(self.content[start : self.breaks_at])

    def start(self):
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(asked[1]) if asked else 0

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    handler = type("OneHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.ranges, server.handler = [], handler
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def remote(server):
    url = f"http://127.0.0.1:{server.server_port}/mnist.npz"
    return Remote(url, "mnist.npz", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_a_whole_download_is_renamed_and_counted(remote, tmp_path):
    events = list(download(remote, tmp_path / "new" / "mnist"))
    assert (tmp_path / "new" / "mnist" / "mnist.npz").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new" / "mnist").iterdir()] == ["mnist.npz"]
    assert isinstance(events[-1], Completed)
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress
    assert all(0 < event.step <= event.total == len(CONTENT) for event in progress)
    assert all(event.metrics["bytes_per_second"] > 0 for event in progress)


def test_an_interrupted_download_is_kept_and_resumed(server, remote, tmp_path):
    server.handler.breaks_at = 300_000
    with pytest.raises(DownloadError, match=r"of 1,024,000 bytes are kept, and the next try goes on from there"):
        list(download(remote, tmp_path))
    assert not (tmp_path / "mnist.npz").exists()
    kept = (tmp_path / "mnist.npz.part").stat().st_size
    assert 0 < kept <= 300_000
    server.handler.breaks_at = None
    list(download(remote, tmp_path))
    assert server.ranges == [None, f"bytes={kept}-"]
    assert (tmp_path / "mnist.npz").read_bytes() == CONTENT


def test_a_server_that_cannot_resume_starts_again(server, remote, tmp_path):
    (tmp_path / "mnist.npz.part").write_bytes(b"x" * 1000)
    server.handler.resumes = False
    list(download(remote, tmp_path))
    assert (tmp_path / "mnist.npz").read_bytes() == CONTENT


def test_a_download_that_was_stopped_goes_on(remote, server, tmp_path):
    events = download(remote, tmp_path)
    next(events)
    events.close()
    assert (tmp_path / "mnist.npz.part").stat().st_size > 0
    list(download(remote, tmp_path))
    assert (tmp_path / "mnist.npz").read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"x" * len(CONTENT), b"x" * (len(CONTENT) + 5000)])
def test_a_wrong_checksum_is_deleted_and_never_trusted(server, remote, tmp_path, content):
    server.handler.content = content
    with pytest.raises(DownloadError, match="wrong checksum: SHA-256 .* instead of .*; it was deleted"):
        list(download(remote, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_answer_of_the_server_is_told(server, remote, tmp_path):
    server.handler.status = 404
    with pytest.raises(DownloadError, match="the server answered 404 Not Found"):
        list(download(remote, tmp_path))


def test_no_server_is_told(tmp_path):
    remote = Remote("http://127.0.0.1:9/mnist.npz", "mnist.npz", 10, "0" * 64)
    with pytest.raises(DownloadError, match="the server cannot be reached"):
        list(download(remote, tmp_path))


def test_a_folder_that_cannot_be_written_is_told(remote, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError, match="could not be written"):
        list(download(remote, tmp_path / "file" / "mnist"))


def test_an_unknown_source_is_told(tmp_path):
    with pytest.raises(DownloadError, match="'minst' is not a source; the sources are mnist"):
        list(run(DownloadSettings("minst"), tmp_path))
