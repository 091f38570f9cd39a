"""What the first lines of documents say of their authors and dates."""

from __future__ import annotations

import pytest

from ragapp.answering.front_matter import author_spans, date_span

BODY = "\n\nThe harbour was dug in 1931 and widened on 3 May 1954.\nIt has two locks."


@pytest.mark.parametrize(
    ("beginning", "authors", "date"),
    [
        ("Ships and tides\nBy Ada Moreno, June 3, 2021", ["Ada Moreno"], "June 3, 2021"),
        ("Ships\n\nby Ada Moreno and Li Wei | 12 March 2020", ["Ada Moreno and Li Wei"], "12 March 2020"),
        ("**Author:** Ada Moreno\n**Date:** 2021-06-03", ["Ada Moreno"], "2021-06-03"),
        ("Minutes of the board\nMinutes taken by: Ada Moreno\n14.03.2022", ["Ada Moreno"], "14.03.2022"),
        (
            "Network Group          A. Moreno\nMemo: 12          L. Wei, Ed.\n          July 1992",
            ["A. Moreno", "L. Wei"],
            "July 1992",
        ),
        ("Published on Sept. 4, 2019 by the port", [], "Sept. 4, 2019"),
        ("Contents\nAuthors' Addresses ....................... 9", [], None),
        ("By the end of June the harbour was dry.", [], None),
        ("Ada Moreno joined on 3 December 2023", [], None),
    ],
)  # fmt: skip
def test_first_lines(beginning: str, authors: list[str], date: str | None) -> None:
    text = beginning + BODY
    assert [text[slice(*span)] for span in author_spans(text)] == authors
    span = date_span(text)
    assert (text[slice(*span)] if span else None) == date
