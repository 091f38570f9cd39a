"""Entries of reading reports: places in words, one entry for what is the same, a bound."""

from __future__ import annotations

import pytest

from ragapp.text.builder import TextBuilder
from ragapp.types import MAX_GAPS, ReadingGap, bounded_gaps, page_gap


@pytest.mark.parametrize(
    ("pages", "where"),
    [
        ([3], "page 3"),
        ([2, 3, 4, 5], "pages 2 to 5"),
        ([9, 2, 4, 3, 2], "pages 2 to 4 and 9"),
        ([1, 3, 5], "pages 1, 3 and 5"),
    ],
)
def test_pages_are_named_in_runs(pages: list[int], where: str) -> None:
    gap = page_gap("picture", pages, "There is no OCR.")
    assert (gap.where, gap.page) == (where, min(pages))


def test_a_report_is_bounded_and_says_how_much_it_leaves_out() -> None:
    gaps = [ReadingGap("part", f"part {number}", "It is damaged.") for number in range(250)]
    kept = bounded_gaps([*gaps, *gaps])
    assert len(kept) == MAX_GAPS
    assert kept[:-1] == tuple(gaps[: MAX_GAPS - 1])
    assert kept[-1].where == "151 more places"


def test_gaps_of_an_inner_file_are_those_of_the_file_around_it() -> None:
    inner = TextBuilder()
    inner.paragraph("Inside.")
    inner.gap("picture", "slide 2", "There is no OCR.")
    outer = TextBuilder()
    outer.paragraph("Outside.")
    outer.page()
    outer.include(inner.build(), part="attachment talk.pptx")
    assert outer.build().gaps == (
        ReadingGap("picture", "slide 2 in attachment talk.pptx", "There is no OCR.", 2),
    )


def test_an_inner_file_without_text_still_reports_what_it_lacks() -> None:
    inner = TextBuilder()
    inner.gap("part", "chapter 1", "It is missing.")
    outer = TextBuilder()
    outer.paragraph("Outside.")
    outer.include(inner.build())
    assert [gap.where for gap in outer.build().gaps] == ["chapter 1"]
