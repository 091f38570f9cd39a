"""`ragapp serve` over an empty data folder, and Chromium in front of its page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.browser.waiting import PATIENCE, answers, wait_until
from tests.ports import free_port

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: Playwright keeps an event loop running, which other tests cannot share."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        pytest.skip("No Chromium: install it (Debian: apt-get install chromium) to run the browser tests.")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, model_folder: Callable[[str], Path]) -> Iterator[str]:
    """The page's address. Everything behind it ends with the module."""
    model_folder("bge-small-en-v1.5")
    port, ui_port = free_port(), free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "ragapp.cli", "serve", "--port", str(port), "--ui-port", str(ui_port)],
        env=os.environ
        | {"RAGAPP_GENERATOR": "extractive", "RAGAPP_DATA_DIR": str(tmp_path_factory.mktemp("data"))},
    )
    address = f"http://127.0.0.1:{ui_port}"
    try:
        for started in (f"http://127.0.0.1:{port}/healthz", address):
            wait_until(lambda started=started: process.poll() is not None or answers(started))
        assert process.poll() is None, "ragapp serve ended at once"
        yield address
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser profile. Its window is that of a laptop."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture
def foreign_requests(page: Page, site: str) -> list[str]:
    """Fills with the addresses of all that the page asks of anyone but its own server."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((site, "data:", "blob:")):
            seen.append(request.url)

    page.on("request", note)
    return seen
