"""The fine-tuning page in a real browser: prepare and its ZIP, own classes from files, classify."""

import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from engine.images import read_image
from engine.sources.cifar10 import load_named_pictures
from engine.sources.photo10 import NAMES
from engine.sources.photographs import load_photograph
from tests.browser.test_mnist import PHONE


def opened(page, app):
    page.goto(f"{app}/fine_tuning")
    expect(page.get_by_role("button", name="Fine-tune", exact=True)).to_be_enabled()
    expect(page.get_by_text("A finished example: CIFAR-10 in the chapter's folders")).to_be_visible()


def crops(name, count, seed):
    """Files of a class: pieces of a photograph."""
    photograph, rng = load_photograph(name), np.random.default_rng(seed)
    files = []
    for number in range(count):
        top, left = (int(rng.integers(0, size - 120)) for size in photograph.shape[:2])
        buffer = io.BytesIO()
        Image.fromarray(photograph[top : top + 120, left : left + 120]).save(buffer, "JPEG", quality=95)
        files.append({"name": f"{name}{number}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()})
    return files


def test_prepare_photo10_and_its_zip_holds_the_very_pixels(app, page):
    opened(page, app)
    page.get_by_role("button", name="Prepare dataset").click()
    expect(page.locator(".lab-state").first).to_have_text("Completed")
    expect(page.get_by_text("5,000 files of 10 classes")).to_be_visible()
    assert page.locator(".lab-sheets figure").count() == 10
    page.get_by_role("button", name="Pack as ZIP").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Download ZIP")).click()
    pictures = load_named_pictures()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        assert archive.testzip() is None
        files = [name for name in archive.namelist() if name.endswith(".png")]
        assert archive.read("cifar10_labels.txt").decode().split() == list(NAMES)
        for split, images, labels in (
            ("train", pictures.train_images, pictures.train_labels),
            ("test", pictures.test_images, pictures.test_labels),
        ):
            folder = {"train": "train_dir", "test": "validation_dir"}[split]
            for place in range(0, len(labels), 100):
                name = NAMES[labels[place]]
                content = archive.read(f"{folder}/{name}/{name}_{split}_{place:05}.png")
                assert np.array_equal(read_image(content), images[place])
    assert len(files) == 5_000
    page.get_by_role("button", name="Check every file").click()
    expect(page.get_by_text("of 200 compared, 200 upright")).to_be_visible()


def test_own_classes_from_files_are_trained_and_tried(app, page):
    opened(page, app)
    for number, name in enumerate(("Coffee", "Rocket")):
        box = page.get_by_role("textbox", name="Name").nth(number)
        box.fill(name)
        box.press("Enter")
        inputs = page.get_by_role("tabpanel").get_by_test_id("stFileUploaderDropzoneInput")
        inputs.nth(number).set_input_files(crops(name, 8, number))
        expect(page.get_by_text("8 pictures").nth(number)).to_be_visible()
    page.get_by_role("button", name="Train on my classes").click()
    expect(page.get_by_text("Try it live")).to_be_visible(timeout=180_000)
    expect(page.get_by_text(re.compile("2 of 2 pictures kept for the test are named right"))).to_be_visible()
    tried = page.get_by_role("tabpanel").get_by_test_id("stFileUploaderDropzoneInput").last
    tried.set_input_files(crops("Rocket", 1, 99))
    expect(page.get_by_role("tabpanel").locator(".lab-verdict b")).to_have_text("Rocket")


def test_classify_an_own_picture(app, page, tmp_path):
    opened(page, app)
    verdict = page.locator(".lab-verdict b").first
    expect(verdict).to_have_text(re.compile("cat|tabby"))
    expect(page.locator(".lab-named-place .lab-bars > div")).to_have_count(5)
    Image.fromarray(load_photograph("Coffee")).save(tmp_path / "cup.png")
    page.get_by_text("Your own picture").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").nth(1).set_input_files(tmp_path / "cup.png")
    expect(verdict).to_have_text("espresso")
    expect(page.get_by_text("What spoke for espresso: bright")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_scrolls_sideways(app, open_page, scheme):
    page = open_page(f"{app}/fine_tuning", color_scheme=scheme, **PHONE)
    button = page.get_by_role("button", name="Prepare dataset")
    expect(button).to_be_visible()
    expect(page.locator(".lab-sheets img").first).to_be_visible()
    assert page.locator(".lab-sheets").bounding_box()["y"] < button.bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
