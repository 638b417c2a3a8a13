"""A class: many sessions for some minutes. Some start runs, all watch them and move controls meanwhile."""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

from tests.browser.conftest import ARGUMENTS, CHROMIUM, is_error
from tests.load import visits
from tests.load.app import App, Memory, told
from tests.load.client import Client, Rerun
from tests.load.soak import forget
from tests.load.visits import Watched

CHARTS = {"mnist": "learning", "cifar": "learning", "deep_dream": "objective", "style_transfer": ""}
LAST_START_S = 45.0
"""Nobody starts a run in so many seconds before the lesson ends, or in its second half if that is shorter: those that
wait are watched to their end too."""

ENDS_S = 300.0
DRAWN_S = 20.0


@dataclass(frozen=True, slots=True)
class Task:
    """A run that is to be started: with the button of a page, these settings, and the state it should end in."""

    page: str
    button: str
    settings: dict[str, float]
    ends: str = "Completed"
    points: dict[str, int] = field(default_factory=dict)


def _mnist(steps: int, ends: str = "Completed") -> Task:
    # A point each 5 steps, and the test set is looked at before the first as well.
    lines = {f"{name} {chart}": steps // 5 + (name == "test") for chart in (0, 1) for name in ("train", "test")}
    return Task("mnist", "Train", {"Steps": steps}, ends, lines if ends == "Completed" else {})


TASKS = [
    _mnist(200),
    Task("deep_dream", "Dream", {"Iterations": 4, "Max size": 224}),
    _mnist(150),
    Task("cifar", "Train", {"Steps": 40, "Eval every": 10}, points={"train 0": 40, "validation 0": 5}),
    _mnist(100),
    _mnist(20_000, ends="Stopped"),
    Task("style_transfer", "Stylize", {"Max size": 128, "Steps": 15}),
    _mnist(250),
    _mnist(300),
    _mnist(125),
]
"""Who starts runs begins with one of these, and goes on with the next."""

STOPPED_AFTER_S = 4.0
MOVES: dict[str, Callable[[Client], Awaitable[object]]] = {
    "mnist": lambda client: client.fill("Steps", random.randrange(50, 2000, 50)),
    "cifar": lambda client: client.fill("Batch size", random.randrange(16, 256, 16)),
    "deep_dream": lambda client: client.fill("Iterations", random.randrange(2, 30)),
    "style_transfer": lambda client: client.fill("Max size", random.randrange(96, 320, 16)),
}


@dataclass
class Lesson:
    """What was seen.

    last_start: the time of `time.monotonic` until which runs are started; watched: a run as one session saw it end;
    before, after: memory without any session.
    """

    last_start: float = 0.0
    tasks: dict[str, Task] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    watched: list[Watched] = field(default_factory=list)
    reruns: list[Rerun] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    unanswered_s: float = 0.0
    before: Memory = field(default_factory=dict)
    during: Memory = field(default_factory=dict)
    after: Memory = field(default_factory=dict)

    def see(self, who: str, watched: Watched) -> None:
        """Note the end of a run, and whether it is what it should be."""
        self.watched.append(watched)
        self.active.discard(watched.run_id)
        task = self.tasks[watched.run_id]
        missing = {line: (seen, task.points[line]) for line, seen in watched.points.items() if line in task.points}
        if watched.state != task.ends or any(seen != wanted for seen, wanted in missing.values()):
            self.troubles.append(f"{who}: {task.page} should end {task.ends} with {task.points}: {watched}")


async def lesson(
    app: App, seconds: float, *, sessions: int, starters: int, browsers: int, forget_s: float, tasks: list[Task] = TASKS
) -> Lesson:
    """`sessions` clients, of which `starters` start runs, and `browsers` real Chromiums beside them."""
    seen = Lesson()
    await _warm_up(app, tasks)
    await forget(app, forget_s)
    seen.before = app.settled()
    app.doing = "lesson"
    end = time.monotonic() + seconds
    seen.last_start = end - min(LAST_START_S, seconds / 2)
    async with contextlib.AsyncExitStack() as stack:
        people = [
            _session(app, seen, number, starts=number < starters, end=end, tasks=tasks) for number in range(sessions)
        ]
        if browsers:
            playwright = await stack.enter_async_context(async_playwright())
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            stack.push_async_callback(browser.close)
            _put_behind("chrom")
            people += [_browser(browser, app, seen, number, end) for number in range(browsers)]
        reporter = asyncio.create_task(_report(app, seen))
        await asyncio.gather(*people)
        reporter.cancel()
    seen.during, app.doing = app.peaks.get("lesson", {}), "afterwards"
    await forget(app, forget_s)
    seen.after = app.settled()
    seen.troubles += app.errors()
    return seen


async def _report(app: App, seen: Lesson) -> None:
    """Print each 20 seconds how it goes, and what has gone wrong since."""
    told_of = answers = 0
    while True:
        await asyncio.sleep(20)
        print(
            f"{len(seen.tasks)} runs, {len(seen.active)} of them active; {spread('all', seen.reruns[answers:])}; "
            f"{told(app.memory())}; {len(seen.troubles)} troubles",
            *seen.troubles[told_of:],
            sep="\n  ",
            flush=True,
        )
        told_of, answers = len(seen.troubles), len(seen.reruns)


def spread(cause: str, reruns: list[Rerun]) -> str:
    """How many answers of a cause, or of `all`, and how long they took."""
    ordered = sorted(rerun.seconds for rerun in reruns if cause in ("all", rerun.cause)) or [0.0]
    at = {share: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95, 0.99)}
    return (
        f"{cause:>5}: {len(ordered):>6} answers, median {at[0.5]:.3f} s, 95% within {at[0.95]:.3f} s, "
        f"99% within {at[0.99]:.3f} s, longest {ordered[-1]:.2f} s"
    )


