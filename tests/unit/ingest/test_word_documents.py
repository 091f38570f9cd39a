"""Word documents: numbers of clauses, formulas, notes, tables in tables, charts, files inside them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook

from ingest.parse.docx_numerals import in_numerals
from ingest.parse.registry import parse
from ragapp.types import ParsedText

SCHEMAS = "http://schemas.openxmlformats.org"
MATH = f'xmlns:m="{SCHEMAS}/officeDocument/2006/math"'
RELATIONS = f"{SCHEMAS}/officeDocument/2006/relationships"


def read(document: WordDocument) -> ParsedText:
    file = io.BytesIO()
    document.save(file)
    return parse(file.getvalue(), "report.docx")


def add(document: WordDocument, xml: str) -> None:
    """Adds an element at the end of the body; `w:` needs no declaration in it."""
    body = document.element.body
    body.insert(len(body) - 1, parse_xml(xml.replace(">", f" {nsdecls('w', 'r', 'wp', 'a')}>", 1)))


def attach(document: WordDocument, kind: str, path: str, data: bytes, media: str = "application/xml") -> str:
    """Adds a part that the document refers to, and returns the id that it uses."""
    part = Part(PackURI(path), media, data, document.part.package)
    return document.part.relate_to(part, f"{RELATIONS}/{kind}")


def numbered(document: WordDocument, text: str, number: int, level: int = 0) -> None:
    add(
        document,
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>",
    )


def define(document: WordDocument, *elements: str) -> None:
    """Adds definitions of lists. Those of lists come before the lists, as Word wants it."""
    numbering = document.part.numbering_part.element
    for xml in elements:
        numbering.append(parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))


def definition(number: int, *levels: tuple[str, str], style: str = "") -> str:
    """An abstract list; of each level, the kind of its numerals and its text."""
    found = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
        f"</w:lvl>"
        for at, (kind, text) in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{number}">{style}{found}</w:abstractNum>'


def test_a_list_may_define_levels_of_its_own_and_start_again() -> None:
    document = Document()
    define(
        document,
        definition(90, ("decimal", "%1."), ("lowerLetter", "(%2)")),
        '<w:num w:numId="90"><w:abstractNumId w:val="90"/></w:num>',
        '<w:num w:numId="91"><w:abstractNumId w:val="90"/><w:lvlOverride w:ilvl="0"><w:startOverride'
        ' w:val="1"/>'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="Article %1"/>'
        "</w:lvl></w:lvlOverride></w:num>",
    )
    for text, number, level in [
        ("Scope", 90, 0), ("goods", 90, 1), ("works", 90, 1), ("Price", 90, 0), ("Term", 91, 0),
        ("End", 91, 0),
    ]:  # fmt: skip
        numbered(document, text, number, level)
    assert read(document).text.split("\n") == [
        "1. Scope", "(a) goods", "(b) works", "2. Price", "Article I Term", "Article II End",
    ]  # fmt: skip


def test_a_definition_may_only_name_a_style_of_lists() -> None:
    document = Document()
    document.styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="numbering" w:styleId="Clauses"><w:name w:val="Clauses"/><w:pPr>'
            '<w:numPr><w:numId w:val="92"/></w:numPr></w:pPr></w:style>'
        )
    )
    define(
        document,
        definition(92, ("decimal", "Clause %1"), style='<w:styleLink w:val="Clauses"/>'),
        '<w:abstractNum w:abstractNumId="93"><w:numStyleLink w:val="Clauses"/></w:abstractNum>',
        '<w:num w:numId="92"><w:abstractNumId w:val="92"/></w:num>',
        '<w:num w:numId="93"><w:abstractNumId w:val="93"/></w:num>',
    )
    numbered(document, "Delivery", 93)
    assert read(document).text == "Clause 1 Delivery"


def test_numbers_in_cells_are_shown_and_counted() -> None:
    document = Document()
    define(
        document,
        definition(94, ("decimal", "%1.")),
        '<w:num w:numId="94"><w:abstractNumId w:val="94"/></w:num>',
    )
    number = (
        '<w:tc><w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="94"/></w:numPr></w:pPr></w:p></w:tc>'
    )
    rows = "".join(
        f"<w:tr>{number}<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc></w:tr>"
        for text in ("Bolt", "Nut")
    )
    add(document, f"<w:tbl>{rows}</w:tbl>")
    numbered(document, "Washer", 94)
    assert read(document).text == "1. | Bolt\n2. | Nut\n\n3. Washer"


@pytest.mark.parametrize(
    ("kind", "number", "written"),
    [
        ("upperRoman", 14, "XIV"),
        ("lowerLetter", 28, "bb"),
        ("ordinal", 22, "22nd"),
        ("ordinal", 112, "112th"),
        ("cardinalText", 42, "Forty-two"),
        ("ordinalText", 23, "Twenty-third"),
        ("ordinalText", 100, "One hundredth"),
        ("decimalZero", 7, "07"),
        ("000", 7, "007"),
        ("decimalEnclosedCircle", 3, "③"),
        ("russianLower", 4, "г"),
        ("chineseCounting", 23, "二十三"),
        ("chineseCounting", 105, "一百〇五"),
        ("chineseCounting", 12, "十二"),
        ("hindiNumbers", 12, "१२"),
        ("none", 3, ""),
        ("nobody knows", 3, "3"),
        ("upperRoman", 0, "0"),
        ("lowerLetter", 99_999, "99999"),
    ],
)
def test_numerals(kind: str, number: int, written: str) -> None:
    assert in_numerals(number, kind) == written


FORMULAS = {
    "<m:f><m:num>{a+b}</m:num><m:den>{2}</m:den></m:f>": "(a+b)/2",
    '<m:f><m:fPr><m:type m:val="noBar"/></m:fPr><m:num>{n}</m:num><m:den>{k}</m:den></m:f>': "n over k",
    "<m:rad><m:radPr/><m:deg/><m:e>{b-4}</m:e></m:rad>": "√(b-4)",
    "<m:rad><m:deg>{3}</m:deg><m:e>{x}</m:e></m:rad>": "√[3]x",
    "<m:sSup><m:e>{e}</m:e><m:sup>{-x}</m:sup></m:sSup>": "e^-x",
    "<m:sSubSup><m:e>{x}</m:e><m:sub>{i}</m:sub><m:sup>{2}</m:sup></m:sSubSup>": "x_i^2",
    "<m:d><m:e>{a}</m:e><m:e>{b}</m:e></m:d>": "(a|b)",
    '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr><m:e>{a}</m:e></m:d>': "[a",
    '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{k=1}</m:sub><m:sup>{n}</m:sup><m:e>{k}</m:e>'
    "</m:nary>": ("∑_(k=1)^n k"),
    "<m:nary><m:naryPr/><m:sub>{0}</m:sub><m:sup>{1}</m:sup><m:e>{x}</m:e></m:nary>": "∫_0^1 x",
    "<m:func><m:fName>{sin}</m:fName><m:e>{x}</m:e></m:func>": "sin x",
    "<m:limLow><m:e>{lim}</m:e><m:lim>{n→∞}</m:lim></m:limLow>": "lim_n→∞",
    "<m:m><m:mr><m:e>{1}</m:e><m:e>{0}</m:e></m:mr><m:mr><m:e>{0}</m:e><m:e>{1}</m:e></m:mr></m:m>": "[1,"
    " 0; 0, 1]",
    '<m:acc><m:accPr><m:chr m:val="\u20d7"/></m:accPr><m:e>{v}</m:e></m:acc>': "vec(v)",
}


@pytest.mark.parametrize(("xml", "written"), list(FORMULAS.items()))
def test_formulas_are_written_on_one_line(xml: str, written: str) -> None:
    document = Document()
    runs = re.sub(r"\{([^}]*)\}", r"<m:r><m:t>\1</m:t></m:r>", xml)
    add(document, f"<w:p {MATH}><m:oMath>{runs}</m:oMath></w:p>")
    assert read(document).text == written


def test_notes_have_the_marks_that_the_text_refers_to_them_by() -> None:
    document = Document()
    note = (
        '<w:footnote w:id="{0}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> {1}</w:t>'
        "</w:r>"
        "</w:p></w:footnote>"
    )
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        f"{note.format(7, 'Without tax.')}{note.format(9, 'Since May.')}</w:footnotes>"
    )
    attach(document, "footnotes", "/word/footnotes.xml", notes.encode())
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    add(
        document,
        f"<w:p><w:r><w:t>The fee is 480 euros</w:t></w:r>{reference.format(9)}<w:r><w:t>, paid late</w:t>"
        f"</w:r>"
        f"{reference.format(7)}<w:r><w:t>.</w:t></w:r></w:p>",
    )
    assert read(document).text == (
        "The fee is 480 euros [1], paid late [2].\n\n[2] Without tax.\n\n[1] Since May."
    )


def test_tables_in_cells_are_read_in_their_rows() -> None:
    document = Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "Sizes"
    inner = table.cell(0, 1).add_table(2, 2)
    for cell, text in zip(inner._cells, ("S", "36", "M", "38"), strict=True):
        cell.text = text
    assert read(document).text == "Sizes | S, 36; M, 38"


def test_rows_whose_deletion_is_noted_are_left_out() -> None:
    document = Document()
    row = "<w:tr>{}<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr>"
    deleted = '<w:trPr><w:del w:id="1" w:author="a"/></w:trPr>'
    add(document, f"<w:tbl>{row.format('', 'kept')}{row.format(deleted, 'gone')}</w:tbl>")
    assert read(document).text == "kept"


def test_a_style_may_be_a_heading_by_the_one_it_is_based_on_and_hide_text() -> None:
    document = Document()
    for xml in (
        '<w:style {0} w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/><w:basedOn'
        ' w:val="Heading2"/>'
        "</w:style>",
        '<w:style {0} w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/>'
        "</w:rPr></w:style>",
    ):
        document.styles.element.append(parse_xml(xml.format(nsdecls("w"))))
    add(document, '<w:p><w:pPr><w:pStyle w:val="Clause"/></w:pPr><w:r><w:t>Delivery</w:t></w:r></w:p>')
    add(
        document,
        '<w:p><w:r><w:t>Seen</w:t></w:r><w:r><w:rPr><w:rStyle w:val="Secret"/></w:rPr><w:t> unseen</w:t>'
        "</w:r></w:p>",
    )
    parsed = read(document)
    assert parsed.text == "Delivery\n\nSeen"
    assert [heading.level for heading in parsed.headings] == [2]


def test_signs_of_symbol_fonts_in_plain_text() -> None:
    document = Document()
    add(
        document,
        '<w:p><w:r><w:rPr><w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/></w:rPr><w:t>\uf0b3</w:t></w:r>'
        "<w:r><w:t> 5</w:t></w:r></w:p>",
    )
    assert read(document).text == "≥ 5"


CHART = (
    f'<c:chartSpace xmlns:c="{SCHEMAS}/drawingml/2006/chart" xmlns:a="{SCHEMAS}/drawingml/2006/main">'
    f"<c:chart>"
    "<c:title><c:tx><c:rich><a:p><a:r><a:t>Ducks a year</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    "<c:plotArea>"
    "<c:barChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>Ducks</c:v></c:pt></c:strCache>"
    "</c:strRef>"
    "</c:tx><c:cat><c:strRef><c:strCache><c:pt idx='0'><c:v>2020</c:v></c:pt><c:pt idx='1'><c:v>2021</c:v>"
    "</c:pt>"
    "</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>0%</c:formatCode><c:pt"
    " idx='0'>"
    "<c:v>0.25</c:v></c:pt><c:pt idx='1'><c:v>0.5</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser>"
    "</c:barChart>"
    "<c:catAx><c:title><c:tx><c:rich><a:p><a:r><a:t>Year</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    "</c:catAx>"
    "</c:plotArea></c:chart></c:chartSpace>"
)
DRAWING = (
    '<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="{about}"/><a:graphic>'
    "<a:graphicData>{shown}"
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
)


def test_charts_have_title_axes_categories_and_values_as_shown() -> None:
    document = Document()
    key = attach(document, "chart", "/word/charts/chart1.xml", CHART.encode())
    shown = f'<c:chart xmlns:c="{SCHEMAS}/drawingml/2006/chart" r:id="{key}"/>'
    add(document, DRAWING.format(about="A chart of ducks", shown=shown))
    assert read(document).text == "A chart of ducks\n\nDucks a year\n\nYear | Ducks\n2020 | 25%\n2021 | 50%"


def test_smart_art_is_a_list() -> None:
    document = Document()
    diagram = f"{SCHEMAS}/drawingml/2006/diagram"
    point = "<d:pt><d:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></d:t></d:pt>"
    points = "".join(map(point.format, ("weigh", "stamp")))
    data = (
        f'<d:dataModel xmlns:d="{diagram}" xmlns:a="{SCHEMAS}/drawingml/2006/main"><d:ptLst>{points}'
        f"</d:ptLst>"
        "</d:dataModel>"
    )
    key = attach(document, "diagramData", "/word/diagrams/data1.xml", data.encode())
    add(document, DRAWING.format(about="", shown=f'<d:relIds xmlns:d="{diagram}" r:dm="{key}"/>'))
    assert read(document).text == "- weigh\n- stamp"


def test_descriptions_of_pictures_are_read() -> None:
    document = Document()
    pictures = f"{SCHEMAS}/drawingml/2006/picture"
    for about in ("A map of the moor", "image1.png"):
        add(document, DRAWING.format(about=about, shown=f'<p:pic xmlns:p="{pictures}"/>'))
    parsed = read(document)
    assert parsed.text == "A map of the moor"


def workbook() -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Item", "Cost"])  # type: ignore[union-attr]
    book.active.append(["Rent", 480])  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def embedded(document: WordDocument, path: str, data: bytes) -> None:
    key = attach(document, "package", path, data, "application/octet-stream")
    add(
        document,
        '<w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" '
        f'r:id="{key}"/></w:object></w:r></w:p>',
    )


def test_embedded_workbooks_are_read_and_other_objects_told() -> None:
    document = Document()
    embedded(document, "/word/embeddings/sheet1.xlsx", workbook())
    embedded(document, "/word/embeddings/object1.bin", b"\xd0\xcf\x11\xe0")
    embedded(document, "/word/embeddings/sheet2.xlsx", b"PK\x03\x04 damaged")
    parsed = read(document)
    assert "Item | Cost\nRent | 480" in parsed.text
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("attachment", "an embedded file")] * 2


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/word/chunk.html", b"<p>The inserted <b>fee</b> is 480.</p>"),
        ("/word/chunk.txt", b"The inserted fee is 480."),
    ],
)
def test_inserted_documents_are_read_where_they_stand(path: str, content: bytes) -> None:
    document = Document()
    document.add_paragraph("Before.")
    key = attach(document, "aFChunk", path, content, "text/html")
    add(document, f'<w:altChunk r:id="{key}"></w:altChunk>')
    document.add_paragraph("After.")
    assert read(document).text == "Before.\n\nThe inserted fee is 480.\n\nAfter."


def strict(data: bytes, renamed: Mapping[bytes, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for one in source.namelist():
            content = source.read(one)
            for usual, other in renamed.items():
                content = content.replace(usual, other)
            archive.writestr(one, content)
    return target.getvalue()


def test_strict_documents_are_read() -> None:
    document, file = Document(), io.BytesIO()
    document.add_heading("Delivery", 2)
    document.add_paragraph("The fee is 480 euros.")
    document.save(file)
    names = {
        f"{SCHEMAS}/{group}/2006/{name}".encode(): f"http://purl.oclc.org/ooxml/{group}/{name}".encode()
        for group, name in [
            ("wordprocessingml", "main"),
            ("officeDocument", "relationships"),
            ("drawingml", "main"),
        ]
    }
    parsed = parse(strict(file.getvalue(), names), "a.docx")
    assert parsed.text == "Delivery\n\nThe fee is 480 euros."
    assert [heading.level for heading in parsed.headings] == [2]
