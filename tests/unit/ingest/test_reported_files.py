"""Files that users of other programs have reported as read wrongly, rebuilt small."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.parse.formats import format_of
from ingest.parse.registry import parse
from ragapp.errors import ParseError

SAMPLES = Path(__file__).parent / "samples" / "reported"


def text_of(name: str) -> str:
    return parse((SAMPLES / name).read_bytes(), name).text


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("semi_decimal_nohead.csv", ["1,50 | 2,50 | 3,50"], []),
        ("backslash.csv", ['He said "hello" loudly, twice'], ["\\"]),
        ("letter.docm", ["The quarterly fee is 480 euros."], []),
        ("letter.dotx", ["The quarterly fee is 480 euros."], []),
        ("word_online_document2.docx", ["The quarterly fee is 480 euros."], []),
        ("deck.potx", ["GROUPED text ships in June"], []),
        ("show.ppsx", ["GROUPED text ships in June"], []),
        (
            "docx_numbering.docx",
            ["1. Definitions", "1.1 Goods means", "2. Delivery", "2.2 Late delivery", "3.1 Either party"],
            [],
        ),
        (
            "docx_mixed.docx",
            ["5 ± 2 mm", "☑ for yes", "x^2 m^3", "東京(とうきょう)の天気", ": COMMENTWORD"],
            ["HIDDENTEXT", "MOVEDAWAY"],
        ),
        (
            "pptx_smartart.pptx",
            ["SMARTART step one: weigh the parcel", "ALTCONTENT formula box"],
            ["fallback"],
        ),
        ("missing_chapter.epub", ["The queen lays 1,500 eggs a day."], []),
        ("mail_blank_plain.eml", ["The invoice total is 312 euros."], []),
        ("mail_empty_html_body.eml", ["ATTTEXT the invoice total is 312 euros"], ["could not be read"]),
        ("mail_invite.eml", ["Start: 2024-03-05 09:00 UTC", "Place: Pier room"], ["BEGIN:"]),
        (
            "box.mbox",
            ["The alpha project ends in May.", "The beta budget is 700.", "ATT2 text of attachment"],
            ["boundary", "MAILER-DAEMON"],
        ),
        ("tea.mhtml", ["Green tea steeps at 80°C for two minutes."], ["Content-", "base64"]),
        ("one_nul.log", ["disk full on volume heron"], []),
        (
            "structure.html",
            [
                "1. Open the lid 1.1 Lift the latch",
                "2. Pour water 5. Fifth step",
                "5 m^2, 10^6",
                "SVGTEXT valve",
            ],
            ["HIDDEN"],
        ),
        ("utf16.html", ["The moor is wet."], ["<"]),
        ("utf16.xml", ["The fen is dry."], ["<"]),
        ("utf16.srt", ["Welcome to the tour."], ["-->"]),
    ],
)
def test_a_reported_file(name: str, has: Sequence[str], lacks: Sequence[str]) -> None:
    text = " ".join(text_of(name).split())
    assert [part for part in has if part not in text] == []
    assert [part for part in lacks if part in text] == []


def test_each_message_of_a_mailbox_is_a_page() -> None:
    assert parse((SAMPLES / "box.mbox").read_bytes(), "box.mbox").pages == 3


def picture() -> str:
    return base64.b64encode(random.Random(3).randbytes(3000)).decode()


def test_a_notebook_is_prose_code_and_outputs() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Tides\n", "We measure at pier nine."]},
        {
            "cell_type": "code",
            "source": "print(mean)",
            "outputs": [
                {"output_type": "display_data", "data": {"image/png": picture(), "text/plain": ["<Figure>"]}},
                {"output_type": "stream", "text": ["mean tide 3.2 m\n"]},
                {
                    "output_type": "error",
                    "ename": "ValueError",
                    "evalue": "no tide",
                    "traceback": ["\x1b[31m"],
                },
                {
                    "output_type": "execute_result",
                    "data": {"text/html": "<table><tr><th>Pier<th>Tide<tr><td>nine<td>3.2</table>"},
                },
            ],
        },
    ]
    notebook = parse(json.dumps({"cells": cells, "nbformat": 4}).encode(), "tides.ipynb")
    assert notebook.text == (
        "# Tides\nWe measure at pier nine.\n\nprint(mean)\n\n<Figure>\n\nmean tide 3.2 m\n\n"
        "ValueError: no tide\n\nPier | Tide\nnine | 3.2"
    )
    assert notebook.title == "Tides"


@pytest.mark.parametrize("name", ["notes.md", "notes.txt"])
def test_pictures_in_base64_are_no_text(name: str) -> None:
    wrapped = "\n".join(picture()[at : at + 76] for at in range(0, 3000, 76))
    source = (
        f"Before it.\n\n![x](data:image/png;base64,{picture()})\n\nThe valve opens.\n\n{wrapped}\n\nAfter it."
    )
    text = parse(source.encode(), name).text
    assert len(text) < 200
    assert all(part in text for part in ("Before it.", "The valve opens.", "After it."))


def test_a_sequence_of_genes_is_text() -> None:
    genes = "ACGT" * 100
    assert genes in parse(f"Sequence:\n{genes}\n".encode(), "genes.txt").text


def test_a_fictionbook_has_a_title_and_no_pictures() -> None:
    book = f"""<?xml version="1.0"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0">
    <stylesheet>p {{margin: 0}}</stylesheet><description><title-info><author><first-name>Ada</first-name>
    <last-name>Moreno</last-name></author><book-title>Tides</book-title></title-info></description>
    <body><section><title><p>Ebb</p></title><p>The water leaves.</p></section></body>
    <binary id="c">{picture()}</binary></FictionBook>"""
    parsed = parse(book.encode(), "tides.fb2")
    assert parsed.text == "Tides\n\nAda Moreno\n\nEbb\n\nThe water leaves."
    assert (parsed.title, parsed.metadata["author"]) == ("Tides", "Ada Moreno")


def test_calendars_and_contacts() -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
        "DTSTART;TZID=Europe/Paris:20250619T090000\r\nSUMMARY:Offsite\\, day one\r\n"
        "ORGANIZER;CN=Lena Fischer:mailto:lena@e.test\r\nDESCRIPTION:Bring a\r\n  coat.\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert parse(calendar.encode(), "a.ics").text == (
        "Offsite, day one\n\nStart: 2025-06-19 09:00 Europe/Paris\nOrganizer: Lena Fischer <lena@e.test>\n\n"
        "Bring a coat."
    )
    card = "BEGIN:VCARD\nFN:Ada Moreno\nORG:Harbour Ltd;Signals\nTEL;TYPE=work:+49 30 1234\nEND:VCARD\n"
    assert parse(card.encode(), "a.vcf").text == (
        "Ada Moreno\n\nOrganization: Harbour Ltd, Signals\nTelephone: +49 30 1234"
    )


def test_lists_keep_their_numbers() -> None:
    page = (
        "<body><ol reversed><li>b<li>a</ol><ol type=a start=3><li>c<li value=7>g</ol>"
        "<ul><li>x<ol><li>one</ol></ul>"
    )
    assert parse(page.encode(), "a.html").text.split() == (
        ["2.", "b", "1.", "a", "c.", "c", "g.", "g", "-", "x", "1.", "one"]
    )


def test_notes_are_told_from_exponents() -> None:
    page = "<body><p>A lake of 12 km<sup>2</sup> in the valley<sup>3</sup>, 1<sup>st</sup> of all.</p>"
    assert parse(page.encode(), "a.html").text == "A lake of 12 km^2 in the valley [3], 1st of all."


def test_what_a_style_hides_is_left_out() -> None:
    page = (
        '<body><p>Seen</p><p style="DISPLAY : none">a</p><p style="color:red;visibility:hidden">b</p></body>'
    )
    assert parse(page.encode(), "a.html").text == "Seen"


@pytest.mark.parametrize("head", [b"ID3\x04", b"\0\0\0 ftypisom", b"RIFF\0\0\0\0WAVEfmt "])
def test_sound_is_refused_as_sound(head: bytes) -> None:
    with pytest.raises(ParseError, match="sound or video"):
        format_of(head + bytes(100), "talk.mp3")


def test_mail_with_inline_pictures_is_no_saved_page() -> None:
    head = (
        b"From: a@e.test\r\nTo: b@e.test\r\nSubject: x\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    )
    assert format_of(head, "a.eml") == "mail"
