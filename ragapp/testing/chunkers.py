"""The contract of chunkers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ragapp.protocols import Chunker, TokenSpans
from ragapp.types import Heading, ParsedText, Table

LINES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80),
        st.sampled_from(["", "\f", "One. Two! Three?", "a " * 60, "b" * 300, "word. " * 30]),
    ),
    max_size=30,
)


def words(text: str) -> NDArray[np.int64]:
    """A tokenizer that takes each word and each other visible character as a token."""
    return np.array([m.span() for m in re.finditer(r"\w+|[^\w\s]", text)], np.int64).reshape(-1, 2)


def letters(text: str) -> NDArray[np.int64]:
    """A tokenizer of single characters, each given twice, as those that work on bytes do."""
    return np.array([(i, i + 1) for i in range(len(text)) for _ in range(2)], np.int64).reshape(-1, 2)


@st.composite
def parsed_texts(draw: st.DrawFn) -> ParsedText:
    lines = draw(LINES)
    text = "\n".join(lines)
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    headings = [
        Heading(draw(st.integers(1, 4)), int(start), int(start) + len(line))
        for line, start in zip(lines, starts, strict=False)
        if line.strip() and draw(st.booleans())
    ]
    edges = [int(start) for start in starts]
    tables = [
        Table(first, last, head)
        for first, last in zip(edges, edges[2:], strict=False)
        if (head := draw(st.sampled_from(["", "", "Year | Sales", "long " * 40])))
    ]
    boilerplate = tuple(
        (start, start + len(line))
        for line, start in zip(lines, edges, strict=False)
        if line.strip() and draw(st.integers(0, 9)) == 0
    )
    return ParsedText(text, headings=tuple(headings), tables=tuple(tables[::2]), boilerplate=boilerplate)


_EACH = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    deadline=None,
)


class ChunkerContract:
    """What every Chunker must do. Subclasses override the fixture `chunker`."""

    @pytest.fixture
    def chunker(self) -> Chunker:
        raise NotImplementedError("Override the fixture `chunker`: it returns your chunker.")

    @_EACH
    @given(parsed_texts(), st.integers(16, 60), st.sampled_from([words, letters]))
    def test_chunks_are_exact_ascend_and_fit(
        self, chunker: Chunker, parsed: ParsedText, limit: int, tokenizer: TokenSpans
    ) -> None:
        previous = 0
        for c in chunker(parsed, tokenizer, limit):
            assert previous <= c.start < c.end
            assert c.text == parsed.text[c.start : c.end] == c.text.strip()
            assert c.page == parsed.page_at(c.start)
            assert len(words(c.embedding_text)) <= limit
            previous = c.end

    @_EACH
    @given(parsed_texts(), st.integers(16, 60), st.sampled_from([words, letters]))
    def test_every_visible_character_is_in_a_chunk_or_in_a_heading(
        self, chunker: Chunker, parsed: ParsedText, limit: int, tokenizer: TokenSpans
    ) -> None:
        rest = list(parsed.text)
        for c in chunker(parsed, tokenizer, limit):
            rest[c.start : c.end] = " " * (c.end - c.start)
        for start, end in (*((h.start, h.end) for h in parsed.headings), *parsed.boilerplate):
            rest[start:end] = " " * (end - start)
        assert not re.search(r"\w", "".join(rest))
