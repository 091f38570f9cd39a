"""A reader's way through the page over real servers, from the first run to a document that is gone."""

from __future__ import annotations

import io
import json
import re
import zipfile

from playwright.sync_api import Page, expect

from tests.browser.acting import BADGE, ROW, answer_to, delete, filter_by, hand_over, row_of, upload
from tests.printing import Printed, pdf_of

WHO = "Who built the lighthouse of Varn?"
CITED = "The lighthouse of Varn was built in 1862 by Ada Thornton."

DOCUMENTS = {
    "harbour.pdf": pdf_of(
        [
            Printed(50, 720, "The harbour of Varn", size=24),
            Printed(50, 660, "Fishing boats fill the basin in spring."),
            Printed(50, 640, CITED),
        ]
    ),
    "bread.txt": b"Sourdough bread rises for twelve hours. The oven is heated to 240 degrees.\n",
    "bees.md": b"# Bees\n\nA honey bee visits about two thousand flowers a day.\n",
    "tides.html": b"<html><body><h1>Tides</h1><p>The tide turns at noon in Varn.</p></body></html>",
    "boats.csv": b"boat,length\nMirabel,12 metres\nQuent,9 metres\n",
    "torn.pdf": b"%PDF-1.7 and then nothing",
}

EVALUATION_SECONDS = 240.0
"""An evaluation takes its turn behind all other work."""

HOSTILE = (
    'x" onerror="alert(1) ![i](http:evil.example) www.evil.example :tada: <img src=x onerror=alert(1)>.md'
)
HOSTILE_TEXT = b"""# Cats <script>document.title = "taken over"</script>

The cat of Quent is called Mirabel
<img src="http://evil.example/a.png" onerror="document.title='taken over'">.
![pixel](http://evil.example/b.png) [press me](http://evil.example/c) <http://evil.example/d> www.evil.example
<svg onload="document.title='taken over'"></svg> :material/home: $x^2$ :red[red] [^1] `code`
"""


def test_from_the_first_run_to_a_document_that_is_gone(
    page: Page, site: str, foreign_requests: list[str]
) -> None:
    page.goto(site)
    expect(page.get_by_role("heading", name="Answers you can check")).to_be_visible()
    page.get_by_role("link", name="Add documents").click()
    upload(page, DOCUMENTS)
    expect(page.get_by_role("heading", name="5 of 6 ready, 1 failed")).to_be_visible()
    expect(row_of(page, "torn.pdf").locator(".ragapp-error").first).not_to_be_empty()
    filter_by(page, "bread")
    expect(row_of(page, "harbour.pdf")).to_have_count(0)
    filter_by(page, "")

    reply = answer_to(page, WHO)
    expect(reply.locator(BADGE).first).to_contain_text("Answers the question")
    see_the_cited_words(page)
    expect(answer_to(page, "And when?").get_by_text("Searched for: “")).to_contain_text("Varn")
    stored = answer_to(page, WHO)
    expect(stored.get_by_text("From the cache").first).to_be_visible()
    stored.get_by_role("radio", name="Thumbs up").click()
    expect(page.get_by_text("Your rating was saved")).to_be_visible()

    evaluate(page)

    delete(page, "harbour.pdf")
    expect(row_of(page, "bread.txt")).to_be_visible()
    expect(answer_to(page, WHO)).not_to_contain_text("Ada Thornton")
    assert foreign_requests == []


def see_the_cited_words(page: Page) -> None:
    """On the picture of their page, and in the text that was read."""
    page.get_by_role("button", name="harbour.pdf, page 1").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("img", name="Page 1 of harbour.pdf")).to_be_visible()
    drawer.get_by_text("As read").click()
    expect(drawer.locator("mark")).to_contain_text(CITED)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def evaluate(page: Page) -> None:
    """With questions of one's own, to the run that it makes."""
    page.get_by_role("link", name="Evals").click()
    page.get_by_role("radio", name="Questions").click()
    page.get_by_text("Add a file of questions").click()
    hand_over(page.locator("input[type=file]").last, {"birds.zip": questions()})
    expect(page.get_by_role("heading", name="birds", exact=True)).to_be_visible()
    page.get_by_role("radio", name="Runs").click()
    page.get_by_role("combobox", name=re.compile("Questions")).click()
    page.get_by_role("option", name="birds").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="Evaluate retrieval on birds")).to_be_visible()
    expect(page.get_by_role("heading", name="birds: retrieval")).to_be_visible(
        timeout=EVALUATION_SECONDS * 1000
    )


def questions() -> bytes:
    """In BEIR layout."""
    texts = {"heron": "Herons fish at dusk.", "swift": "Swifts sleep in the air."}
    files = {
        "corpus.jsonl": [{"_id": name, "title": "", "text": text} for name, text in texts.items()],
        "queries.jsonl": [{"_id": "q1", "text": "When do herons fish?"}],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as into:
        for name, rows in files.items():
            into.writestr(name, "".join(json.dumps(row) + "\n" for row in rows))
        into.writestr("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\theron\t1\n")
    return packed.getvalue()


def test_hostile_names_and_texts_stay_characters(page: Page, site: str, foreign_requests: list[str]) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{site}/documents")
    upload(page, {HOSTILE: HOSTILE_TEXT})
    row = page.locator(ROW, has_text="<img src=x onerror=alert(1)>.md")
    expect(row.locator(BADGE)).to_contain_text("Ready")

    answer = answer_to(page, "What is the cat of Quent called?")
    expect(answer.locator(".ragapp-answer").first).to_contain_text("Mirabel")
    answer.locator("[class*=st-key-chip-] button").first.click()
    expect(page.get_by_role("dialog").locator("mark").first).to_contain_text("Mirabel")

    assert page.locator(".stHtml").locator("img, svg, script, a").count() == 0
    assert page.locator("body").locator("[src*='evil.example'], [href*='evil.example']").count() == 0
    assert page.title() == "ragapp"
    assert dialogs == []
    assert foreign_requests == []
