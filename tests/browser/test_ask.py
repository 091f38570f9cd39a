"""The Ask page: sources on their pages, follow-ups, the cache, feedback and conversations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ragapp.types import PageBox
from tests.browser.library import Site, site_over
from tests.modelserver import Pieces, written_by
from tests.printing import Printed, pdf_of, printed_at
from tests.serving import settings_in

HARBOUR = pdf_of(
    [
        Printed(50, 720, "The harbour of Varn", size=24),
        Printed(50, 660, "Fishing boats fill the basin in spring and leave it in autumn."),
        Printed(50, 640, "The lighthouse of Varn was built in 1862 by Ada Thornton."),
        Printed(50, 620, "It stands on the northern pier."),
    ],
    [
        Printed(50, 720, "The lamp of the lighthouse of Varn burns colza oil."),
        Printed(50, 700, "Nets dry on the quay."),
    ],
)
BREAD = b"Sourdough bread rises for twelve hours. The oven is heated to 240 degrees before it goes in.\n"
HOSTILE = b"""The cat of Quent is called Mirabel <img src="http://evil.example/a" onerror="document.title=1">.
![pixel](http://evil.example/b.png) [press me](http://evil.example/c) <script>document.title = 1</script>
"""
WRITTEN = (
    "The cat of Quent is called Mirabel [1]. ",
    '<img src="http://evil.example/d.png" onerror="document.title=1"> ',
    "![pixel](http://evil.example/e.png) [press](http://evil.example/f) <script>document.title = 1</script>",
)

WHO = "Who built the lighthouse of Varn?"
CITED = "The lighthouse of Varn was built in 1862 by Ada Thornton."
NEAR = 0.02
"""Of a page's side."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = settings_in(tmp_path_factory.mktemp("library"))
    documents = {"harbour.pdf": HARBOUR, "bread.txt": BREAD}
    with site_over(settings, documents) as site:
        yield site


def test_cited_words_are_marked_where_the_pdf_prints_them(page: Page, library: Site) -> None:
    page.goto(library.address)
    reply = ask(page, WHO)
    expect(reply.locator(".stMarkdownBadge").first).to_contain_text("Answers the question")
    reply.get_by_role("button", name="harbour.pdf, page 1").first.click()

    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("img", name="Page 1 of harbour.pdf")).to_be_visible()
    expect(drawer.get_by_text(CITED)).to_be_visible()
    (box,) = outlines(drawer)
    words = printed_at(HARBOUR, CITED)
    assert box.left == pytest.approx(words.left, abs=NEAR)
    assert box.left + box.width == pytest.approx(words.left + words.width, abs=NEAR)
    assert box.top <= words.top + 0.002
    assert words.top + words.height <= box.top + box.height + 0.004

    page.keyboard.press("ArrowRight")
    expect(drawer.get_by_role("img", name="Page 2 of harbour.pdf")).to_be_visible()
    assert outlines(drawer) == []
    drawer.get_by_role("button", name="Back to the cited page").click()
    expect(drawer.get_by_role("img", name="Page 1 of harbour.pdf")).to_be_visible()
    drawer.get_by_text("As read").click()
    expect(drawer.locator("mark")).to_contain_text(CITED)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_key_press_goes_from_source_to_source(page: Page, library: Site) -> None:
    page.goto(library.address)
    reply = ask(page, "What does the lamp of the lighthouse of Varn burn, and who built it?")
    chips = reply.locator("[class*=st-key-chip-] button")
    expect(chips.nth(1)).to_be_visible()
    count = chips.count()
    chips.first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text(f"source 1 of {count}")).to_be_visible()
    first = drawer.locator(".ragapp-claim").inner_text()
    page.keyboard.press("n")
    expect(drawer.get_by_text(f"source 2 of {count}")).to_be_visible()
    assert drawer.locator(".ragapp-claim").inner_text() != first
    page.keyboard.press("p")
    expect(drawer.get_by_text(f"source 1 of {count}")).to_be_visible()


def test_text_without_pages_is_shown_with_the_words_marked(page: Page, library: Site) -> None:
    page.goto(library.address)
    reply = ask(page, "How long does sourdough bread rise?")
    reply.get_by_role("button", name="bread.txt, page 1").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("mark")).to_contain_text("Sourdough bread rises for twelve hours.")
    expect(drawer.get_by_text("As printed")).to_have_count(0)


