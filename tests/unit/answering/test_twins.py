"""Claims with the values of neighbouring sentences and rows, right and exchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ragapp.answering.attribution import attribute
from ragapp.answering.claims import Claim
from ragapp.answering.groundedness.check import groundedness
from ragapp.answering.passages import Passage, number_hits
from tests.unit.answering.hits import hit

TWINS = Path(__file__).parents[2] / "data" / "twins"
CASES = [
    (row["document"], row["claim"], row["verdict"])
    for name in ("claims.jsonl", "own.jsonl")
    for row in map(json.loads, (TWINS / name).read_text("utf-8").splitlines())
]


def text_of(document: str) -> str:
    return (TWINS / "docs" / document).read_text("utf-8")


def passages_of(documents: list[str]) -> dict[int, Passage]:
    hits = [hit(text_of(name), place, document=name) for place, name in enumerate(documents, 1)]
    return {passage.number: passage for passage in number_hits(hits)}


@pytest.mark.parametrize(("document", "claim", "verdict"), CASES)
def test_a_fact_is_supported_where_it_stands_and_a_neighbours_is_not(
    document: str, claim: str, verdict: str
) -> None:
    assert groundedness(claim, [text_of(document)]) == verdict


@pytest.mark.parametrize(("document", "claim", "verdict"), CASES)
def test_the_same_holds_for_an_answers_sentence(document: str, claim: str, verdict: str) -> None:
    statement = attribute(Claim(claim, (1,), new_line=False), passages_of([document]))
    assert statement.verdict == verdict
    assert bool(statement.evidence) == (verdict == "supported")


@pytest.mark.parametrize(("document", "claim", "verdict"), [case for case in CASES if case[2] != "supported"])
def test_other_documents_beside_it_lend_no_support(document: str, claim: str, verdict: str) -> None:
    others = sorted(path.name for path in (TWINS / "docs").iterdir() if path.name != document)
    assert (
        attribute(Claim(claim, (1,), new_line=False), passages_of([document, *others])).verdict != "supported"
    )


ROWS = "| Year | Pumps | Valves |\n| --- | --- | --- |\n| 2019 | 120 | 75 |\n| 2020 | 140 | 80 |\n"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("In 2019 the number of pumps was 120.", "supported"),
        ("In 2019 there were 75 valves.", "supported"),
        ("In 2019 there were 120 valves.", "unsupported"),
        ("In 2020 there were 120 pumps.", "unsupported"),
        ("In 2019 there were 80 valves.", "unsupported"),
    ],
)
def test_a_cell_is_read_with_its_row_and_its_column(claim: str, verdict: str) -> None:
    if verdict == "supported":
        assert groundedness(claim, [ROWS]) != "unsupported"
    else:
        assert groundedness(claim, [ROWS]) == verdict


def test_the_first_row_of_a_torn_table_is_not_its_head() -> None:
    torn = "| AX-200 | 5 MW | 1,200 EUR |\n| AX-210 | 5 MW | 1,450 EUR |\n| BX-200 | 7 MW | 1,900 EUR |\n"
    assert groundedness("The AX-210 costs 1,200 EUR.", [torn]) == "unsupported"
