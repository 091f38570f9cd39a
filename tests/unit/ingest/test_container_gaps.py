"""What a mail, a mailbox or a book holds and its text lacks is in its reading report."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

from ingest.parse.registry import parse
from tests.mails import mail_with

SAMPLES = Path(__file__).parent / "samples" / "reported"
SPREADSHEET = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


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


def test_a_mail_of_pictures_alone_says_so() -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Poster", "ann@example.org", "bob@example.org"
    mail.set_content('<img src="cid:a">', subtype="html")
    mail.add_related(PNG, maintype="image", subtype="png", cid="<a>")
    parsed = parse(mail.as_bytes(), "poster.eml")
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("picture", "body")]


def test_a_missing_chapter_is_reported() -> None:
    parsed = parse((SAMPLES / "missing_chapter.epub").read_bytes(), "bees.epub")
    (gap,) = parsed.gaps
    assert gap.what == "part"
    assert gap.where.startswith("chapter ")