def test_a_follow_up_shows_the_rewritten_question_and_can_be_reworded(page: Page, library: Site) -> None:
    page.goto(library.address)
    ask(page, WHO)
    reply = ask(page, "And when?", nth=2)
    expect(reply.get_by_text("Searched for: “")).to_contain_text("Varn")
    reply.get_by_role("button", name="Edit").click()
    page.get_by_label("Search for", exact=True).fill("How hot is the oven?")
    page.get_by_label("Search for", exact=True).press("Enter")
    page.get_by_role("button", name="Ask again").click()
    reworded = replies(page).nth(2)
    expect(reworded.get_by_text("Searched for: “How hot is the oven?”")).to_be_visible()
    expect(reworded).to_contain_text("240 degrees")


def test_a_cached_answer_says_so_and_can_be_made_again(page: Page, library: Site) -> None:
    page.goto(library.address)
    ask(page, "What fills the basin in spring?")
    cached = ask(page, "What fills the basin in spring?", nth=2)
    expect(cached.get_by_text("From the cache").first).to_be_visible()
    cached.get_by_text("Why this answer").click()
    expect(cached.get_by_text("Cached answer to the same question")).to_be_visible()
    expect(cached.get_by_role("table")).to_contain_text("harbour.pdf, page 1")

    cached.get_by_role("button", name="Answer again").click()
    again = replies(page).nth(2)
    expect(again.get_by_role("button", name="Answer again")).to_be_visible()
    expect(again.get_by_text("From the cache", exact=True)).to_have_count(0)


def test_a_refusal_shows_what_comes_closest(page: Page, library: Site) -> None:
    page.goto(library.address)
    reply = ask(page, "Who painted the lighthouse, and in which colour?")
    expect(reply.get_by_text("What comes closest")).to_be_visible()
    reply.get_by_role("button", name=", page ").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_thumbs_and_a_correction_are_stored_with_the_answer(page: Page, library: Site) -> None:
    page.goto(library.address)
    reply = ask(page, "Where does the lighthouse stand?")
    reply.get_by_role("radio", name="Thumbs up").click()
    expect(page.get_by_text("Your rating was saved")).to_be_visible()
    reply.get_by_role("button", name="Correct").click()
    page.get_by_label("The correct answer").fill("On the southern pier.")
    page.get_by_role("button", name="Send the correction").click()
    expect(page.get_by_text("Your correction was saved")).to_be_visible()

    newest = library.service.history.conversations()[0]
    (stored,) = library.service.history.conversation_answers(newest.id)
    assert [(one.thumbs, one.correction) for one in stored.feedback] == [
        ("up", None),
        (None, "On the southern pier."),
    ]


def test_a_conversation_is_stored_found_renamed_opened_and_deleted(page: Page, library: Site) -> None:
    page.goto(library.address)
    ask(page, "When do fishing boats leave the basin?")
    page.reload()
    expect(page.get_by_role("heading", name="When do fishing boats leave the basin?")).to_be_visible()
    expect(replies(page).first.locator(".ragapp-answer").first).to_contain_text("autumn")

    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("button", name="Change").first.click()
    page.get_by_label("Title").fill("Boats and seasons")
    page.get_by_label("Title").press("Enter")
    page.get_by_role("button", name="Rename").click()
    named = sidebar.get_by_role("button", name="Boats and seasons")
    expect(named).to_be_visible()
    page.keyboard.press("Escape")

    sidebar.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("heading", name="When do fishing boats leave the basin?")).to_have_count(0)
    sidebar.get_by_label("Search conversations").fill("seasons")
    sidebar.get_by_label("Search conversations").press("Enter")
    expect(sidebar.get_by_role("button", name="Change")).to_have_count(1)
    named.click()
    expect(page.get_by_role("heading", name="When do fishing boats leave the basin?")).to_be_visible()

    sidebar.get_by_role("button", name="Change").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as Markdown").click()
    assert "autumn" in download.value.path().read_text()
    assert download.value.suggested_filename == "boats-and-seasons.md"
    page.get_by_role("button", name="Delete permanently").click()
    expect(named).to_have_count(0)
    expect(page.get_by_role("heading", name="When do fishing boats leave the basin?")).to_have_count(0)


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_on_a_phone_answer_and_source_fit_the_screen(browser: Browser, library: Site, colors: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=colors)
    page = context.new_page()
    page.goto(library.address)
    reply = ask(page, WHO)
    assert page.evaluate("document.querySelector('main, [data-testid=stMain]').scrollWidth") <= 390
    reply.get_by_role("button", name="harbour.pdf, page 1").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("img", name="Page 1 of harbour.pdf")).to_be_visible()
    edge = drawer.locator(".ragapp-page").bounding_box()
    assert edge is not None
    assert edge["x"] >= 0
    assert edge["x"] + edge["width"] <= 390
    context.close()


