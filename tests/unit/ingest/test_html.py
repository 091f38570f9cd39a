"""The text of web pages."""

from __future__ import annotations

from ingest.parse.registry import parse
from tests.unit.ingest.pdfs import titles


def test_html_is_what_a_reader_sees() -> None:
    source = b"""<!doctype html><title>A &amp; B</title><style>p{}</style><nav>Home</nav><main>
    <h1>Big <i>news</i></h1><p>One  <b>two</b>
    three<br>four</p><script>no()</script><div hidden>secret</div><div style="display:none">secret</div>
    <ul><li>x<li>y<ol><li>z</ol></ul>
    <table><tr><th>Name<th>Age<tr><td>Ann<td>7</table><pre>a
      b</pre></main><footer>imprint</footer>"""
    parsed = parse(source, "page")
    assert parsed.text == (
        "Big news\n\nOne two three\nfour\n\n- x\n- y\n1. z\n\nName | Age\nAnn | 7\n\na\n      b"
    )
    assert parsed.title == "A & B"
    assert titles(parsed) == [(1, "Big news")]


def test_html_says_its_own_encoding() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body>Привет, как дела сегодня?</body></html>'
    assert parse(page.encode("cp1251"), "a.html").text == "Привет, как дела сегодня?"


def test_a_deep_page_does_not_exhaust_the_stack() -> None:
    assert parse(b"<html>" + b"<div>" * 3000 + b"deep", "a.html").text == "deep"
