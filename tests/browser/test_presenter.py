"""Presenter mode: large type, settings away, keys, notes; and it goes from page to page."""

from playwright.sync_api import Page, expect


def test_a_page_on_a_projector(page: Page, app: str) -> None:
    page.goto(f"{app}/mnist")
    train = page.get_by_role("button", name="Train", exact=True)
    expect(train).to_be_visible()
    page.get_by_role("button", name="Present").click()
    expect(train).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    # The page ends above the bar with the keys.
    content, bar = page.locator(".stMain").bounding_box(), page.locator(".presenter-keys").bounding_box()
    assert content
    assert bar
    assert content["y"] + content["height"] <= bar["y"]
    page.keyboard.press("s")
    expect(train).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("Speaker notes")).to_contain_text("one guess in ten")
    page.wait_for_function("document.querySelector('.stMain').scrollTop === 0")
    page.keyboard.press("PageDown")
    page.wait_for_function("document.querySelector('.stMain').scrollTop > 40")
    page.get_by_role("link", name="Convolution").click()
    expect(page.get_by_role("heading", name="Convolution")).to_be_visible()
    # They stay open, and one press closes them: every key is heard once.
    expect(page.get_by_label("Speaker notes")).to_contain_text("Sobel x")
    page.keyboard.press("n")
    expect(page.get_by_label("Speaker notes")).to_be_hidden()
    page.keyboard.press("Escape")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "16px"


def test_notes_in_a_window_of_their_own_follow_the_page_and_step_through_it(page: Page, app: str) -> None:
    page.goto(f"{app}/mnist")
    page.get_by_role("button", name="Present").click()
    with page.expect_popup() as opened:
        page.keyboard.press("w")
    notes = opened.value
    expect(notes.get_by_role("heading", name="MNIST")).to_be_visible()
    expect(notes.get_by_role("list")).to_contain_text("one guess in ten")
    expect(page.get_by_label("Speaker notes")).to_be_hidden()
    page.wait_for_function("document.querySelector('.stMain').scrollTop === 0")
    notes.keyboard.press("PageDown")
    page.wait_for_function("document.querySelector('.stMain').scrollTop > 40")
    page.get_by_role("link", name="Convolution").click()
    expect(notes.get_by_role("heading", name="Convolution")).to_be_visible()
    expect(notes.get_by_role("list")).to_contain_text("Sobel x")
    with notes.expect_event("close"):
        page.get_by_role("toolbar", name="Presenting").get_by_role("button", name="End").click()
    expect(page.get_by_role("toolbar", name="Presenting")).to_be_hidden()


def test_where_windows_are_not_allowed_the_notes_are_on_the_page(page: Page, app: str) -> None:
    page.add_init_script("window.open = () => null")
    page.goto(f"{app}/mnist")
    page.get_by_role("button", name="Present").click()
    page.get_by_role("button", name="Notes in a window").click()
    expect(page.get_by_label("Speaker notes")).to_contain_text("one guess in ten")


def test_charts_grow_with_the_type_and_shrink_again(page: Page, app: str) -> None:
    page.goto(f"{app}/mnist")
    label = page.locator(".annotation-text").first
    expect(label).to_have_css("font-size", "12px")
    page.get_by_role("button", name="Present").click()
    expect(label).to_have_css("font-size", "15px")
    page.keyboard.press("Escape")
    expect(label).to_have_css("font-size", "12px")
