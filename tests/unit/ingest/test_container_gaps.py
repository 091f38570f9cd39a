"""What a mail, a mailbox or a book holds and its text lacks is in its reading report."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import pptx
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.parse.registry import parse
from ragapp import ocr
from tests.mails import mail_with

needs_ocr = pytest.mark.skipif(not ocr.available(), reason="nobody is there to read pictures")
SAMPLES = Path(__file__).parent / "samples" / "reported"
SPREADSHEET = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def screenshot(line: str) -> bytes:
    picture, out = Image.new("RGB", (900, 200), "white"), io.BytesIO()
    ImageDraw.Draw(picture).text((30, 60), line, fill="black", font=ImageFont.load_default(48))
    picture.save(out, "PNG")
    return out.getvalue()


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


def test_an_attachment_that_cannot_be_read_is_reported() -> None:
    parsed = parse(mail_with(("rates.xls", SPREADSHEET), ("note.txt", b"Low tide.")), "m.eml")
    assert "Low tide." in parsed.text
    (gap,) = parsed.gaps
    assert (gap.what, gap.where) == ("attachment", "attachment rates.xls")


def test_the_files_of_an_attached_archive_are_read() -> None:
    inner = packed(plan__depth_txt=b"The basin is 9 m deep.", notes_md=b"# Notes\n\nCranes are booked.")
    parsed = parse(mail_with(("plans.zip", inner)), "m.eml")
    assert "The basin is 9 m deep." in parsed.text
    assert "Cranes are booked." in parsed.text
    assert parsed.gaps == ()


def test_files_of_an_attached_archive_that_cannot_be_read_are_reported() -> None:
    inner = packed(rates_xls=SPREADSHEET, note_txt=b"Low tide.")
    parsed = parse(mail_with(("plans.zip", inner)), "m.eml")
    assert "Low tide." in parsed.text
    assert [gap.where for gap in parsed.gaps] == ["rates.xls in plans.zip"]


def test_a_bomb_in_an_attachment_is_reported_and_not_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.txt", bytes(100 * 1024 * 1024))
    parsed = parse(mail_with(("bomb.zip", bomb.getvalue())), "m.eml")
    assert [gap.where for gap in parsed.gaps] == ["attachment bomb.zip"]
    assert len(parsed.text) < 1000


def poster() -> bytes:
    """A mail whose body is a picture."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Poster", "ann@example.org", "bob@example.org"
    mail.set_content('<img src="cid:a">', subtype="html")
    mail.add_related(screenshot("Low tide at seven"), maintype="image", subtype="png", cid="<a>")
    return mail.as_bytes()


@needs_ocr
def test_the_pictures_of_a_mail_are_read() -> None:
    parsed = parse(poster(), "poster.eml")
    assert "Low tide at seven" in parsed.text
    assert parsed.gaps == ()


@pytest.mark.usefixtures("no_ocr")
def test_without_ocr_a_mail_of_pictures_alone_says_so() -> None:
    (gap,) = parse(poster(), "poster.eml").gaps
    assert gap.what == "picture"
    assert "install Tesseract" in gap.why


def deck(*pictures: bytes) -> bytes:
    """A presentation with each picture on a slide."""
    slides, out = pptx.Presentation(), io.BytesIO()
    for picture in pictures:
        slide = slides.slides.add_slide(slides.slide_layouts[5])
        slide.shapes.title.text = "Tides"
        slide.shapes.add_picture(io.BytesIO(picture), 0, 0)
    slides.save(out)
    return out.getvalue()


@needs_ocr
def test_screenshots_in_presentations_and_letters_are_read_once() -> None:
    picture = screenshot("Cranes are booked until May")
    parsed = parse(deck(picture, picture), "deck.pptx")
    assert parsed.text.count("Cranes are booked until May") == 1
    letter, out = docx.Document(), io.BytesIO()
    letter.add_picture(io.BytesIO(picture))
    letter.save(out)
    assert "Cranes are booked until May" in parse(out.getvalue(), "letter.docx").text


@pytest.mark.usefixtures("no_ocr")
def test_icons_and_photographs_are_no_gaps() -> None:
    icon, photograph = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (48, 48), "navy").save(icon, "PNG")
    Image.effect_mandelbrot((400, 300), (-2, -1, 1, 1), 30).save(photograph, "PNG")
    assert parse(deck(icon.getvalue(), photograph.getvalue()), "deck.pptx").gaps == ()
    (gap,) = parse(deck(screenshot("Cranes are booked")), "deck.pptx").gaps
    assert (gap.what, gap.where) == ("picture", "picture on slide 1")


def test_a_missing_chapter_is_reported() -> None:
    parsed = parse((SAMPLES / "missing_chapter.epub").read_bytes(), "bees.epub")
    (gap,) = parsed.gaps
    assert gap.what == "part"
    assert gap.where.startswith("chapter ")
