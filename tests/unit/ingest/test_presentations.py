"""Presentations: hidden slides, comments, numbered lists, formulas, charts, embedded files, pictures."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.util import Inches

from ingest.parse.registry import parse
from ragapp.types import ParsedText

SCHEMAS = "http://schemas.openxmlformats.org"
NAMES = (
    f'xmlns:a="{SCHEMAS}/drawingml/2006/main" xmlns:p="{SCHEMAS}/presentationml/2006/main" '
    f'xmlns:m="{SCHEMAS}/officeDocument/2006/math" xmlns:r="{SCHEMAS}/officeDocument/2006/relationships" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def read(presentation: Any, *, read_hidden: bool = True) -> ParsedText:
    file = io.BytesIO()
    presentation.save(file)
    return parse(file.getvalue(), "talk.pptx", read_hidden=read_hidden)


def slide_of(presentation: Any, title: str = "") -> Any:
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = title
    return slide


def boxed(slide: Any, paragraphs: str) -> None:
    """Adds a text box with these paragraphs of a drawing."""
    box = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1))
    body = box.text_frame._txBody
    body.remove(body.p_lst[0])
    for paragraph in parse_xml(f"<a:x {NAMES}>{paragraphs}</a:x>"):
        body.append(paragraph)


def attach(owner: Any, kind: str, path: str, data: bytes) -> str:
    part = Part(PackURI(path), "application/xml", owner.part.package, data)
    key: str = owner.part.relate_to(part, kind)
    return key


def hidden_talk() -> Any:
    presentation = Presentation()
    for title, text in (("Plan", "go"), ("Salaries", "secret"), ("End", "bye")):
        slide = slide_of(presentation, title)
        boxed(slide, f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>")
        if title == "Salaries":
            slide.element.set("show", "0")
    return presentation


def test_hidden_slides_are_marked() -> None:
    assert read(hidden_talk()).text == "Plan\n\ngo\fSalaries (hidden slide)\n\nsecret\fEnd\n\nbye"


def test_hidden_slides_are_left_out_by_a_setting_and_the_others_keep_their_numbers() -> None:
    parsed = read(hidden_talk(), read_hidden=False)
    assert parsed.text == "Plan\n\ngo\f\fEnd\n\nbye"
    assert parsed.page_at(parsed.text.index("End")) == 3
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("hidden", "slide 2")]


def test_comments_and_replies_have_their_authors() -> None:
    presentation = Presentation()
    slide = slide_of(presentation, "Plan")
    authors = f'<p:cmAuthorLst {NAMES}><p:cmAuthor id="4" name="Ann"/></p:cmAuthorLst>'
    attach(
        presentation,
        f"{SCHEMAS}/officeDocument/2006/relationships/commentAuthors",
        "/ppt/a.xml",
        authors.encode(),
    )
    old = f'<p:cmLst {NAMES}><p:cm authorId="4"><p:text>Shorten it.</p:text></p:cm></p:cmLst>'
    attach(slide, f"{SCHEMAS}/officeDocument/2006/relationships/comments", "/ppt/c1.xml", old.encode())
    threads = 'xmlns:t="http://schemas.microsoft.com/office/powerpoint/2018/8/main"'
    body = "<t:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></t:txBody>"
    new = (
        f'<t:cmLst {NAMES} {threads}><t:cm authorId="x"><t:replyLst><t:reply>{body.format("Done.")}</t:reply>'
        f"</t:replyLst>{body.format('Why?')}</t:cm></t:cmLst>"
    )
    attach(
        slide,
        "http://schemas.microsoft.com/office/2018/10/relationships/comments",
        "/ppt/c2.xml",
        new.encode(),
    )
    assert read(presentation).text == "Plan\n\nComment by Ann: Shorten it.\n\nComment: Why?\n\nReply: Done."


def test_lists_keep_their_numbers() -> None:
    presentation = Presentation()
    item = '<a:p><a:pPr lvl="{0}"><a:buAutoNum type="{1}"{2}/></a:pPr><a:r><a:t>{3}</a:t></a:r></a:p>'
    boxed(
        slide_of(presentation),
        item.format(0, "arabicPeriod", "", "open")
        + item.format(1, "alphaLcParenR", "", "lift")
        + item.format(1, "alphaLcParenR", "", "pull")
        + item.format(0, "arabicPeriod", "", "pour")
        + "<a:p><a:r><a:t>pause</a:t></a:r></a:p>"
        + item.format(0, "romanUcParenBoth", ' startAt="4"', "serve"),
    )
    assert read(presentation).text == "1. open\na) lift\nb) pull\n2. pour\n- pause\n(IV) serve"


def test_formulas_and_raised_digits() -> None:
    presentation = Presentation()
    formula = (
        "<m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den>"
        "<m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    )
    boxed(
        slide_of(presentation),
        '<a:p><a:r><a:t>5 m</a:t></a:r><a:r><a:rPr baseline="30000"/><a:t>2</a:t></a:r><a:r><a:t> or '
        "</a:t></a:r>"
        f"<mc:AlternateContent><mc:Choice Requires='a14'><a14:m>{formula}</a14:m></mc:Choice><mc:Fallback>"
        f"<a:r><a:t>"
        "old</a:t></a:r></mc:Fallback></mc:AlternateContent></a:p>",
    )
    assert read(presentation).text == "5 m^2 or a/2"


def test_charts_of_both_kinds_have_their_figures() -> None:
    presentation = Presentation()
    slide = slide_of(presentation, "Ducks")
    bars = CategoryChartData(number_format="0%")
    bars.categories = ["2020", "2021"]
    bars.add_series("Share", (0.25, 0.5))
    points = XyChartData()
    series = points.add_series("Depth")
    series.add_data_point(1, 10)
    series.add_data_point(2, 20)
    size = (0, 0, Inches(2), Inches(2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *size, bars)
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *size, points)
    text = read(presentation).text
    assert "| Share\n2020 | 25%\n2021 | 50%" in text
    assert "| Depth (x) | Depth\n | 1 | 10\n | 2 | 20" in text.replace(".0", "")


def workbook() -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Item", "Cost"])  # type: ignore[union-attr]
    book.active.append(["Rent", 480])  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def test_embedded_workbooks_are_read() -> None:
    presentation = Presentation()
    slide = slide_of(presentation, "Costs")
    slide.shapes.add_ole_object(io.BytesIO(workbook()), "Excel.Sheet.12", 0, 0)
    assert "Item | Cost\nRent | 480" in read(presentation).text


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ("A map of the moor", "Plan\n\nA map of the moor"),
        ("A cartoon duck\n\nDescription automatically generated", "Plan"),
        ("map.png", "Plan"),
    ],
)
def test_descriptions_of_pictures_are_read(about: str, text: str) -> None:
    presentation = Presentation()
    slide = slide_of(presentation, "Plan")
    picture = io.BytesIO(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
            "53de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
        )
    )
    shape = slide.shapes.add_picture(picture, 0, 0)
    shape._element.nvPicPr.cNvPr.set("descr", about)
    parsed = read(presentation)
    assert parsed.text == text
    assert parsed.gaps == ()
