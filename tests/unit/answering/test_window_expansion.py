"""Hits with their surroundings: still spans of their documents, never a cut sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragapp.answering.passages import SpanOf, expanded, number_hits
from ragapp.answering.prompt import build_prompt
from ragapp.errors import NotFoundError
from ragapp.types import Hit
from tests.unit.answering.hits import hit

TEXT = (
    "Before it all. The sea is salt. The moon raises the tides. Ships wait. Nothing else happened. The end."
)
MOON = "The moon raises the tides."


def reading(text: str) -> SpanOf:
    return lambda document_id, version, start, end: text[start:end]


def at(text: str, start: int, end: int) -> Hit:
    return replace(hit(text[start:end]), start=start, end=end)


MOON_HIT = at(TEXT, TEXT.index(MOON), TEXT.index(MOON) + len(MOON))


def test_whole_sentences_within_reach_are_added() -> None:
    wide = expanded(MOON_HIT, reading(TEXT), 24)
    assert wide.text == "The sea is salt. The moon raises the tides. Ships wait."
    assert TEXT[wide.start : wide.end] == wide.text


def test_a_reach_of_nothing_changes_nothing() -> None:
    assert expanded(MOON_HIT, reading(TEXT), 0) is MOON_HIT


def test_a_hit_whose_document_is_gone_stays_as_it_is() -> None:
    def gone(document_id: str, version: int, start: int, end: int) -> str:
        raise NotFoundError("It is gone. Ask again.")

    assert expanded(MOON_HIT, gone, 20) is MOON_HIT


@given(st.text(alphabet="ab .\n", max_size=120), st.integers(0, 120), st.integers(0, 120), st.integers(0, 60))
def test_a_wide_hit_is_a_span_around_the_hit(text: str, one: int, other: int, reach: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    wide = expanded(at(text, start, end), reading(text), reach)
    assert start - reach <= wide.start <= start <= end <= wide.end <= end + reach
    assert wide.text == text[wide.start : wide.end]


@pytest.mark.parametrize("reach", [0, 20, 200])
def test_neighbouring_hits_tell_no_sentence_twice(reach: int) -> None:
    cut = TEXT.index("Ships")
    hits = [expanded(one, reading(TEXT), reach) for one in (MOON_HIT, at(TEXT, cut, len(TEXT)))]
    hits = [replace(one, document_id="same") for one in hits]
    prompt = build_prompt("What raises the tides that ships wait for?", number_hits(hits), 4000)
    assert prompt.text.count(MOON) == 1
    assert prompt.text.count("Ships wait.") == 1
