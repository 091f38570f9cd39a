"""Mail, tables, JSON, code, XML, markups, subtitles and pictures as text."""

from __future__ import annotations

import io
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.parse.registry import parse
from ragapp import ocr
from ragapp.errors import ParseError
from ragapp.types import ParsedText

SAMPLES = Path(__file__).parent / "samples"
needs_ocr = pytest.mark.skipif(not ocr.available(), reason="nobody is there to read pictures")


def titles(parsed: ParsedText) -> list[tuple[int, str]]:
    return [(h.level, parsed.text[h.start : h.end]) for h in parsed.headings]


def mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Grüße", "Ann <a@x.org>", "Bob <b@x.org>"
    message["Date"] = "Fri, 02 Oct 2026 10:00:00 +0000"
    message.set_content("Hello Bob,\n\nsee below.\n")
    message.add_alternative("<p>Hello <b>Bob</b></p>", subtype="html")
    message.add_attachment(b"# Plan\n\nFirst rest.", maintype="text", subtype="markdown", filename="plan.md")
    message.add_attachment(b"\x7fELF", maintype="application", subtype="octet-stream", filename="tool")
    return message


def test_a_mail_is_read_with_its_attachments() -> None:
    parsed = parse(mail().as_bytes(), "a.eml")
    assert parsed.text.startswith(
        "Grüße\n\nFrom: Ann <a@x.org>\nTo: Bob <b@x.org>\nDate: Fri, 02 Oct 2026 10:00:00 +0000\n\n"
        "Hello Bob,\n\nsee below."
    )
    assert "First rest." in parsed.text
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("attachment", "attachment tool")]
    assert titles(parsed) == [
        (1, "Grüße"),
        (2, "Attachment: plan.md"),
        (3, "Plan"),
        (2, "Attachment: tool"),
    ]
    assert parsed.metadata["author"] == "Ann <a@x.org>"


def test_a_mail_inside_of_a_mail_is_read() -> None:
    outer = EmailMessage()
    outer["Subject"], outer["From"], outer["To"] = "Fwd", "b@x.org", "c@x.org"
    outer.set_content("Look.")
    outer.add_attachment(mail())
    parsed = parse(outer.as_bytes(), "a.eml")
    assert "see below." in parsed.text
    assert "First rest." in parsed.text


def test_an_outlook_mail_is_read_with_its_attachments() -> None:
    parsed = parse((SAMPLES / "msg_with_attachment.msg").read_bytes(), "a.msg")
    assert parsed.title == "Email with Attachment"
    assert "This email contains an attachment." in parsed.text
    assert (2, "Attachment: test.txt") in titles(parsed)


@pytest.mark.parametrize(
    "source", ['Name,Sum\n"a, b",1\nc,2\n', "Name;Sum\na, b;1\nc;2\n", "Name\tSum\na, b\t1\nc\t2\n"]
)
def test_the_delimiter_of_a_table_is_found_out(source: str) -> None:
    parsed = parse(source.encode(), "a.csv")
    assert parsed.text == "Name | Sum\na, b | 1\nc | 2"
    assert [table.head for table in parsed.tables] == ["Name | Sum"]


def test_json_is_names_and_values() -> None:
    source = b'[{"name": "Ann", "tags": ["x", "y"], "at": {"zip": 7, "ok": true}}, {"name": null}]'
    text = "name: Ann\ntags:\n  - x\n  - y\nat:\n  zip: 7\n  ok: true\n\nname: null"
    assert parse(source, "a.txt").text == text
    assert parse(b'{"a": 1}\n{"a": 2}\n', "a.jsonl").text == "a: 1\n\na: 2"


def test_code_keeps_its_text_and_has_its_definitions_as_headings() -> None:
    source = "import os\n\nclass A(B):\n    def run(self):\n        def inner(): ...\n\nasync def go(): ...\n"
    parsed = parse(source.encode(), "a.py")
    assert parsed.text == source
    assert titles(parsed) == [(1, "A"), (2, "run"), (1, "go")]
    rust = parse(b"pub(crate) fn main() {}\nimpl Thing {\n    fn new() {}\n}\n", "a.rs")
    assert titles(rust) == [(1, "main"), (1, "Thing"), (2, "new")]


ARTICLE = """<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "jats.dtd"><article><front>
<journal-meta><journal-id>J</journal-id></journal-meta><article-meta><title-group><article-title>On
<i>x</i></article-title></title-group><contrib-group><contrib contrib-type="author"><name>
<surname>Doe</surname><given-names>Ann</given-names></name></contrib></contrib-group><abstract><p>Short.</p></abstract></article-meta>
</front><body><sec><label>1</label><title>Intro</title><p>We<xref>1</xref> say.</p>
<table-wrap><label>Table 1</label><caption><p>Sums</p></caption>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table></table-wrap></sec></body>
<back><ref-list><ref><label>1</label><mixed-citation>Roe 2020</mixed-citation></ref></ref-list></back>
</article>"""


def test_articles_in_jats_are_read_as_articles() -> None:
    parsed = parse(ARTICLE.encode(), "a.nxml")
    assert parsed.text == (
        "On x\n\nAnn Doe\n\nAbstract\n\nShort.\n\n1 Intro\n\nWe1 say.\n\nTable 1 Sums\n\na | b\n1 | 2\n\n"
        "References\n\n- Roe 2020"
    )
    assert titles(parsed) == [(1, "On x"), (2, "Abstract"), (2, "1 Intro"), (2, "References")]
    assert [table.head for table in parsed.tables] == ["Table 1 Sums | a | b"]
    assert (parsed.title, parsed.metadata) == ("On x", {"author": "Ann Doe"})


