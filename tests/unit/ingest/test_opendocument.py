"""OpenDocument: numbers of lists and headings, comments, hidden parts, pictures."""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.parse.odf import parse_odf
from ingest.parse.registry import parse
from ragapp.types import ParsedText

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing",
        "presentation": "presentation",
    }.items()
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip
CLAUSES = (
    '<text:list-style style:name="Clauses">'
    '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/>'
    '<text:list-level-style-number text:level="3" style:num-format="a" style:num-prefix="(" '
    'style:num-suffix=")"/></text:list-style>'
    '<text:list-style style:name="Points"><text:list-level-style-bullet text:level="1"/></text:list-style>'
)
OUTLINE = (
    '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I" style:num-suffix="."/>'
    '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="1"/>'
    "</text:outline-style>"
)


def packed(body: str, styles: str = "", **members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        content = (
            f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body>"
        )
        archive.writestr(
            "content.xml", f"<office:document-content {NAMES}>{content}</office:document-content>"
        )
        archive.writestr(
            "styles.xml", f"<office:document-styles {NAMES}>{CLAUSES}{OUTLINE}</office:document-styles>"
        )
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def read(body: str, name: str = "a.odt", styles: str = "") -> ParsedText:
    return parse(packed(body, styles), name)


def item(text: str, inner: str = "", start: str = "") -> str:
    begins = f' text:start-value="{start}"' if start else ""
    return f"<text:list-item{begins}><text:p>{text}</text:p>{inner}</text:list-item>"


def listed(*items: str, style: str = "", more: str = "") -> str:
    named = f' text:style-name="{style}"' if style else ""
    return f"<text:list{named}{more}>{''.join(items)}</text:list>"


def test_clauses_have_their_numbers() -> None:
    body = listed(
        item("Goods", listed(item("New"), item("Used", listed(item("sold"), item("lent"))))),
        item("Delivery", listed(item("On time"))),
        style="Clauses",
    )
    assert read(f"<office:text>{body}</office:text>").text.split("\n") == [
        "1. Goods", "1.1 New", "1.2 Used", "(a) sold", "(b) lent", "2. Delivery", "2.1 On time",
    ]  # fmt: skip


def test_lists_go_on_or_begin_again_as_they_say() -> None:
    goes_on = ' text:continue-numbering="true"'
    body = "".join(
        [
            listed(item("one"), item("two"), style="Clauses"),
            listed(item("point"), style="Points"),
            listed(item("three"), style="Clauses", more=goes_on),
            listed(item("one again"), item("seven", start="7"), style="Clauses"),
        ]
    )
    lines = [line for line in read(f"<office:text>{body}</office:text>").text.split("\n") if line]
    assert lines == ["1. one", "2. two", "- point", "3. three", "1. one again", "7. seven"]


def test_headings_have_the_numbers_of_the_outline() -> None:
    body = (
        '<text:h text:outline-level="1">Scope</text:h><text:h text:outline-level="2">Terms</text:h>'
        '<text:h text:outline-level="1" text:is-list-header="true">Annex</text:h>'
        '<text:h text:outline-level="1">Price</text:h>'
    )
    parsed = read(f"<office:text>{body}</office:text>")
    titles = [parsed.text[heading.start : heading.end] for heading in parsed.headings]
    assert titles == ["I. Scope", "1 Terms", "Annex", "II. Price"]


def test_comments_have_their_authors() -> None:
    comment = (
        "<office:annotation><dc:creator>Ann</dc:creator><dc:date>2026-01-01</dc:date>"
        "<text:p>Check the rate.</text:p></office:annotation>"
    )
    body = f"<office:text><text:p>The rate is{comment} 4%.</text:p></office:text>"
    assert read(body).text == "The rate is 4%.\n\nComment by Ann: Check the rate."


HIDDEN = (
    '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/>'
    "</style:style>"
)
SHEETS = (
    '<office:spreadsheet><table:table table:name="Open"><table:table-row><table:table-cell>'
    '<text:p>fee</text:p></table:table-cell></table:table-row></table:table><table:table table:name="Secret" '
    'table:style-name="ta1"><table:table-row><table:table-cell><text:p>salary</text:p></table:table-cell>'
    "</table:table-row></table:table></office:spreadsheet>"
)


def test_hidden_sheets_are_marked() -> None:
    assert read(SHEETS, "a.ods", HIDDEN).text == "Open\n\nfee\fSecret (hidden sheet)\n\nsalary"


def test_hidden_sheets_are_left_out_by_a_setting_and_the_report_says_so() -> None:
    parsed = parse_odf(packed(SHEETS, HIDDEN), "a.ods", read_hidden=False)
    assert parsed.text == "Open\n\nfee"
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("hidden", "sheet Secret")]


def test_objects_that_are_not_read_are_reported() -> None:
    frame = (
        '<draw:frame><draw:object xlink:href="./Object 1"/>'
        '<draw:image xlink:href="./ObjectReplacements/1"/></draw:frame>'
    )
    parsed = read(f"<office:text><text:p>A chart.{frame}</text:p></office:text>")
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("part", "embedded objects")]


@pytest.mark.parametrize("value", ["²", "x" * 40, "9" * 40])
def test_numbers_that_are_none_do_not_spoil_a_list(value: str) -> None:
    body = listed(item("one", start=value), style="Clauses")
    assert "one" in read(f"<office:text>{body}</office:text>").text
