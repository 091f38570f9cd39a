"""A reader's way through the page: add documents, ask, check the cited words, delete."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

BADGE = ".stMarkdownBadge"
ROW = "[class*=st-key-row-]"

HARBOUR = "harbour.html"
HARBOUR_TEXT = """<html><body><h1>The harbour of Varn</h1>
<p>Fishing boats fill the basin in spring. The lighthouse of Varn was built in 1862 by Ada Thornton.
It stands on the northern pier. Its lamp burns colza oil.</p></body></html>"""

BREAD = "bread.txt"
BREAD_TEXT = "Sourdough bread rises for twelve hours. The oven is heated to 240 degrees before it goes in.\n"

HOSTILE = (
    'x" onerror="alert(1) ![i](http:evil.example) www.evil.example :tada: <img src=x onerror=alert(1)>.md'
)
HOSTILE_TEXT = """# Cats <script>document.title = "taken over"</script>

The cat of Quent is called Mirabel
<img src="http://evil.example/a.png" onerror="document.title='taken over'">.
![pixel](http://evil.example/b.png) [press me](http://evil.example/c) <http://evil.example/d> www.evil.example
<svg onload="document.title='taken over'"></svg> :material/home: $x^2$ :red[red] [^1] `code`
"""


def test_from_upload_to_cited_words_to_deletion(page: Page, site: str, foreign_requests: list[str]) -> None:
    page.goto(site)
    expect(page.get_by_role("heading", name="Answers you can check")).to_be_visible()

    page.get_by_role("link", name="Add documents").click()
    upload(page, {HARBOUR: HARBOUR_TEXT, BREAD: BREAD_TEXT})
    expect(page.get_by_role("heading", name="2 of 2 ready")).to_be_visible()
    filter_by(page, "bread")
    expect(page.get_by_role("heading", name=HARBOUR)).to_have_count(0)
    filter_by(page, "")
    expect(page.get_by_role("heading", name=HARBOUR)).to_be_visible()

    ask(page, "Who built the lighthouse of Varn?")
    answer = page.get_by_test_id("stChatMessage").last
    expect(answer.locator(".ragapp-answer").first).to_contain_text("Ada Thornton")
    expect(answer.locator(BADGE).first).to_contain_text("Supported")

    answer.get_by_text(f"{HARBOUR}, page 1").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("mark")).to_contain_text("The lighthouse of Varn was built in 1862 by Ada Thornton.")
    expect(drawer.locator(".ragapp-text")).to_contain_text("Fishing boats fill the basin in spring.")
    expect(drawer.get_by_text("Page 1 of 1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    delete(page, HARBOUR)
    expect(page.get_by_role("heading", name=BREAD)).to_be_visible()
    ask(page, "Who built the lighthouse of Varn?")
    expect(page.get_by_role("heading", name="Who built the lighthouse of Varn?")).to_have_count(2)
    newest = page.get_by_test_id("stChatMessage").last
    expect(newest.locator(".ragapp-answer").first).to_be_visible()
    expect(newest).not_to_contain_text("Ada Thornton")
    assert foreign_requests == []


def test_hostile_names_and_texts_stay_characters(page: Page, site: str, foreign_requests: list[str]) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{site}/documents")
    upload(page, {HOSTILE: HOSTILE_TEXT})
    row = page.locator(ROW, has_text="<img src=x onerror=alert(1)>.md")
    expect(row.locator(BADGE)).to_contain_text("Ready")

    ask(page, "What is the cat of Quent called?")
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer.locator(".ragapp-answer").first).to_contain_text("Mirabel")
    answer.locator("[class*=st-key-chip-] button").first.click()
    expect(page.get_by_role("dialog").locator("mark").first).to_contain_text("Mirabel")

    assert page.locator(".stHtml").locator("img, svg, script, a").count() == 0
    assert page.locator("body").locator("[src*='evil.example'], [href*='evil.example']").count() == 0
    assert page.title() == "ragapp"
    assert dialogs == []
    assert foreign_requests == []


def test_a_file_that_cannot_be_read_fails_with_its_reason_and_stops_no_other(page: Page, site: str) -> None:
    page.goto(f"{site}/documents?collection=default")
    upload(page, {"torn.pdf": "%PDF-1.7 and then nothing", "whole.txt": "Nets dry on the quay."})
    torn = page.locator(ROW, has_text="torn.pdf")
    expect(torn.locator(BADGE)).to_contain_text("Failed")
    expect(torn.locator(".ragapp-error")).not_to_be_empty()
    expect(page.locator(ROW, has_text="whole.txt").locator(BADGE)).to_contain_text("Ready")


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, site: str, colors: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=colors)
    page = context.new_page()
    for path, heading in {"documents": "Documents", "": "Ask your documents"}.items():
        page.goto(f"{site}/{path}")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    context.close()


def upload(page: Page, files: dict[str, str]) -> None:
    expect(page.get_by_role("heading", name="Documents", level=1)).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": text.encode()} for name, text in files.items()]
    )


def filter_by(page: Page, words: str) -> None:
    page.get_by_label("Filter by name").fill(words)
    page.get_by_label("Filter by name").press("Enter")


def ask(page: Page, question: str) -> None:
    page.get_by_role("link", name="Ask").click()
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_role("heading", name=question).first).to_be_visible()


def delete(page: Page, name: str) -> None:
    page.get_by_role("link", name="Documents").click()
    row = page.locator(ROW, has_text=name)
    row.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    expect(row).to_have_count(0)
