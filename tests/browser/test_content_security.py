"""The header that the README has for a proxy: every page works under it, and scripts of others do not."""

import base64
import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT

README = (ROOT / "README.md").read_text()
POLICY = " ".join(re.search(r"Content-Security-Policy: ([^`]+?)\n```", README)[1].split())
PAGES = {
    "": "CNN Lab",
    "convolution": "Convolution",
    "mnist": "MNIST",
    "cifar": "CIFAR-10",
    "fine_tuning": "Fine-tuning",
    "style_transfer": "Style transfer",
    "deep_dream": "DeepDream",
    "runs": "Runs",
}


DRAWN = {"mnist": ".live-chart-plot .main-svg", "convolution": ".stepper-sums strong"}
"""A chart of Plotly's, and a component that is drawn by its own script."""


def with_policy(page):
    """Have the page's documents come as through a proxy that sets the header; returns what the browser refused."""

    def answer(route):
        if route.request.resource_type != "document":
            route.continue_()
            return
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": POLICY})

    refused = []
    page.context.route("**/*", answer)
    page.add_init_script("addEventListener('securitypolicyviolation', e => (window.refused ??= []).push(e.blockedURI))")
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    return refused


@pytest.fixture
def strict_browser(browser):
    """A Chromium that lets documents which a test has answered open sockets to this computer."""
    arguments = [*ARGUMENTS, "--disable-features=LocalNetworkAccessChecks"]
    made = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    yield made
    made.close()


def test_every_page_works_under_the_policy(app, strict_browser):
    context = strict_browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(90_000)
    page = context.new_page()
    refused = with_policy(page)
    for path, title in PAGES.items():
        page.goto(f"{app}/{path}")
        expect(page.get_by_role("heading", name=title, exact=True).first).to_be_visible()
        if path in DRAWN:
            expect(page.locator(DRAWN[path]).first).to_be_visible()
    page.wait_for_function("() => document.cookie.includes('cnn_lab_visitor=')")
    assert refused == []
    page.evaluate("() => document.head.append(Object.assign(document.createElement('script'), {src: 'https://b.c/'}))")
    page.wait_for_function("() => (window.refused ?? []).length > 0")
    context.close()


def test_the_policy_knows_the_script_in_streamlits_page():
    page = Path(find_spec("streamlit").origin).parent / "static" / "index.html"
    inside = re.findall(r"<script>(.*?)</script>", page.read_text(), flags=re.DOTALL)
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inside}
    assert hashes == set(re.findall(r"'sha256-[^']+'", POLICY))
