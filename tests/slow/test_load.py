"""Many visitors on one app, shortened: `python -m tests.load` does the same for longer and prints figures."""

import asyncio

import pytest

from tests.load import soak, visits
from tests.load.app import running, told, total
from tests.load.classroom import TASKS, lesson
from tests.load.client import Client

FORGET_S = 3
NEAR = 1.1
"""Memory afterwards, as a share of what it was before. Within hours the app may grow by `soak.MOST_GROWTH`, but in its
first minute it still fills its caches."""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with running(tmp_path_factory.mktemp("load") / "app", forget_s=FORGET_S) as app:
        yield app


def test_all_who_come_at_once_after_a_start_get_their_page(app):
    """Nobody sees a page without the app around it, and no import fails because another one was under way."""

    async def look(page):
        async with Client(app.address) as client:
            await client.open(page)
            return client.exceptions, client.text.count('class="lab-idea"') > 0, "mnist" in client.pages

    async def all_at_once():
        return await asyncio.gather(*(look(page) for page in ["/mnist", "/cifar", "/deep_dream", "/convolution"] * 3))

    assert asyncio.run(all_at_once()) == [([], True, True)] * 12


def test_the_client_sees_what_a_run_and_the_page_do(app):
    async def train():
        async with Client(app.address) as client:
            watched = await visits.train(client, "mnist", {"Steps": 40})
            again = await client.open(f"/mnist?run={watched.run_id}")
            return watched, again, client

    watched, again, client = asyncio.run(train())
    assert (watched.state, watched.points["train 0"], watched.points["test 1"]) == ("Completed", 8, 9)
    assert again.received > 10_000
    # The record was watched with the fragment's timer, and nothing of it is left.
    assert {"open", "fill", "press", "auto"} <= {rerun.cause for rerun in client.reruns}
    assert not client.timers
    assert client.exceptions == []


def test_a_small_class_loses_nothing(app):
    tasks = [task for task in TASKS if task.page == "mnist"]
    seen = asyncio.run(lesson(app, 30, sessions=8, starters=3, browsers=0, forget_s=FORGET_S, tasks=tasks))
    assert seen.troubles == []
    assert len(seen.tasks) >= 3
    assert seen.active == set()
    assert len(seen.watched) >= len(seen.tasks)
    assert total(seen.after) < NEAR * total(seen.before), (told(seen.before), told(seen.after))


def test_a_short_soak_leaves_nothing_behind(app):
    seen = asyncio.run(
        soak.soak(app, 12, visitors=3, activities=soak.LIGHT, forget_s=FORGET_S, rounds=1),
    )
    assert seen.troubles == []
    assert sum(seen.done.values()) > len(soak.LIGHT)
    assert max(seen.growth.values()) < NEAR - 1, (seen.resident_before, seen.resident_after)
    assert seen.leftovers == set()
