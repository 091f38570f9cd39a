"""Delimited texts, JSON Lines, XML and feeds as programs write them: no row is lost, and no tag is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.data_files.convert import convert
from ingest.parse.registry import parse
from ragapp.errors import ParseError


@pytest.mark.parametrize(
    ("source", "text", "head"),
    [
        ("1,50;2,50\n4,50;5,50\n", "1,50 | 2,50\n4,50 | 5,50", ""),
        ("2024-01-01;1,5\n2024-01-02;2,5\n", "2024-01-01 | 1,5\n2024-01-02 | 2,5", ""),
        ("Ann,Berlin\nBob,Paris\nEve,Berlin\n", "Ann | Berlin\nBob | Paris\nEve | Berlin", ""),
        ("x@a.test,Ann\ny@b.test,Bob\n", "x@a.test | Ann\ny@b.test | Bob", ""),
        ("name,city\nAnn,Berlin\nBob,Paris\n", "name | city\nAnn | Berlin\nBob | Paris", "name | city"),
        ("Item,2021,2022\nSales,5,6\n", "Item | 2021 | 2022\nSales | 5 | 6", "Item | 2021 | 2022"),
        ('"sep=;"\r\na;b\r\n1;2\r\n', "a | b\n1 | 2", "a | b"),
        ("sep=|\na|b\n1|2\n", "a | b\n1 | 2", "a | b"),
        ('id,said\n1,"a \\"b\\" c, d"\n2,e\n', 'id | said\n1 | a "b" c, d\n2 | e', "id | said"),
        ('id,said\n1,"two\nlines"\n2,e\n', "id | said\n1 | two lines\n2 | e", "id | said"),
    ],
)
def test_the_form_and_the_header_of_a_table_are_found_out(source: str, text: str, head: str) -> None:
    parsed = parse(source.encode(), "a.csv")
    assert parsed.text == text
    assert [table.head for table in parsed.tables] == [head]
    assert parsed.gaps == ()


@pytest.mark.parametrize(
    ("source", "text", "where"),
    [
        ('a,b\n1,"open\n2,x\n3,y\n', "a | b\n1 | open\n2 | x\n3 | y", "line 2"),
        ('a,b\n1,"open\n2,"x"\n3,"more\n4,y\n', "a | b\n1 | open\n2 | x\n3 | more\n4 | y", "lines 2 and 4"),
        ('"open,b\n1,2\n3,4\n', "open | b\n1 | 2\n3 | 4", "line 1"),
    ],
)
def test_an_open_quote_ends_with_its_line(source: str, text: str, where: str) -> None:
    parsed = parse(source.encode(), "a.csv")
    assert parsed.text == text
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("uncertain", where)]


def test_an_open_quote_takes_no_rows_from_a_data_file(tmp_path: Path) -> None:
    row = b"k,1,text\n"
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b,c\n" + row * 3000 + b'bad,1,"open\n' + row * 3000)
    (table,) = convert(str(path), "a.csv", "delimited")
    assert table.rows == 6001


def test_quotes_after_backslashes_in_a_data_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,said\n" + b'1,"a \\"b\\" c, d"\n' * 99)
    (table,) = convert(str(path), "a.csv", "delimited")
    assert (table.rows, table.examples[0]) == (99, ("1", 'a "b" c, d'))


def test_a_large_cell_is_kept() -> None:
    assert len(parse(b'id,text\n1,"' + b"word " * 40_000 + b'"\n', "a.csv").text) > 199_000


def test_a_bad_line_of_json_lines_is_a_gap() -> None:
    parsed = parse(b'{"a": 1, "b": "x"}\n{"a": 2, "b": \n{"a": 3, "b": "z"}\n', "a.jsonl")
    assert parsed.text == "a | b\n1 | x\n3 | z"
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [("part", "line 2")]


def test_json_lines_that_are_mostly_bad_are_refused() -> None:
    with pytest.raises(ParseError, match="not valid JSON: line 1"):
        parse(b'{"a": \n{"b": \n{"a": 3}\n', "a.jsonl")


def test_names_of_html_in_xml() -> None:
    source = "<?xml version='1.0'?><doc><p>480&nbsp;&euro; &amp; more</p><q><![CDATA[a &nbsp; b]]></q></doc>"
    assert parse(source.encode(), "a.xml").text == "480 € & more\n\na &nbsp; b"


def test_an_unknown_name_in_xml_is_refused() -> None:
    with pytest.raises(ParseError, match="is damaged"):
        parse(b"<?xml version='1.0'?><doc>&nobody;</doc>", "a.xml")


RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour news</title><item><title>Storm</title>
<dc:creator>Ann</dc:creator><pubDate>Tue, 05 Mar 2024</pubDate><description>The storm</description>
<content:encoded><![CDATA[<p>The storm closed the <b>pier</b>.</p><p>It opens in May.</p>]]></content:encoded>
<category>Weather</category><link>https://news.test/1</link></item>
<item><title>Ferry</title><description>&lt;p&gt;The ferry leaves at nine.&lt;/p&gt;</description></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour news</title>
<author><name>Ann</name></author><entry><title type="html">&lt;b&gt;Storm&lt;/b&gt;</title>
<updated>2024-03-05</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The pier is
closed.</p></div></content><link href="https://news.test/2"/></entry></feed>"""


def test_feeds_have_entries_without_tags() -> None:
    rss = parse(RSS.encode(), "a.xml")
    assert rss.text == (
        "Harbour news\n\nStorm\n\nAnn, Tue, 05 Mar 2024\n\nThe storm closed the pier.\n\nIt opens in May.\n\n"
        "Topics: Weather\n\nhttps://news.test/1\n\nFerry\n\nThe ferry leaves at nine."
    )
    assert [heading.level for heading in rss.headings] == [1, 2, 2]
    atom = parse(ATOM.encode(), "a.atom")
    assert atom.text == "Harbour news\n\nStorm\n\n2024-03-05\n\nThe pier is closed.\n\nhttps://news.test/2"
    assert atom.metadata["author"] == "Ann"


def test_markup_as_text_of_other_xml_is_shown_without_tags() -> None:
    note = "&lt;p&gt;The fen is &lt;i&gt;dry&lt;/i&gt;.&lt;/p&gt;"
    source = f"<?xml version='1.0'?><doc><note>{note}</note><m>a &lt; b</m></doc>"
    assert parse(source.encode(), "a.xml").text == "The fen is dry.\n\na < b"