def test_other_xml_is_its_elements_texts() -> None:
    assert parse(b"<?xml version='1.0'?><a><b>one <i>two</i></b><c><d>three</d></c></a>", "a").text == (
        "one two\n\nthree"
    )


def test_entities_are_not_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'
    with pytest.raises(ParseError, match="defines XML entities"):
        parse(bomb, "a.xml")


def test_asciidoc_and_restructured_text_keep_their_text_and_have_headings() -> None:
    adoc = "= Title\n\n== One\ntext\n----\n== no\n----\n=== Two\n"
    parsed = parse(adoc.encode(), "a.adoc")
    assert parsed.text == adoc
    assert titles(parsed) == [(1, "Title"), (2, "One"), (3, "Two")]
    rst = "=====\nTitle\n=====\n\nOne\n---\ntext\n\nLonger title\n---\n\nTwo\n~~~\n"
    assert titles(parse(rst.encode(), "a.rst")) == [(1, "Title"), (2, "One"), (3, "Two")]


def test_subtitles_are_what_is_said_and_by_whom() -> None:
    vtt = (
        "WEBVTT\n\nNOTE no\n\n1\n00:11.000 --> 00:13.000\n<v Ann>We are\n\n"
        "00:13.000 --> 00:14.000 align:start\n"
        "<v Ann>here &amp; <i>now</i>\n\n00:15.000 --> 00:16.000\n<v Bob>Yes.\n"
    )
    assert parse(vtt.encode(), "a.vtt").text == "Ann: We are\nhere & now\n\nBob: Yes."
    srt = "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:02,000 --> 00:00:03,000\nthere.\n"
    assert parse(srt.encode(), "a.txt").text == "Hello\nthere."


def test_text_of_pages_has_numbered_headings_and_boilerplate() -> None:
    page = "RFC 1        A Title        June 2004\n\n\n{}\n\n   All of {}.\n\n\nDoe            [Page {}]"
    heads = ["1.  One", "1.1.  Two", "2.  Three"]
    parsed = parse("\f".join(page.format(h, h, n) for n, h in enumerate(heads, 1)).encode(), "rfc.txt")
    assert titles(parsed) == [(1, "1.  One"), (2, "1.1.  Two"), (1, "2.  Three")]
    stored = {parsed.text[start:end].split()[0] for start, end in parsed.boilerplate}
    assert stored == {"RFC", "Doe"}
    assert len(parsed.boilerplate) == 6


@pytest.mark.parametrize(
    "line", ["1. Introduction ........ 3", "2024 was a good year", "3. First", "1. Do this."]
)
def test_tables_of_contents_years_and_sentences_are_not_headings(line: str) -> None:
    assert parse(f"Some text.\n\n{line}\n\nMore text.\n".encode(), "a.txt").headings == ()


def test_a_number_far_ahead_or_behind_is_not_the_next_section() -> None:
    lines = ["1. One", "2024 Results", "2. Two", "1. One again", "2.1. More", "A. Appendix"]
    parsed = parse("\n\n".join(f"{line}\n\nSome text here." for line in lines).encode(), "a.txt")
    assert [title for _, title in titles(parsed)] == ["1. One", "2. Two", "2.1. More", "A. Appendix"]


def test_a_web_page_is_its_article_without_menus_and_a_plain_page_is_whole() -> None:
    menu = "".join(f'<li><a href="/{n}">Section number {n} of the shop</a></li>' for n in range(30))
    story = "".join(f"<p>Paragraph {n} tells what happened that day, at length.</p>" for n in range(30))
    page = f"<html><body><div class='menu'><ul>{menu}</ul></div><article><h1>Story</h1>{story}</article>"
    parsed = parse(page.encode(), "a.html")
    assert "Paragraph 29 tells" in parsed.text
    assert "of the shop" not in parsed.text
    assert titles(parsed) == [(1, "Story")]
    plain = parse(f"<html><body><div class='menu'>Menu</div>{story}</body>".encode(), "a.html")
    assert plain.text.startswith("Menu")


def picture(text: str) -> Image.Image:
    page = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(page).text((30, 60), text, fill="black", font=ImageFont.load_default(48))
    return page


@needs_ocr
def test_text_is_read_from_pictures_and_scanned_pages() -> None:
    png, pdf = io.BytesIO(), io.BytesIO()
    picture("Scanned words 2026").save(png, "PNG")
    picture("First page").save(pdf, "PDF", save_all=True, append_images=[picture("Second page")])
    assert parse(png.getvalue(), "a.png").text == "Scanned words 2026"
    assert parse(pdf.getvalue(), "a.pdf").text == "First page\fSecond page"


@needs_ocr
def test_a_picture_without_text_is_refused() -> None:
    file = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(file, "PNG")
    with pytest.raises(ParseError, match="no text was found"):
        parse(file.getvalue(), "a.png")


def test_a_mail_without_a_text_is_read_with_its_attachments() -> None:
    message = EmailMessage()
    message["Subject"] = "Scan attached"
    message.set_content("<html><body> </body></html>", subtype="html")
    message.add_attachment("The total is 312 euros.", filename="invoice.txt")
    text = parse(message.as_bytes(), "a.eml").text
    assert text.startswith("Scan attached")
    assert "could not be read" not in text
    assert "The total is 312 euros." in text
