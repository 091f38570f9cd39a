"""A reader's way through the page: add documents, ask, check the cited words, delete."""

from __future__ import annotations

from playwright.sync_api import Page, expect

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

    ask(page, "Who built the lighthouse of Varn?")
    answer = page.get_by_test_id("stChatMessage").last
    expect(answer.locator(".ragapp-answer").first).to_contain_text("Ada Thornton")
    expect(answer.get_by_text("Supported", exact=True).first).to_be_visible()

    answer.get_by_text(f"{HARBOUR}, page 1").first.click()
    cited = answer.locator("mark").first
    expect(cited).to_contain_text("The lighthouse of Varn was built in 1862 by Ada Thornton.")
    expect(answer.locator(".ragapp-text").first).to_contain_text("Fishing boats fill the basin in spring.")
    expect(answer.get_by_text("Page 1").first).to_be_visible()

    answer.get_by_role("button", name="Read the whole page").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("mark")).to_contain_text("built in 1862")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    delete(page, HARBOUR)
    expect(page.get_by_role("heading", name=HARBOUR)).to_have_count(0)
    expect(page.get_by_role("heading", name=BREAD)).to_be_visible()
    ask(page, "Who built the lighthouse of Varn?")
    expect(page.get_by_role("heading", name="Who built the lighthouse of Varn?")).to_have_count(2)
    newest = page.get_by_test_id("stChatMessage").nth(1)
    expect(newest.locator(".ragapp-answer").first).to_be_visible()
    expect(newest).not_to_contain_text("Ada Thornton")
    assert foreign_requests == []


def test_hostile_names_and_texts_stay_characters(page: Page, site: str, foreign_requests: list[str]) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{site}/documents")
    upload(page, {HOSTILE: HOSTILE_TEXT})
    row = page.locator(".ragapp-name", has_text="onerror").first
    expect(row).to_contain_text("<img src=x onerror=alert(1)>.md")
    expect(page.get_by_text("Ready", exact=True).first).to_be_visible()

    ask(page, "What is the cat of Quent called?")
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer.locator(".ragapp-answer").first).to_contain_text("Mirabel")
    answer.get_by_text("onerror=alert(1)").first.click()
    expect(answer.locator("mark").first).to_contain_text("Mirabel")
    answer.get_by_role("button", name="Read the whole page").first.click()
    expect(page.get_by_role("dialog").locator("mark").first).to_contain_text("Mirabel")

    own_page = page.get_by_test_id("stMain")
    assert own_page.locator("img:not([alt='ragapp']), svg[onload], script").count() == 0
    assert page.locator("a[href*='evil.example']").count() == 0
    assert page.title() == "Ask"
    assert dialogs == []
    assert foreign_requests == []


def test_a_file_that_cannot_be_read_fails_with_its_reason_and_stops_no_other(page: Page, site: str) -> None:
    page.goto(f"{site}/documents?collection=default")
    upload(page, {"torn.pdf": "%PDF-1.7 and then nothing", "whole.txt": "Nets dry on the quay."})
    torn = (
        page.get_by_test_id("stVerticalBlock").filter(has=page.get_by_role("heading", name="torn.pdf")).last
    )
    expect(torn.get_by_text("Failed", exact=True)).to_be_visible()
    expect(torn.locator(".ragapp-error")).not_to_be_empty()
    whole = (
        page.get_by_test_id("stVerticalBlock").filter(has=page.get_by_role("heading", name="whole.txt")).last
    )
    expect(whole.get_by_text("Ready", exact=True)).to_be_visible()


def upload(page: Page, files: dict[str, str]) -> None:
    expect(page.get_by_role("heading", name="Documents", level=1)).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": text.encode()} for name, text in files.items()]
    )


def ask(page: Page, question: str) -> None:
    page.get_by_role("link", name="Ask").click()
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_role("heading", name=question).first).to_be_visible()


def delete(page: Page, name: str) -> None:
    page.get_by_role("link", name="Documents").click()
    page.get_by_label("Filter by name").fill(name)
    page.get_by_label("Filter by name").press("Enter")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_label("Filter by name").fill("")
    page.get_by_label("Filter by name").press("Enter")
