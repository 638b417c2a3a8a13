"""The tour of a page: offered, taken with the keyboard, remembered, and never in the way."""

from playwright.sync_api import Locator, Page, expect


def test_it_is_taken_with_the_keyboard_and_offered_no_more(page: Page, app: str) -> None:
    page.goto(f"{app}/mnist")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    offer = page.get_by_role("button", name="New here? Take the tour")
    card = page.get_by_role("dialog")
    expect(card).to_be_hidden()
    offer.focus()
    page.keyboard.press("Enter")
    expect(card).to_contain_text("1 of 5")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Train")
    expect(card).to_contain_text("2 of 5")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(card).to_contain_text("2 of 5")
    # The page stays in reach: what is pointed at can be pressed, and everything else.
    page.get_by_role("button", name="Train", exact=True).click(trial=True)
    page.locator("summary", has_text="Network").click(trial=True)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.get_by_role("button", name="Tour", exact=True)).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Tour", exact=True)).to_be_visible()
    page.get_by_role("link", name="CIFAR-10").click()
    expect(offer).to_be_visible()
    page.get_by_role("button", name="No tour, thank you").click()
    expect(offer).to_be_hidden()
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_role("button", name="Tour", exact=True)).to_be_hidden()


def test_it_ends_with_the_page(page: Page, app: str) -> None:
    page.goto(app)
    page.get_by_role("button", name="New here? Take the tour").click()
    expect(page.get_by_role("dialog")).to_contain_text("Six pages")
    ring = page.locator(".tour-ring").bounding_box()
    last = page.locator("[class*='st-key-card-']").last.bounding_box()
    assert ring
    assert last
    assert ring["y"] + ring["height"] >= min(last["y"] + last["height"], 898)
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_on_a_phone_it_leaves_the_menu_free_which_closes_when_a_page_is_chosen(open_page, app: str) -> None:
    phone = open_page(app, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    offer = phone.get_by_role("button", name="New here? Take the tour")
    expect(offer).to_be_visible()
    menu = phone.get_by_role("button", name="Expand sidebar")
    for part in (offer, menu, phone.get_by_role("button", name="No tour, thank you")):
        assert large_enough(part)
    menu.tap()
    expect(offer).to_be_hidden()
    for part in (phone.get_by_role("button", name="Collapse sidebar"), phone.get_by_role("link", name="Runs")):
        assert large_enough(part)
    phone.get_by_role("button", name="Collapse sidebar").tap()
    expect(offer).to_be_visible()
    menu.tap()
    phone.get_by_role("link", name="Runs", exact=True).tap()
    expect(phone.get_by_role("heading", name="Runs")).to_be_visible()
    expect(phone.get_by_role("link", name="Runs", exact=True)).not_to_be_in_viewport()
    expect(menu).to_be_visible()


def large_enough(part: Locator) -> bool:
    """For a finger."""
    box = part.bounding_box()
    return bool(box and box["width"] >= 40 and box["height"] >= 40)
