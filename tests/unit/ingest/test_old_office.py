"""Office documents of before 2007, and the kinds of Open XML that are told by their content types.

The samples are our own, converted by LibreOffice 7.4.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook
from pptx import Presentation

from ingest.parse.formats import format_of
from ingest.parse.registry import parse
from ragapp.errors import ParseError

OLD = Path(__file__).parent / "samples" / "old"
DOC = (OLD / "contract.doc").read_bytes()
XLS = (OLD / "budget.xls").read_bytes()
PPT = gzip.decompress((OLD / "talk.ppt.gz").read_bytes())


def test_an_old_word_document_has_headings_tables_lists_and_comments() -> None:
    parsed = parse(DOC, "contract.bin")
    assert parsed.text == (
        "Delivery\n\nGoods are delivered within 30 days. Größe 東京.\n\nPrices\n\nItem | Cost\nRent | 480\n\n"
        "after the table\n\n- first\n- second\n\nSee the site\n\nComment: Check the days."
    )
    assert [heading.level for heading in parsed.headings] == [1, 2]
    assert (parsed.title, parsed.metadata) == ("Supply agreement", {"author": "Ann"})
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("uncertain", "lists")]


def test_an_old_workbook_is_read_as_a_new_one() -> None:
    parsed = parse(XLS, "budget.bin")
    assert parsed.text == (
        "Budget\n\nItem | Cost | Share | Due | Took\nRent | $1,200.50 | 25.0% | 2024-03-05 | 27:00:00\n"
        "Bribe | 9 | 0.1\nFood | 7 | 7.5%\nTotal | 1216.5\n\nNotes\n\nHidden in this sheet: row 3.\n\n"
        "Comment on A2 (Rent): It rises in May.\fSalaries (hidden sheet)\n\nAnn | 100"
    )
    visible = parse(XLS, "budget.xls", read_hidden=False)
    assert "Bribe" not in visible.text
    assert [gap.where for gap in visible.gaps] == ["row 3 of sheet Budget", "sheet Salaries"]


def test_an_old_presentation_has_titles_lists_tables_and_notes() -> None:
    parsed = parse(PPT, "talk.bin")
    assert parsed.text == (
        "Plan\n\n- open\n- pour\n\nSay it slowly. Größe 東京\fSecrets (hidden slide)\n\nhush\fPrices\n\n"
        "Item | Cost\nRent | 480\nRent | 9"
    )
    assert [heading.level for heading in parsed.headings] == [1, 1, 1]
    visible = parse(PPT, "talk.ppt", read_hidden=False)
    assert (visible.pages, "hush" in visible.text) == (3, False)
    assert [gap.where for gap in visible.gaps] == ["slide 2"]


@pytest.mark.parametrize("data", [DOC, XLS, PPT], ids=["doc", "xls", "ppt"])
@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_old_document_is_read_or_refused(data: bytes, seed: int) -> None:
    chance = random.Random(seed)
    broken = bytearray(data[: chance.choice((len(data), len(data) // 2, 5000))])
    for _ in range(chance.choice((3, 300))):
        broken[chance.randrange(512, len(broken))] = chance.randrange(256)
    with suppress(ParseError):  # any other error ends the test
        parse(bytes(broken), "a.doc")


def renamed(data: bytes, old: str, new: str) -> bytes:
    """An Office document whose main part has another content type."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, content.replace(old.encode(), new.encode()) if name[0] == "[" else content)
    return target.getvalue()


def made(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "docx":
        document = Document()
        document.add_paragraph("The fee is 480 euros.")
        document.save(file)
    elif kind == "pptx":
        presentation = Presentation()
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = "The fee is 480 euros."
        presentation.save(file)
    else:
        book = Workbook()
        book.active.append(["The fee is 480 euros."])  # type: ignore[union-attr]
        book.save(file)
    return file.getvalue()


OPEN_XML = "application/vnd.openxmlformats-officedocument."
KINDS = {
    "docx": f"{OPEN_XML}wordprocessingml.document.main+xml",
    "pptx": f"{OPEN_XML}presentationml.presentation.main+xml",
    "xlsx": f"{OPEN_XML}spreadsheetml.sheet.main+xml",
}


@pytest.mark.parametrize(
    ("suffix", "kind", "content_type"),
    [
        ("docm", "docx", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        ("dotx", "docx", f"{OPEN_XML}wordprocessingml.template.main+xml"),
        ("dotm", "docx", "application/vnd.ms-word.template.macroEnabledTemplate.main+xml"),
        ("pptm", "pptx", "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
        ("potx", "pptx", f"{OPEN_XML}presentationml.template.main+xml"),
        ("potm", "pptx", "application/vnd.ms-powerpoint.template.macroEnabled.main+xml"),
        ("ppsx", "pptx", f"{OPEN_XML}presentationml.slideshow.main+xml"),
        ("ppsm", "pptx", "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml"),
        ("xlsm", "xlsx", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        ("xltx", "xlsx", f"{OPEN_XML}spreadsheetml.template.main+xml"),
        ("xltm", "xlsx", "application/vnd.ms-excel.template.macroEnabled.main+xml"),
    ],
)
def test_templates_shows_and_macros_are_told_by_their_content_type(
    suffix: str, kind: str, content_type: str
) -> None:
    data = renamed(made(kind), KINDS[kind], content_type)
    assert format_of(data, f"a.{suffix}") == kind
    assert parse(data, f"a.{suffix}").text.endswith("The fee is 480 euros.")


def test_a_binary_workbook_is_refused_with_what_to_do() -> None:
    data = renamed(made("xlsx"), KINDS["xlsx"], "application/vnd.ms-excel.sheet.binary.macroEnabled.main")
    with pytest.raises(ParseError, match=r"^a\.xlsb is a binary workbook .* Save it as XLSX"):
        parse(data, "a.xlsb")
