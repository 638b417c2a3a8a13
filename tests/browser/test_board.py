"""A teacher and two students: the board fills by itself, on a projector and on phones."""

from playwright.sync_api import Page, expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def join(page: Page, nickname: str) -> None:
    page.get_by_label("Your nickname").fill(nickname)
    page.get_by_role("button", name="Join the board").tap()


def test_a_class_and_its_board(open_page, app: str) -> None:
    teacher = open_page(app)
    teacher.get_by_role("button", name="Your turn board").click()
    teacher.get_by_role("button", name="Open a board").click()
    code = teacher.locator(".lab-code").inner_text()
    expect(teacher.get_by_alt_text("QR code of the link to this board")).to_be_visible()
    expect(teacher.locator(".board-count")).to_contain_text("Nobody has joined yet")

    ada = open_page(app, **PHONE)
    ada.get_by_role("button", name="Join with a code").tap()
    ada.get_by_label("The code on the screen").fill(code.lower())
    ada.get_by_role("button", name="Join", exact=True).tap()
    join(ada, "Ada")
    ben = open_page(f"{app}/board?code={code}", **PHONE)
    join(ben, "ada")
    expect(ben.get_by_text("ada is taken on this board")).to_be_visible()
    join(ben, "Ben")
    expect(teacher.locator(".board-player")).to_have_text(["Ada", "Ben"])
    expect(ben.get_by_role("button", name="Manage")).to_be_hidden()
    assert ben.evaluate("document.documentElement.scrollWidth <= innerWidth")

    teacher.get_by_role("button", name="Present").click()
    ada.get_by_role("link", name="Go to MNIST").tap()
    steps = ada.get_by_label("Steps", exact=True)
    steps.fill("20")
    steps.press("Enter")
    ada.get_by_role("button", name="Train", exact=True).tap()
    row = teacher.locator(".board-challenge", has_text="In a hurry").locator(".board-row")
    expect(row).to_contain_text("Ada")
    expect(row).to_contain_text("20 steps")
    expect(row.get_by_role("img", name="best so far")).to_be_visible()
    # Ben sees of her what the class sees, and finds nothing of hers among his own runs.
    expect(ben.locator(".board-challenge", has_text="In a hurry").locator(".board-row")).to_contain_text("20 steps")
    ben.goto(f"{app}/runs")
    expect(ben.get_by_text("There is nothing yet")).to_be_visible()
    ben.goto(f"{app}/board?code={code}")
    expect(ben.locator(".lab-board-me")).to_contain_text("Ben")

    teacher.keyboard.press("Escape")
    teacher.get_by_role("button", name="Manage").click()
    teacher.get_by_role("combobox", name="Nickname").click()
    teacher.get_by_role("option", name="Ada").click()
    teacher.get_by_role("button", name="Take off the board").click()
    expect(teacher.locator(".board-player")).to_have_text(["Ben"])
    expect(row).to_be_hidden()
    teacher.get_by_text("Close it for everybody").click()
    teacher.get_by_role("button", name="Close the board").click()
    expect(ben.get_by_text(f"{code} is not the code of a board that is open now")).to_be_visible()
