"""The page as a process of its own: what it says while no server answers, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import answers, wait_until
from tests.ports import free_port


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
