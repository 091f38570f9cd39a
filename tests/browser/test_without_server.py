"""The page as a process of its own: what it does while no server answers, and how it ends."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.types import UploadSpec
from tests.browser.acting import ask, settle
from tests.browser.library import page_of
from tests.browser.waiting import answers, wait_until
from tests.ports import free_port
from tests.serving import LIBRARY, ingest_all, serving, settings_in


@pytest.fixture
def lonely() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process, which looks for a server in vain, and its address."""
    port, api_url = free_port(), f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "ui", "--api-url", api_url, "--port", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(address))
        yield process, address
    finally:
        process.kill()
        process.wait()


def test_during_an_outage_the_page_stays_and_the_question_is_asked_afterwards(
    page: Page, tmp_path: Path
) -> None:
    settings, port = settings_in(tmp_path), free_port()
    with closing(build_service(settings)) as service, page_of(f"http://127.0.0.1:{port}") as address:
        service.upload(UploadSpec("tides.txt"), io.BytesIO(LIBRARY["tides.txt"]))
        ingest_all(settings)
        with serving(create_app(service, settings), port):
            page.goto(address)
            ask(page, "When does the tide turn?")
            expect(page.locator(".ragapp-answer").first).to_contain_text("noon")
            settle(page)
        box = page.get_by_test_id("stChatInputTextArea")
        box.fill("When do herons fish?")
        page.get_by_label("Search conversations").fill("tide")
        page.get_by_label("Search conversations").press("Enter")
        expect(page.get_by_text("The page continues when the server responds").first).to_be_visible()
        expect(page.locator(".ragapp-answer").first).to_be_visible()
        expect(box).to_have_value("When do herons fish?")
        box.press("Enter")
        expect(box).to_have_value("")
        with serving(create_app(service, settings), port):
            expect(page.get_by_role("heading", name="When do herons fish?")).to_be_visible()
            expect(page.locator(".ragapp-answer", has_text="Herons fish at dusk")).to_be_visible()
            expect(page.get_by_role("heading", name="When does the tide turn?")).to_be_visible()


def test_it_says_that_no_server_answers_and_ends_with_its_parent(
    lonely: tuple[subprocess.Popen[bytes], str], page: Page
) -> None:
    process, address = lonely
    page.goto(address)
    expect(page.get_by_role("alert")).to_contain_text("Start one with `ragapp serve`")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()

    assert process.stdin is not None
    process.stdin.close()
    wait_until(lambda: process.poll() is not None)
