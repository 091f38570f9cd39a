"""The text of a page is shown completely and escaped, with exactly the cited spans highlighted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragapp.types import DocumentPage
from ui.excerpts import Piece, page_pieces, pieces_html

OFFSET = 1000


def page_of(text: str) -> DocumentPage:
    return DocumentPage("d1", "a.txt", 1, "0" * 64, 2, 3, OFFSET, OFFSET + len(text), text)


def test_only_the_part_of_a_quote_on_the_page_is_highlighted() -> None:
    page = page_of("The harbour was built in 1862. It has two piers.")
    before, harbour = (OFFSET - 40, OFFSET + 30), (OFFSET + 31, OFFSET + 500)
    assert [piece.text for piece in page_pieces(page, [before]) if piece.cited] == [
        "The harbour was built in 1862."
    ]
    assert [piece.text for piece in page_pieces(page, [harbour]) if piece.cited] == ["It has two piers."]
    assert page_pieces(page, [(0, OFFSET)]) == (Piece(page.text, cited=False),)


def test_quotes_that_overlap_or_touch_are_marked_once() -> None:
    spans = [(OFFSET + start, OFFSET + end) for start, end in ((1, 3), (2, 5), (5, 5))]
    assert page_pieces(page_of("abcdef"), spans) == (
        Piece("a", cited=False),
        Piece("bc", cited=True),
        Piece("de", cited=True),
        Piece("f", cited=False),
    )


def test_hostile_text_is_highlighted_but_escaped() -> None:
    shown = pieces_html((Piece("<script>a()</script>", cited=True), Piece("<img src=x>", cited=False)))
    assert "&lt;script&gt;a()&lt;/script&gt;" in shown
    assert "<mark>" in shown
    assert "<script" not in shown
    assert "<img" not in shown


@given(
    st.text(alphabet="ab. \n", min_size=1, max_size=200),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)).map(sorted).map(tuple), max_size=4),
)
def test_a_page_is_never_altered_and_exactly_the_spans_are_marked(
    text: str, spans: list[tuple[int, int]]
) -> None:
    shown = page_pieces(page_of(text), [(OFFSET + start, OFFSET + end) for start, end in spans])
    assert "".join(piece.text for piece in shown) == text
    marked = {at for start, end in spans for at in range(start, min(end, len(text)))}
    at = 0
    for piece in shown:
        assert piece.text
        assert all((place in marked) == piece.cited for place in range(at, at + len(piece.text)))
        at += len(piece.text)
