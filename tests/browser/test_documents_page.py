"""The Documents page: filters, previews, metadata, bulk deletion and uploads of archives."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ragapp.types import UploadSpec
from tests.browser.acting import BADGE, ask, filter_by, row_of, settle, upload
from tests.browser.library import Site, site_over
from tests.mails import mail_with
from tests.serving import LIBRARY, ingest_all, settings_in

COLLECTIONS = {
    "mixed": {"torn.pdf": b"%PDF-1.7 and nothing", "whole.txt": b"Nets dry on the quay."},
    "lacking": {"quay.eml": mail_with(("basin.docx", b"PK\x03\x04" + bytes(99))), "whole.txt": b"Nets dry."},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = settings_in(tmp_path_factory.mktemp("documents"))
    with site_over(settings, LIBRARY) as site:
        many = site.service.create_collection("many").name
        for number in range(45):
            site.service.upload(
                UploadSpec(f"note {number:02}.txt", many), io.BytesIO(f"Note {number}.".encode())
            )
        for collection, documents in COLLECTIONS.items():
            site.service.create_collection(collection)
            for name, data in documents.items():
                site.service.upload(UploadSpec(name, collection), io.BytesIO(data))
        ingest_all(settings)
        yield site


def names(page: Page) -> list[str]:
    return page.get_by_role("heading", level=3).all_inner_texts()


def open_collection(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.address}/documents?collection={name}")
    expect(page.get_by_role("heading", name="Documents", level=1)).to_be_visible()


def test_many_documents_are_paged_filtered_and_sorted(page: Page, site: Site) -> None:
    open_collection(page, site, "many")
    expect(page.get_by_role("heading", name="45 of 45 ready")).to_be_visible()
    expect(page.get_by_role("heading", level=3)).to_have_count(20)
    assert names(page)[0] == "note 44.txt"
    page.get_by_test_id("stPaginationPage").filter(has_text="3").click()
    expect(page.get_by_role("heading", level=3)).to_have_count(5)
    filter_by(page, "note 1")
    expect(page.get_by_role("heading", level=3)).to_have_count(10)
    page.get_by_label("Sort").click()
    page.get_by_role("option", name="Name").click()
    expect(page.get_by_role("heading", level=3).first).to_have_text("note 10.txt")
    filter_by(page, "no such name")
    expect(page.get_by_text("Change it to see others")).to_be_visible()


def test_bulk_deletion_is_undone_until_it_is_confirmed(page: Page, site: Site) -> None:
    open_collection(page, site, "many")
    filter_by(page, "note 3")
    expect(page.get_by_role("heading", level=3)).to_have_count(10)
    page.get_by_role("button", name="Select all 10 shown").click()
    page.get_by_role("button", name="Delete 10").click()
    expect(page.get_by_text("10 documents are marked for deletion")).to_be_visible()
    assert len(site.service.documents("many")) == 45
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("marked for deletion")).to_have_count(0)
    assert len(site.service.documents("many")) == 45

    row_of(page, "note 30.txt").get_by_role("button", name="Delete", exact=True).click()
    row_of(page, "note 31.txt").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("2 documents are marked for deletion")).to_be_visible()
    page.get_by_role("button", name="Delete permanently").click()
    expect(page.get_by_role("heading", level=3)).to_have_count(8)
    assert len(site.service.documents("many")) == 43


def test_refreshing_the_list_keeps_the_selection_and_names_are_shown_before_deletion(
    page: Page, site: Site
) -> None:
    """No worker reads them, so the list refreshes at its quickest pace all the time."""
    arriving = site.service.create_collection("arriving").name
    for number in range(12):
        site.service.upload(
            UploadSpec(f"early {number:02}.txt", arriving), io.BytesIO(f"Early {number}.".encode())
        )
    open_collection(page, site, arriving)
    page.get_by_role("button", name="Select all 12 shown").click()
    page.get_by_role("button", name="Deselect all 12 shown").click()
    expect(page.get_by_role("button", name="Select all 12 shown")).to_be_visible()
    chosen = ["early 02.txt", "early 05.txt", "early 11.txt"]
    for selected, name in enumerate([*chosen, "early 07.txt"], 1):
        tick_until(page, name, f"Delete {selected}")
    tick_until(page, "early 07.txt", "Delete 3")
    for number in range(12):
        site.service.upload(
            UploadSpec(f"late {number:02}.txt", arriving), io.BytesIO(f"Late {number}.".encode())
        )
        page.wait_for_timeout(250)
    expect(page.get_by_role("heading", name="0 of 24 ready")).to_be_visible()
    page.get_by_role("button", name="Delete 3", exact=True).click()
    expect(page.get_by_role("list", name="Marked for deletion").get_by_role("listitem")).to_have_text(chosen)
    assert len(site.service.documents(arriving)) == 24
    page.get_by_role("button", name="Delete permanently").click()
    expect(page.get_by_role("heading", name="0 of 21 ready")).to_be_visible()
    assert not {one.name for one in site.service.documents(arriving)} & set(chosen)


def test_the_last_collection_opens_next_time_and_a_conversation_in_its_own(
    browser: Browser, page: Page, site: Site
) -> None:
    page.goto(f"{site.address}/documents")
    choose(page, "mixed")
    expect(row_of(page, "whole.txt")).to_be_visible()
    ask(page, "What dries on the quay?")
    expect(page.locator(".ragapp-answer").first).to_contain_text("Nets dry")
    (conversation,) = parse_qs(urlsplit(page.url).query)["conversation"]

    with closing(browser.new_context()) as elsewhere:  # another machine of the same person
        other = elsewhere.new_page()
        other.goto(site.address)
        expect(collection_of(other)).to_have_value("mixed")
        choose(other, "many")
        expect(collection_of(other)).to_have_value("many")
        settle(other)  # the choice is stored when the page has run
        other.goto(f"{site.address}/documents")
        expect(other.get_by_role("heading", name="note 4").first).to_be_visible()
        expect(collection_of(other)).to_have_value("many")

        other.goto(f"{site.address}/?conversation={conversation}&collection=many")
        expect(other.get_by_role("heading", name="What dries on the quay?")).to_be_visible()
        expect(collection_of(other)).to_have_value("mixed")
        ask(other, "And on the quay, what dries?")
        expect(other.get_by_test_id("stChatMessage").last.locator(".ragapp-answer").first).to_be_visible()
    stored = site.service.history.conversation_answers(conversation)
    assert [one.collection for one in stored] == ["mixed", "mixed"]


def test_failed_documents_show_the_reason_and_can_be_retried(page: Page, site: Site) -> None:
    open_collection(page, site, "mixed")
    torn = row_of(page, "torn.pdf")
    expect(torn.locator(BADGE)).to_contain_text("Failed")
    expect(torn.locator(".ragapp-error")).not_to_be_empty()
    torn.get_by_role("button", name="Retry").click()
    expect(torn.locator(BADGE)).to_contain_text("Queued")
    expect(row_of(page, "whole.txt").locator(BADGE)).to_contain_text("Ready")


def test_what_was_not_read_is_shown_and_such_documents_are_found(page: Page, site: Site) -> None:
    open_collection(page, site, "lacking")
    mail = row_of(page, "quay.eml")
    expect(mail.locator(BADGE)).to_contain_text("Ready with gaps")
    expect(row_of(page, "whole.txt").locator(BADGE)).to_have_text(re.compile("Ready$"))
    mail.get_by_text("What was not read (1)").click()
    expect(mail.locator(".ragapp-gaps li")).to_contain_text("attachment basin.docx")
    page.get_by_text("Only those not read completely (1)").click()
    expect(row_of(page, "whole.txt")).to_be_hidden()
    expect(mail).to_be_visible()


def test_metadata_can_be_edited_and_an_invalid_line_is_reported(page: Page, site: Site) -> None:
    open_collection(page, site, "default")
    row_of(page, "tides.txt").get_by_role("button", name="Metadata").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("year 2026")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("has no colon")
    dialog.get_by_role("textbox").fill("year: 2026\nplace: harbour: north")
    dialog.get_by_role("button", name="Save").click()
    expect(row_of(page, "tides.txt").locator(".ragapp-tag")).to_have_text(
        ["place: harbour: north", "year: 2026"]
    )


def test_the_preview_shows_text_and_chunks_side_by_side(page: Page, site: Site) -> None:
    open_collection(page, site, "default")
    row_of(page, "bees.txt").get_by_role("button", name="Preview").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".ragapp-sheet")).to_contain_text("A honey bee visits")
    expect(dialog.get_by_role("heading", name="1 chunk on this page")).to_be_visible()
    expect(dialog.get_by_text("characters 0 to")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_documents_of_an_archive_are_uploaded_and_rejected_files_listed(page: Page, site: Site) -> None:
    site.service.create_collection("archived")
    open_collection(page, site, "archived")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as into:
        into.writestr("one.txt", "One.")
        into.writestr("more/two.txt", "Two.")
    upload(page, {"all.zip": packed.getvalue(), "torn.zip": b"PK torn"})
    expect(page.get_by_role("heading", name="one.txt")).to_be_visible()
    expect(page.get_by_role("heading", name="two.txt")).to_be_visible()
    expect(page.get_by_text("torn.zip cannot be unpacked")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("torn.zip cannot be unpacked")).to_have_count(0)


def collection_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Collection")


def choose(page: Page, name: str) -> None:
    settle(page)
    collection_of(page).click()
    page.get_by_role("option", name=name).click()
    expect(collection_of(page)).to_have_value(name)


def tick_until(page: Page, name: str, button: str) -> None:
    """Toggles the checkbox until the button says so: a press is lost while the list is drawn again."""
    shown = page.get_by_role("button", name=button, exact=True)
    for _ in range(12):
        settle(page)
        boxes = row_of(page, name).get_by_test_id("stCheckbox").locator("label")
        if boxes.count() != 1:
            continue
        boxes.first.click()
        with suppress(AssertionError):
            expect(shown).to_be_visible(timeout=5_000)
            return
    expect(shown).to_be_visible()


def tick(page: Page, name: str) -> None:
    """Toggles the checkbox of the document."""
    settle(page)  # while the list is drawn again, the former rows stand there, too
    box = row_of(page, name).get_by_test_id("stCheckbox").locator("label")
    expect(box).to_have_count(1)
    box.click()
