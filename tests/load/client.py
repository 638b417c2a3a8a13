"""A visitor without a browser: a client of Streamlit 1.67's WebSocket protocol that does what its browser page does.

It keeps the tree of elements, the values of widgets, the cache of messages and the timers of fragments as the page does
(`App.tsx`, `WidgetStateManager.ts`, `ForwardMessageCache.ts`), but draws nothing and fetches no pictures.

    async with Client("http://127.0.0.1:8501") as client:
        await client.open("/mnist")
        await client.fill("Steps", 200)
        rerun = await client.press("Train")
        print(rerun.seconds, rerun.received, client.text)
"""

import asyncio
import contextlib
import copy
import http.client
import http.cookies
import json
import re
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

XSRF = "_streamlit_xsrf"
DRAWN_S = 10.0
"""How long somebody looks for a widget on a page that is being drawn."""

ANSWER_S = 60.0
"""The longest that a rerun may take."""

# Kind of widget -> where its value is in a WidgetState, and in the element when the server sets it.
VALUES = {
    "slider": ("double_array_value", "value"),
    "number_input": ("double_value", "value"),
    "checkbox": ("bool_value", "value"),
    "selectbox": ("string_value", "raw_value"),
    "radio": ("string_value", "raw_value"),
    "text_input": ("string_value", "value"),
    "text_area": ("string_value", "value"),
    "button_group": ("string_array_value", "raw_values"),
    "multiselect": ("string_array_value", "raw_values"),
}
TEXTS = ("markdown", "html", "heading", "text", "alert", "toast")


class CountingConnection(ClientConnection):
    """A connection that counts what arrives on the wire, frames and compression included."""

    wire_bytes = 0

    def data_received(self, data: bytes) -> None:
        self.wire_bytes += len(data)
        super().data_received(data)


@dataclass(frozen=True, slots=True)
class Node:
    """An element or a block: `message` is its part of Delta.proto, of the kind that is its field's name there."""

    kind: str
    message: Any
    script_run: str
    fragment: str


@dataclass(frozen=True, slots=True)
class Rerun:
    """An answered request. cause: open, fill, press, tab, send, or auto for a fragment's timer; received: bytes on the
    wire while it was waited for."""

    cause: str
    seconds: float
    received: int
    at: float


@dataclass(slots=True)
class _Request:
    cause: str
    page_hash: str
    fragment: str
    sent: float
    wire_bytes: int
    answer: asyncio.Future
    started: bool = False


@dataclass(slots=True)
class _Cached:
    message: ForwardMsg
    run_count: int


