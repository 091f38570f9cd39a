"""The text of plain files and Markdown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse.registry import parse
from ragapp.text.clean import clean
from tests.unit.ingest.pdfs import titles


@given(st.text())
def test_a_clean_text_stays_as_it_is_and_breaks_nothing(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == unicodedata.normalize("NFC", cleaned)
    assert "\0" not in cleaned.encode().decode()
    assert "\r" not in cleaned


def test_cleaning_preserves_meaningful_characters() -> None:
    assert clean("a\r\nb\rc\u2028d\u00a0e\ufefff\x00g\udc80") == "a\nb\nc\nd efg\ufffd"
    assert clean("👩\u200d🚀 می\u200cخواهم\f") == "👩\u200d🚀 می\u200cخواهم\f"


@pytest.mark.parametrize(
    "data",
    [
        "Grüße, Žluťoučký kůň".encode(),
        "Grüße, Žluťoučký kůň".encode("utf-8-sig"),
        "Grüße, Žluťoučký kůň".encode("utf-16"),
        "Grüße, Žluťoučký kůň".encode("utf-32"),
        b"\xfe\xff" + "Grüße, Žluťoučký kůň".encode("utf-16-be"),
    ],
)
def test_text_is_read_in_its_encoding(data: bytes) -> None:
    assert parse(data, "a.txt").text == "Grüße, Žluťoučký kůň"


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "shift_jis"])
def test_an_unmarked_old_encoding_is_guessed(encoding: str) -> None:
    text = {
        "cp1252": "Die Straße führt über die Brücke, und die Vögel fliegen “rückwärts”. " * 5,
        "cp1251": "Мороз и солнце; день чудесный! Ещё ты дремлешь, друг прелестный. " * 5,
        "shift_jis": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 5,
    }[encoding]
    assert parse(text.encode(encoding), "a.txt").text == text


def test_form_feeds_are_page_breaks_and_the_last_one_opens_no_page() -> None:
    parsed = parse(b"one\f\ntwo\fthree\f\n", "a.txt")
    assert parsed.pages == 3
    assert [parsed.page_at(parsed.text.index(word)) for word in ("one", "two", "three")] == [1, 2, 3]


def test_markdown_is_the_files_own_text_with_its_headings() -> None:
    source = "# One *b*\n\ntext\n\nTwo\nlines\n===\n\n> ## Quoted\n\n```\n# code\n```\n\n### Three ###\n# \n"
    parsed = parse(source.encode(), "a.md")
    assert parsed.text == source
    assert titles(parsed) == [(1, "One *b*"), (1, "Two\nlines"), (2, "Quoted"), (3, "Three")]
    assert parsed.title == "One *b*"


def test_markdown_front_matter_gives_the_title_and_no_heading() -> None:
    parsed = parse(b"---\ntitle: 'A title'\ndate: 2024\n---\n# B\n", "a.md")
    assert parsed.title == "A title"
    assert titles(parsed) == [(1, "B")]
