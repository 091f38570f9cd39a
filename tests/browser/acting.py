"""Actions of a user on the page."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

BADGE = ".stMarkdownBadge"
ROW = "[class*=st-key-row-]"


def row_of(page: Page, name: str) -> Locator:
    return page.locator(ROW).filter(has=page.get_by_role("heading", name=name, exact=True))


def upload(page: Page, files: Mapping[str, bytes]) -> None:
    expect(page.get_by_role("heading", name="Documents", level=1)).to_be_visible()
    hand_over(page.locator("input[type=file]").first, files)


def hand_over(drop_zone: Locator, files: Mapping[str, bytes]) -> None:
    drop_zone.set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files.items()]
    )


def settle(page: Page) -> None:
    """Waits until all of the page is there, and nothing of the one before it."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def filter_by(page: Page, words: str) -> None:
    settle(page)
    page.get_by_label("Filter by name").fill(words)
    page.get_by_label("Filter by name").press("Enter")


def ask(page: Page, question: str) -> None:
    """Asks on the page of questions; the answer is on its way when this returns."""
    page.get_by_role("link", name="Ask").click()
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_role("heading", name=question).first).to_be_visible()


def answer_to(page: Page, question: str) -> Locator:
    """Asks, and gives the newest reply once it has something to read."""
    replies = page.get_by_test_id("stChatMessage").filter(has_not=page.locator(".ragapp-question"))
    page.get_by_role("link", name="Ask").click()
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()
    settle(page)
    before = replies.count()
    ask(page, question)
    expect(replies).to_have_count(before + 1)
    expect(replies.last.locator(".ragapp-answer").first).to_be_visible()
    return replies.last


def delete(page: Page, name: str) -> None:
    page.get_by_role("link", name="Documents").click()
    row_of(page, name).get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete permanently").click()
    expect(row_of(page, name)).to_have_count(0)


def sign_in(page: Page, address: str, key: str) -> None:
    page.goto(address)
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