@dataclass(slots=True)
class Client:
    """One page of one visitor, who is whoever `cookies` say; they are kept in that dictionary.

    reruns: every answered request; exceptions: each that was shown, and a lost connection; toasts: their texts;
    running: a script run of this page is under way; pages: the app's, with their hashes.
    """

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    reruns: list[Rerun] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    nodes: dict[tuple[int, ...], Node] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    query: str = ""
    running: bool = False
    session_id: str = ""
    _page_hash: str = ""
    _shown_hash: str = ""
    _page_name: str = ""
    _states: dict[str, WidgetState] = field(default_factory=dict)
    _cache: dict[str, _Cached] = field(default_factory=dict)
    _run_count: int = 0
    _most_age: int = 0
    _script_run: str = ""
    _requests: list[_Request] = field(default_factory=list)
    _timers: dict[str, tuple[float, asyncio.Task]] = field(default_factory=dict)
    _connection: CountingConnection | None = None
    _reader: asyncio.Task | None = None

    async def __aenter__(self) -> "Client":
        await asyncio.to_thread(self._fetch_cookies)
        host = urllib.parse.urlsplit(self.address).netloc
        self._connection = await connect(
            f"ws://{host}/_stcore/stream",
            origin=self.address,
            subprotocols=["streamlit", self.cookies.get(XSRF, "PLACEHOLDER_AUTH_TOKEN")],
            additional_headers={"Cookie": self._cookie_header()},
            create_connection=CountingConnection,
            max_size=None,
            max_queue=None,
            open_timeout=ANSWER_S,
            ping_interval=None,
            proxy=None,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_timers(list(self._timers))
        self._reader.cancel()
        await asyncio.wait([self._reader])
        await self._connection.close()

    # What a visitor does.

    async def open(self, path: str) -> Rerun:
        """Open a page of the app by its address, such as /mnist?run=1a2b, as a link or the menu does."""
        parts = urllib.parse.urlsplit(path)
        self._page_name, self.query = parts.path.strip("/"), parts.query
        self._page_hash = self.pages.get(self._page_name, "")
        return await self._rerun("open")

    async def fill(self, label: str, value: Any) -> Rerun | None:
        """Give the widget with this label another value; None where it belongs to a form, which is sent later."""
        node = await self._found(label, *VALUES)
        self._keep(node, value)
        return None if node.message.form_id else await self._rerun("fill", node.fragment)

    async def press(self, label: str, key: str = "") -> Rerun:
        """Press the button with this label, or the one of these whose key begins with `key`."""
        node = await self._found(label, "button", key=key)
        if node.message.disabled:
            raise ValueError(f"the button {label!r} is disabled")
        return await self._rerun("press", node.fragment, WidgetState(id=node.message.id, trigger_value=True))

    async def choose_tab(self, label: str) -> Rerun:
        """Open a tab that has this label."""
        path = next(path for path, node in self.nodes.items() if node.kind == "tab" and node.message.label == label)
        tabs = self.nodes[path[:-1]]
        self._states[tabs.message.id] = WidgetState(id=tabs.message.id, string_value=label)
        return await self._rerun("tab", tabs.fragment)

    async def send(self, key: str, **values: Any) -> Rerun:
        """Have the component with this key set these of its values, as its JavaScript does with `setStateValue`."""
        node = self.component(key)
        state = self._states.setdefault(node.message.id, WidgetState(id=node.message.id))
        state.json_value = json.dumps({**json.loads(state.json_value or "{}"), **values})
        return await self._rerun("send", node.fragment)

    # What a visitor sees.

    @property
    def text(self) -> str:
        """All words of the page, in HTML and Markdown as they came."""
        return "\n".join(node.message.body for node in self.shown(*TEXTS))

    @property
    def wire_bytes(self) -> int:
        """Bytes that have come on the connection."""
        return self._connection.wire_bytes

    @property
    def unanswered_s(self) -> float:
        """For how long the oldest request has waited that got no answer yet."""
        return time.monotonic() - min((request.sent for request in self._requests), default=time.monotonic())

    @property
    def timers(self) -> dict[str, float]:
        """Seconds between the reruns that the page asks for, for each fragment that has a timer."""
        return {fragment: interval for fragment, (interval, _) in self._timers.items()}

    def shown(self, *kinds: str) -> Iterator[Node]:
        """Elements and blocks of these kinds, in the page's order."""
        return (self.nodes[path] for path in sorted(self.nodes) if self.nodes[path].kind in kinds)

    def find(self, label: str, *kinds: str, key: str = "") -> Node:
        """The first widget with this label."""
        if node := self._match(label, *kinds, key=key):
            return node
        raise LookupError(f"the page has no {' or '.join(kinds)} {label!r}")

    def _match(self, label: str, *kinds: str, key: str) -> Node | None:
        found = (n for n in self.shown(*kinds) if n.message.label == label and _key(n).startswith(key))
        return next(found, None)

    def component(self, key: str) -> Node:
        """The component whose key is, or begins with, `key`."""
        for node in self.shown("bidi_component"):
            if _key(node).startswith(key):
                return node
        raise LookupError(f"the page has no component {key!r}")

    def data(self, key: str) -> Any:
        """What the component with this key was told to show."""
        return json.loads(self.component(key).message.json)

    async def _found(self, label: str, *kinds: str, key: str = "") -> Node:
        """`find`, for somebody who looks again while the page is still being drawn."""
        with contextlib.suppress(TimeoutError):
            await self.until(lambda _: self._match(label, *kinds, key=key), DRAWN_S)
        return self.find(label, *kinds, key=key)

    async def until(self, seen: Any, timeout_s: float) -> None:
        """Wait until `seen(client)` holds, as somebody who only watches does. Raises `TimeoutError`.

        What `seen` finds missing, with a `LookupError`, may come: a page that is being drawn anew has gaps.
        """
        async with asyncio.timeout(timeout_s):
            while not self._holds(seen):
                await asyncio.sleep(0.05)

    def _holds(self, seen: Any) -> bool:
        with contextlib.suppress(LookupError):
            return bool(seen(self))
        return False

    # What the page does by itself.

    def _fetch_cookies(self) -> None:
        for path in ("/", "/_stcore/health", "/_stcore/host-config"):
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.address).netloc, timeout=ANSWER_S)
            connection.request("GET", path, headers={"Cookie": self._cookie_header()})
            response = connection.getresponse()
            response.read()
            for header in response.headers.get_all("Set-Cookie") or ():
                self.cookies.update({name: morsel.value for name, morsel in http.cookies.SimpleCookie(header).items()})
            connection.close()

    def _cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def _rerun(self, cause: str, fragment: str = "", trigger: WidgetState | None = None) -> Rerun:
        request = await self._request(cause, fragment, trigger)
        await asyncio.wait([request.answer, self._reader], timeout=ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
        if request.answer.done():
            return request.answer.result()
        if self._reader.done():
            self._reader.result()
            raise ConnectionError(self.exceptions[-1])
        self.exceptions.append(f"no answer to {cause} within {ANSWER_S:.0f} s")
        raise TimeoutError(self.exceptions[-1])

    async def _request(self, cause: str, fragment: str, trigger: WidgetState | None = None) -> _Request:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.fragment_id, state.is_auto_rerun = self.query, fragment, cause == "auto"
        state.page_script_hash, state.page_name = self._page_hash, "" if self._page_hash else self._page_name
        state.widget_states.widgets.extend([*self._states.values(), *([trigger] if trigger else [])])
        state.cached_message_hashes.extend(self._cache)
        state.context_info.url = f"{self.address}/{self._page_name}"
        state.context_info.timezone, state.context_info.locale = "Etc/UTC", "en"
        answer = asyncio.get_running_loop().create_future()
        request = _Request(cause, self._page_hash, fragment, time.monotonic(), self.wire_bytes, answer)
        self._requests.append(request)
        await self._connection.send(message.SerializeToString())
        return request

    async def _read(self) -> None:
        try:
            async for data in self._connection:
                self._receive(self._uncached(ForwardMsg.FromString(data)))
            self.exceptions.append("the app closed the connection")
        except ConnectionClosed as error:
            self.exceptions.append(f"the connection was lost: {error}")

    def _uncached(self, message: ForwardMsg) -> ForwardMsg:
        if message.WhichOneof("type") == "ref_hash":
            cached = self._cache[message.ref_hash]
            cached.run_count = self._run_count
            found = copy.copy(cached.message)
            found.metadata.CopyFrom(message.metadata)
            return found
        if message.metadata.cacheable:
            self._cache.setdefault(message.hash, _Cached(message, self._run_count))
        return message

    def _receive(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "delta":
                self._show(tuple(message.metadata.delta_path), message.delta)
            case "new_session":
                self._begin(message)
            case "script_finished":
                self._finish(message)
            case "auto_rerun":
                self._start_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                self._stop_timers(message.stop_auto_rerun.fragment_ids)
            case "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self._page_hash = message.navigation.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "page_not_found":
                self.exceptions.append(f"there is no page {message.page_not_found.page_name!r}")
            case "session_event" if message.session_event.HasField("script_compilation_exception"):
                self.exceptions.append(message.session_event.script_compilation_exception.message)

    def _begin(self, message: ForwardMsg) -> None:
        self.session_id = message.new_session.initialize.session_id or self.session_id
        self._most_age = message.new_session.config.max_cached_message_age
        run, page_hash = message.metadata.run, message.new_session.page_script_hash
        self._script_run, self.running = run.script_run_id, True
        if not run.fragment_ids:
            self._stop_timers(list(self._timers))
            if page_hash != self._shown_hash:
                self.nodes, self._shown_hash = {}, page_hash
        for request in self._requests:
            if request.page_hash in ("", page_hash):
                request.started |= not run.fragment_ids or request.fragment in run.fragment_ids

    def _finish(self, message: ForwardMsg) -> None:
        run = message.metadata.run
        if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        self.running = False
        if run.fragment_ids or run.script_run_id == self._script_run:
            self._clear_stale(run.script_run_id, set(run.fragment_ids))
        self._run_count += 1
        for key, cached in list(self._cache.items()):
            may_go = not run.fragment_ids or cached.message.delta.fragment_id in run.fragment_ids
            if may_go and self._run_count - cached.run_count > self._most_age:
                del self._cache[key]
        for request in [r for r in self._requests if r.started]:
            if not run.fragment_ids or request.fragment in run.fragment_ids:
                self._requests.remove(request)
                seconds, received = time.monotonic() - request.sent, self.wire_bytes - request.wire_bytes
                self.reruns.append(Rerun(request.cause, seconds, received, request.sent))
                request.answer.set_result(self.reruns[-1])

    def _show(self, path: tuple[int, ...], delta: Any) -> None:
        kind = delta.WhichOneof("type")
        if kind == "new_transient":
            return
        if kind == "new_element" and path in self.nodes:
            self.nodes = {p: node for p, node in self.nodes.items() if p[: len(path)] != path}
        shown = getattr(delta, kind)
        kind = shown.WhichOneof("type") or "block"
        node = Node(kind, getattr(shown, kind, shown), self._script_run, delta.fragment_id)
        self.nodes[path] = node
        if kind == "exception":
            self.exceptions.append(f"{node.message.type}: {node.message.message}")
        elif kind == "toast":
            self.toasts.append(node.message.body)
        elif kind == "bidi_component" and node.message.component_name.endswith("visitor"):
            data = json.loads(node.message.json)
            self.cookies[data["name"]] = data["word"]
        elif kind in VALUES and node.message.set_value:
            self._keep(node, getattr(node.message, VALUES[kind][1]))

    def _clear_stale(self, script_run: str, fragments: set[str]) -> None:
        """Take off what a run did not show again: of the whole page, or of the fragments that ran."""
        kept: dict[tuple[int, ...], Node] = {}
        for path in sorted(self.nodes):
            node = self.nodes[path]
            may_go = not fragments or node.fragment in fragments
            orphan = len(path) > 2 and path[:-1] not in kept
            if not orphan and not (may_go and node.script_run != script_run):
                kept[path] = node
        self.nodes = kept
        here = {getattr(node.message, "id", "") for node in kept.values()}
        self._states = {key: state for key, state in self._states.items() if key in here}

    def _keep(self, node: Node, value: Any) -> None:
        name = VALUES[node.kind][0]
        if node.kind == "number_input" and node.message.data_type == node.message.INT:
            name, value = "int_value", int(value)
        state = WidgetState(id=node.message.id)
        if name.endswith("array_value"):
            getattr(state, name).data.extend([value] if isinstance(value, str | int | float) else value)
        else:
            setattr(state, name, value)
        self._states[state.id] = state

    def _start_timer(self, fragment: str, interval: float) -> None:
        if self.timers.get(fragment) != interval:
            self._stop_timers([fragment])
            self._timers[fragment] = (interval, asyncio.create_task(self._tick(fragment, interval)))

    def _stop_timers(self, fragments: Any) -> None:
        for fragment in fragments:
            if fragment in self._timers:
                self._timers.pop(fragment)[1].cancel()

    async def _tick(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._request("auto", fragment)


def _key(node: Node) -> str:
    """The key of a widget, which Streamlit puts at the end of its id; empty where it has none."""
    found = re.match(r"\$\$ID-[0-9a-f]+-(.*)", node.message.id, re.DOTALL)
    return "" if not found or found[1] == "None" else found[1]
