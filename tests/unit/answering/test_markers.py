"""Parsing of citation markers in generated text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.answering.claims import read_claims


def claims(written: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(claim.text, claim.passages) for claim in read_claims(written)]


@pytest.mark.parametrize(
    "written",
    [
        "The sea rises [1][2]. Bread too [3].",
        "The sea rises. [1][2] Bread too. [3]",
        "The sea rises.[1, 2] Bread too.[3]",
        "The sea rises [1-2]. Bread too [3].",
        "The sea rises 【1】【2】. Bread too 【3†source】.",
        "The sea rises [Source 1] [source 2]. Bread too [Passage 3].",
        "The sea rises [^1][^2]. Bread too [^3].\n\n[^1]: tides.txt\n[^2]: moon.txt",
        "The sea rises [1](https://evil.example/1)[2]. Bread too [3](#c3).",
        "The sea rises from passage [1][2]. Bread too according to the passage [3].",
        "[1] [2] The sea rises. [3] Bread too.",
        "[1, 2] The sea rises.\n[3] Bread too.",
        "The sea rises.\n[1][2]\nBread too.\n[3]",
    ],
)
def test_every_common_form_is_read(written: str) -> None:
    assert claims(written) == [("The sea rises.", (1, 2)), ("Bread too.", (3,))]


def test_list_items_keep_their_lines_and_markers() -> None:
    found = read_claims("Two things:\n- [4] The sea rises.\n- Bread too [5].")
    assert [(claim.text, claim.passages, claim.new_line) for claim in found] == [
        ("Two things:", (), False),
        ("- The sea rises.", (4,), True),
        ("- Bread too.", (5,), True),
    ]


def test_a_sentence_without_a_marker_has_none() -> None:
    assert claims("The sea rises. Bread too [1].") == [("The sea rises.", ()), ("Bread too.", (1,))]


def test_an_empty_text_has_no_claims() -> None:
    assert claims("") == claims(" [1] ") == claims("...") == []


@given(st.lists(st.integers(1, 50), min_size=1, max_size=50))
def test_numbers_up_to_50_stay_with_their_sentences(numbers: list[int]) -> None:
    written = " ".join(f"Sentence about item {place} ends here [{n}]." for place, n in enumerate(numbers))
    assert [passages for _, passages in claims(written)] == [(n,) for n in numbers]


@given(st.text(alphabet="[]【】(){}-,;^†0123456789 ab.\n!", max_size=80))
def test_no_text_breaks_the_reader_and_no_marker_is_left_in_it(written: str) -> None:
    for text, passages in claims(written):
        assert "[1]" not in text
        assert len(set(passages)) == len(passages)
