"""Excerpts show the cited words among their neighbours, and never change a character of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.types import ParsedText
from ui.excerpts import Excerpt, Piece, around, excerpt_html, page_span, whole_page

FIRST_PAGE = "Herons fish at dusk. The tide turns at noon. Nets dry on the quay.\n"
SECOND_PAGE = "The harbour was built in 1862. It has two piers.\n"
PARSED = ParsedText(FIRST_PAGE + SECOND_PAGE, (0, len(FIRST_PAGE)))


def span_of(words: str) -> tuple[int, int]:
    start = PARSED.text.index(words)
    return start, start + len(words)


def text_of(excerpt: Excerpt) -> str:
    return "".join(piece.text for piece in excerpt.pieces)


def cited_in(excerpt: Excerpt) -> list[str]:
    return [piece.text for piece in excerpt.pieces if piece.cited]


def test_the_cited_words_stand_among_their_neighbours() -> None:
    excerpt = around(PARSED, span_of("The tide turns at noon."))
    assert text_of(excerpt) == FIRST_PAGE.strip()
    assert cited_in(excerpt) == ["The tide turns at noon."]
    assert not excerpt.more_before
    assert not excerpt.more_after


def test_neighbours_end_between_sentences_and_say_that_the_page_goes_on() -> None:
    excerpt = around(PARSED, span_of("The tide turns at noon."), neighbours=8)
    assert text_of(excerpt).startswith(("dusk. The tide", "The tide"))
    assert excerpt.more_before
    assert excerpt.more_after


def test_another_pages_text_is_no_neighbour() -> None:
    assert text_of(around(PARSED, span_of("The harbour was built in 1862."))) == SECOND_PAGE.strip()


def test_a_quote_over_a_page_break_is_shown_whole() -> None:
    excerpt = around(PARSED, span_of("Nets dry on the quay.\nThe harbour was built in 1862."))
    assert cited_in(excerpt) == ["Nets dry on the quay.\nThe harbour was built in 1862."]


def test_a_page_shows_only_the_part_of_a_quote_that_lies_on_it() -> None:
    quote = span_of("Nets dry on the quay.\nThe harbour was built in 1862.")
    assert cited_in(whole_page(PARSED, 2, [quote])) == ["The harbour was built in 1862."]
    assert text_of(whole_page(PARSED, 2, [quote])) == SECOND_PAGE


def test_there_is_no_page_past_the_last() -> None:
    assert page_span(PARSED, 2) == (len(FIRST_PAGE), len(PARSED.text))
    with pytest.raises(IndexError):
        page_span(PARSED, 3)


def test_hostile_text_is_marked_but_not_obeyed() -> None:
    shown = excerpt_html(
        Excerpt((Piece("<script>a()</script>", cited=True), Piece("<img src=x>", cited=False)))
    )
    assert "&lt;script&gt;a()&lt;/script&gt;" in shown
    assert "<mark>" in shown
    assert "<script" not in shown
    assert "<img" not in shown


def test_quotes_that_overlap_or_touch_are_marked_once() -> None:
    shown = whole_page(ParsedText("abcdef"), 1, [(1, 3), (2, 5), (5, 5)])
    assert [(piece.text, piece.cited) for piece in shown.pieces] == [
        ("a", False),
        ("bc", True),
        ("de", True),
        ("f", False),
    ]


@given(
    st.text(alphabet="ab. \n", min_size=1, max_size=200),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)).map(sorted).map(tuple), max_size=4),
)
def test_a_page_is_never_altered_and_exactly_the_spans_are_marked(
    text: str, spans: list[tuple[int, int]]
) -> None:
    shown = whole_page(ParsedText(text), 1, spans)
    assert text_of(shown) == text
    marked = {at for start, end in spans for at in range(start, min(end, len(text)))}
    at = 0
    for piece in shown.pieces:
        assert piece.text
        assert all((place in marked) == piece.cited for place in range(at, at + len(piece.text)))
        at += len(piece.text)


@given(st.text(alphabet="ab. \n", min_size=1, max_size=300), st.data())
def test_an_excerpt_is_a_stretch_of_the_text_that_holds_the_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    excerpt = around(ParsedText(text), (start, end), neighbours=data.draw(st.integers(0, 50)))
    assert cited_in(excerpt) == [text[start:end]]
    assert text_of(excerpt) in text