async def _warm_up(app: App, tasks: list[Task]) -> None:
    """One visitor does, twice, what the others will do, so that the app has loaded what they need."""
    for task in [*{task.page: task for task in tasks if task.ends == "Completed"}.values()] * 2:
        async with Client(app.address) as client:
            await client.open(f"/{task.page}")
            for label, value in task.settings.items():
                await client.fill(label, value)
            await client.press(task.button)
            await visits.watch(client, task.page)
    async with Client(app.address) as client:
        await visits.look_at_convolutions(client)


async def _session(app: App, seen: Lesson, number: int, *, starts: bool, end: float, tasks: list[Task]) -> None:
    """One person, until the lesson and the last run have ended."""
    who = f"session {number}"
    # Nobody comes in the same second.
    await asyncio.sleep(random.uniform(0, min(8.0, (end - time.monotonic()) / 4)))
    turn = number
    async with Client(app.address, reruns=seen.reruns) as client:
        try:
            while time.monotonic() < end or seen.active:
                if starts and time.monotonic() < seen.last_start:
                    await _start_and_watch(client, seen, who, tasks[turn % len(tasks)])
                    turn += 1
                elif seen.active:
                    await _watch(client, seen, who, random.choice(sorted(seen.active)))
                else:
                    await visits.look_at_convolutions(client)
                    await asyncio.sleep(random.uniform(0.5, 2))
        except (AssertionError, LookupError, ValueError, TimeoutError, ConnectionError) as error:
            seen.troubles.append(f"{who}: {error!r}")
        seen.troubles += [f"{who}: {exception}" for exception in client.exceptions]
        seen.unanswered_s = max(seen.unanswered_s, client.unanswered_s)


def _put_behind(name: str) -> None:
    """Let child processes of this name take what the others leave: a class's browsers have processors of their own."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error, OSError):
            if name in process.name():
                process.nice(19)
                # Linux shares processors out between sessions first, and a browser has one of its own.
                Path(f"/proc/{process.pid}/autogroup").write_text("19")


async def _start_and_watch(client: Client, seen: Lesson, who: str, task: Task) -> None:
    await client.open(f"/{task.page}")
    run_id = await visits.start(client, task.button, task.settings)
    seen.tasks[run_id] = task
    seen.active.add(run_id)
    stopping = asyncio.create_task(_stop(client)) if task.ends == "Stopped" else None
    await _watch(client, seen, who, run_id)
    if stopping:
        await stopping


async def _stop(client: Client) -> None:
    """Stop one's run some seconds after it began."""
    await client.until(lambda c: visits.state(c) == "Running", ENDS_S)
    await asyncio.sleep(STOPPED_AFTER_S)
    await client.press("Stop")


async def _watch(client: Client, seen: Lesson, who: str, run_id: str) -> None:
    """Watch a run to its end and move a control of its page now and then."""
    page = seen.tasks[run_id].page
    if visits.run_id(client) != run_id:
        await client.open(f"/{page}?run={run_id}")
    watching = asyncio.create_task(visits.watch(client, page, CHARTS[page], ENDS_S))
    while not watching.done():
        await asyncio.wait([watching], timeout=random.uniform(2, 5))
        if not watching.done():
            await MOVES[page](client)
    seen.see(who, watching.result())


async def _browser(browser: Browser, app: App, seen: Lesson, number: int, end: float) -> None:
    """A real Chromium: watches a run to its end, then moves a slider of the page of convolutions, and so on."""
    who, context = f"browser {number}", await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.on("console", lambda message: seen.troubles.append(f"{who}: {message.text}") if is_error(message) else None)
    page.on("pageerror", lambda error: seen.troubles.append(f"{who}: {error}"))
    try:
        while time.monotonic() < end or seen.active:
            if seen.active:
                run_id = random.choice(sorted(seen.active))
                name = seen.tasks[run_id].page
                await page.goto(f"{app.address}/{name}?run={run_id}")
                ended = page.locator(".lab-completed, .lab-stopped, .lab-failed")
                await ended.wait_for(timeout=1000 * ENDS_S)
                # It has what the others leave of the processors: its charts may come seconds after the word.
                ends, wanted = time.monotonic() + DRAWN_S, seen.tasks[run_id].points.items()
                while time.monotonic() < ends and not wanted <= (await _points(page)).items():
                    await page.wait_for_timeout(500)
                reason = await page.locator(".lab-bar-line").inner_text()
                state = re.sub(r"\W.*", "", reason, flags=re.DOTALL)
                seen.see(who, Watched(name, run_id, state, reason, await _points(page)))
            else:
                await page.goto(f"{app.address}/convolution?view=On+a+picture")
                slider = page.locator("input[type=range]").first
                await slider.wait_for(timeout=30_000)
                for key in ("ArrowRight", "ArrowLeft") * 5:
                    await slider.press(key)
                    await page.wait_for_timeout(300)
    except PlaywrightError as error:
        seen.troubles.append(f"{who}: {error}")
    await context.close()


async def _points(page) -> dict[str, int]:
    lines = await page.evaluate(
        "() => [...document.querySelectorAll('.live-chart-plot')].flatMap((plot, number) =>"
        " (plot.data ?? []).map((line) => [`${line.name ?? ''} ${number}`, line.x?.length ?? 0]))"
    )
    return dict(lines)
