"""A run belongs to the browser that started it, and whoever has its link may watch."""

from playwright.sync_api import Browser, expect


def test_the_owner_comes_back_as_the_owner_and_a_guest_only_watches(browser: Browser, open_page, app: str) -> None:
    own = open_page(f"{app}/mnist")
    own.get_by_role("button", name="Train").click()
    expect(own.get_by_role("button", name="Stop")).to_be_visible()
    own.wait_for_function("() => location.search.includes('run=')")
    link = own.evaluate("location.href")
    guest = open_page(link)
    expect(guest.locator(".lab-bar").first).to_contain_text("step")
    expect(guest.get_by_role("button", name="Rewind")).to_be_visible()
    expect(guest.get_by_role("button", name="Stop")).to_be_hidden()
    own.goto(link)
    own.get_by_role("button", name="Stop").click()
    expect(guest.locator(".lab-bar").first).to_contain_text("Stopped")
