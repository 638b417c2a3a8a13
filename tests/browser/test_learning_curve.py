"""The learning curve of fine-tuning starts its runs one after another, and all of it can be stopped."""

import re

from playwright.sync_api import Page, expect


def test_runs_start_one_after_another_and_stop(page: Page, app: str) -> None:
    page.goto(f"{app}/fine_tuning?tuning_tab=Learning+curve")
    page.get_by_role("button", name="Quick", exact=True).click()
    page.get_by_role("button", name=re.compile("^.*Run these 8 with my settings")).click()
    expect(page.get_by_text("0 of 8 runs done")).to_be_visible()
    page.get_by_role("button", name="Stop all").click()
    expect(page.get_by_role("button", name=re.compile("Run these 8"))).to_be_visible()
