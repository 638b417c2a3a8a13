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


def test_a_class_joins_by_the_code_on_the_screen(open_page, app: str) -> None:
    teacher = open_page(f"{app}/mnist")
    teacher.get_by_role("button", name="Train").click()
    teacher.get_by_role("button", name="Share").click()
    code = teacher.locator(".lab-code").inner_text()
    expect(teacher.get_by_role("dialog").get_by_alt_text("QR code of the link to this run")).to_be_visible()
    phone = open_page(app, viewport={"width": 390, "height": 844}, has_touch=True)
    phone.get_by_role("button", name="Join with a code").tap()
    field = phone.get_by_role("textbox")
    field.fill("WRONG")
    phone.get_by_role("button", name="Join", exact=True).tap()
    expect(phone.get_by_text("WRONG is not the code of a run or a board that is shared now.")).to_be_visible()
    field.fill(code.lower())
    phone.get_by_role("button", name="Join", exact=True).tap()
    expect(phone.locator(".lab-bar").first).to_contain_text("step")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    teacher.keyboard.press("Escape")
    expect(teacher.locator(".lab-code")).to_be_hidden()
    teacher.get_by_role("button", name="Stop").click()
    expect(phone.locator(".lab-bar").first).to_contain_text("Stopped")
