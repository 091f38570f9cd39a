"""Chunks: exact spans, nothing lost, inside the token limit, along the document's own structure."""

from __future__ import annotations

import re
import time

import pytest

from ingest.chunk import chunk
from ingest.parse.boilerplate import boilerplate
from ingest.parse.markdown import parse_markdown
from ragapp.protocols import Chunker
from ragapp.testing.chunkers import ChunkerContract, words
from ragapp.text.builder import page_starts
from ragapp.types import Chunk, Heading, ParsedText, Table


def markdown(text: str, max_tokens: int = 100) -> list[Chunk]:
    return chunk(parse_markdown(text.encode(), "test.md"), words, max_tokens)


SENTENCE = "This sentence has exactly eight words in it. "


class TestChunk(ChunkerContract):
    @pytest.fixture
    def chunker(self) -> Chunker:
        return chunk


def test_a_chunk_names_the_sections_it_stands_in() -> None:
    found = markdown("# 2 Scope\n\nAll.\n\n## 2.1 Terms\n\nSome.\n\n# 3 Use\n\nNone.")
    assert [(c.heading, c.text) for c in found] == [
        ("2 Scope", "All."),
        ("2 Scope > 2.1 Terms", "Some."),
        ("3 Use", "None."),
    ]


def test_text_before_the_first_heading_has_none() -> None:
    assert [(c.heading, c.text) for c in markdown("Hello.\n\n# A\n\nText.")] == [
        (None, "Hello."),
        ("A", "Text."),
    ]


def test_a_heading_with_nothing_under_it_is_found_by_its_own_text() -> None:
    found = markdown("# Parts\n\n## Wheels\n\n## Doors\n\nFour.")
    assert [(c.heading, c.text) for c in found] == [("Parts", "## Wheels"), ("Parts > Doors", "Four.")]


def test_the_line_under_a_title_is_not_text() -> None:
    assert [c.text for c in markdown("Title\n=====\n\nText.")] == ["Text."]


def test_text_on_the_line_of_a_heading_is_not_lost() -> None:
    parsed = ParsedText("Left | Right\nText.", headings=(Heading(2, 0, 4),))
    assert [c.text for c in chunk(parsed, words, 50)] == ["Left | Right\nText."]


def test_two_headings_on_one_line_are_not_taken_twice() -> None:
    parsed = ParsedText("§ | §", headings=(Heading(2, 0, 1), Heading(2, 4, 5)))
    assert [c.text for c in chunk(parsed, words, 50)] == ["§ | §"]


def test_chunks_never_cross_a_heading_and_small_sections_stay_apart() -> None:
    found = markdown("".join(f"# H{i}\n\nShort.\n\n" for i in range(5)), max_tokens=200)
    assert len(found) == 5


def test_a_paragraph_that_fits_into_the_next_chunk_is_not_torn_apart() -> None:
    first, second = (SENTENCE * 6).strip(), (SENTENCE * 5).strip()
    assert [c.text for c in markdown(f"{first}\n\n{second}", max_tokens=80)] == [first, second]


def test_a_long_paragraph_is_cut_between_sentences_into_about_equal_parts() -> None:
    found = markdown(SENTENCE * 25, max_tokens=100)
    assert all(c.text.endswith("it.") for c in found)
    sizes = [len(words(c.text)) for c in found]
    assert max(sizes) <= 100
    assert min(sizes) > 0.6 * max(sizes)


def test_a_long_sentence_is_cut_between_words() -> None:
    found = markdown("word " * 500, max_tokens=60)
    assert {letter for c in found for letter in c.text.split()} == {"word"}


def test_a_word_without_end_counts_as_many_tokens() -> None:
    found = markdown(f"![]({'Qk1' * 5000})", max_tokens=100)
    assert max(len(c.text) for c in found) < 10_000


def test_a_part_of_a_table_names_its_columns() -> None:
    rows = [f"Row {n} | {n} | {n * n}" for n in range(30)]
    text = "\n".join(["# Sums", "", "Squares", "Name | n | n²", *rows])
    start = text.index("Name |")
    parsed = ParsedText(
        text, (0,), (Heading(1, 2, 6),), tables=(Table(start, len(text), "Squares | Name | n | n²"),)
    )
    first, *others = chunk(parsed, words, 60)
    assert first.heading == "Sums"
    assert first.text.startswith("Squares\nName | n | n²\nRow 0")
    assert len(others) > 1
    assert {c.heading for c in others} == {"Sums > Squares | Name | n | n²"}
    assert all(re.fullmatch(r"Row .*\d", c.text, re.DOTALL) for c in others)


def test_what_follows_a_table_does_not_name_its_columns() -> None:
    text = f"a | b\n1 | 2\n\n{SENTENCE * 12}"
    parsed = ParsedText(text, tables=(Table(0, 11, "a | b"),))
    assert {c.heading for c in chunk(parsed, words, 40)} == {None}


def test_page_headers_and_footers_are_in_no_chunk() -> None:
    texts = ["Only the first page says this.", "Another thought.", "And the last one."]
    pages = [f"ACME Report\n{text}\nPage {n}" for n, text in enumerate(texts, 1)]
    text = "\f".join(pages)
    spans = boilerplate(text, page_starts(text))
    assert [text[start:end] for start, end in spans] == [
        part for n in (1, 2, 3) for part in ("ACME Report", f"Page {n}")
    ]
    parsed = ParsedText(text, page_starts(text), boilerplate=spans)
    assert [(c.text, c.page) for c in chunk(parsed, words, 200)] == list(zip(texts, (1, 2, 3), strict=True))


def test_a_page_is_where_the_chunk_starts() -> None:
    text = (SENTENCE * 10).strip()
    parsed = ParsedText(f"{text}\f{text}", (0, len(text) + 1))
    assert {c.page for c in chunk(parsed, words, 95)} == {1, 2}
    assert [c.page for c in chunk(parsed, words, 95)] == [
        parsed.page_at(c.start) for c in chunk(parsed, words, 95)
    ]


def test_a_heading_too_long_for_a_path_becomes_text() -> None:
    title = "very " * 50 + "long"
    assert title in " ".join(c.text for c in markdown(f"# {title}\n\nText.", max_tokens=60)).replace(
        "\n", " "
    )


def test_a_deep_path_loses_its_outermost_titles_first() -> None:
    text = "# one two three\n\n## four five six\n\n### seven eight nine\n\nText."
    assert markdown(text, max_tokens=24)[-1].heading == "four five six > seven eight nine"


@pytest.mark.parametrize("paragraph", [SENTENCE * 10 + "\n\n", "x" * 999 + " ", "# A\n\nb\n\n"])
def test_time_grows_with_the_length_and_not_with_its_square(paragraph: str) -> None:
    def seconds(length: int) -> float:
        parsed = parse_markdown((paragraph * (length // len(paragraph))).encode(), "x.md")
        started = time.thread_time()
        chunk(parsed, words, 200)
        return time.thread_time() - started

    small = min(seconds(10_000) for _ in range(3))
    assert seconds(100_000) < 40 * small