def test_stop_ends_generation_and_the_question_can_be_asked_again(
    page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pieces = Pieces("The lighthouse was ", endless=True)
    settings = settings_in(tmp_path_factory.mktemp("endless"))
    with written_by(pieces, settings) as writing, site_over(writing, {"harbour.pdf": HARBOUR}) as site:
        page.goto(site.address)
        reply = ask(page, WHO)
        expect(reply.locator(".ragapp-draft")).to_contain_text("and so on")
        reply.get_by_role("button", name="Stop").click()
        expect(reply.get_by_text("Stopped before the answer was written")).to_be_visible()
        expect(reply.locator(".ragapp-answer").first).to_contain_text("Ada Thornton")
        assert pieces.stopped.wait(60)

        page.reload()
        expect(page.get_by_role("heading", name=WHO)).to_be_visible()
        stored = replies(page).first
        expect(stored.get_by_text("Stopped before the answer was written")).to_be_visible()
        expect(stored.locator(".ragapp-answer").first).to_contain_text("Ada Thornton")
        expect(stored.locator(".ragapp-draft")).to_contain_text("The lighthouse was")
        stored.get_by_role("button", name="Ask again").click()
        expect(replies(page).nth(1).get_by_role("button", name="Answer again")).to_be_visible()


def test_what_documents_and_models_write_stays_characters(
    page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url))
    page.on("dialog", lambda dialog: dialog.dismiss())
    settings = settings_in(tmp_path_factory.mktemp("hostile"))
    with (
        written_by(Pieces(*WRITTEN), settings) as writing,
        site_over(writing, {"<img src=x onerror=document.title=1>.txt": HOSTILE}) as site,
    ):
        page.goto(site.address)
        reply = ask(page, "What is the cat of Quent called?")
        expect(reply.get_by_text("checked against the cited text")).to_be_visible()
        reply.get_by_text("Why this answer").click()
        reply.get_by_role("button", name="Copy").click()
        expect(page.get_by_text("As Markdown, with its sources")).to_be_visible()
        page.keyboard.press("Escape")
        reply.locator("[class*=st-key-chip-] button").first.click()
        expect(page.get_by_role("dialog").locator("mark")).to_contain_text("Mirabel")
        assert page.locator(".stHtml").locator("script, a, svg, img").count() == 0
        assert page.locator("[src*='evil.example'], [href*='evil.example']").count() == 0
        assert page.title() == "ragapp"
        assert [url for url in elsewhere if not url.startswith((site.address, "data:", "blob:"))] == []


def ask(page: Page, question: str, nth: int = 1) -> Locator:
    """Asks, as the nth question of the conversation; gives the reply once it has something to read."""
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")
    reply = replies(page).nth(nth - 1)
    expect(reply.locator(".ragapp-answer").first).to_be_visible()
    return reply


def replies(page: Page) -> Locator:
    return page.get_by_test_id("stChatMessage").filter(has_not=page.locator(".ragapp-question"))


def outlines(drawer: Locator) -> list[PageBox]:
    """Where the drawer marks words, in fractions of the page as it shows it."""
    page = drawer.locator(".ragapp-page").bounding_box()
    assert page is not None
    boxes = [box.bounding_box() for box in drawer.locator(".ragapp-box").all()]
    return [
        PageBox(
            (box["x"] - page["x"]) / page["width"],
            (box["y"] - page["y"]) / page["height"],
            box["width"] / page["width"],
            box["height"] / page["height"],
        )
        for box in boxes
        if box is not None
    ]
