"""Sentences, items and rows of passages as candidates for an answer, each an exact span."""

from __future__ import annotations

from dataclasses import replace

from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import Candidate, candidates_in, document_title
from ragapp.answering.terms import fold
from tests.unit.answering.hits import hit


def found(text: str, heading: str | None = None, title: str | None = None) -> list[Candidate]:
    return candidates_in([Passage(1, replace(hit(text, heading=heading), title=title))])


TABLE = "Part | Price (EUR) | Stock\nGasket | 4.50 | 12\nValve | 19.90 | 3\n"
LIST = "Before you start you need:\n\n- a screwdriver\n- two gaskets\n\nThen close the tap."


def test_a_row_is_read_with_the_headers_of_its_table() -> None:
    gasket, valve = found(TABLE, title="Spare part prices")
    assert gasket.kind == "row"
    assert gasket.body == "Part: Gasket; Price (EUR): 4.50; Stock: 12"
    assert valve.reading_text == "Spare part prices: Part: Valve; Price (EUR): 19.90; Stock: 3"


def test_a_table_that_is_continued_takes_its_headers_from_the_heading() -> None:
    (row,) = found("Valve | 19.90 | 3\n", heading="Prices > Part | Price (EUR) | Stock")
    assert row.body == "Part: Valve; Price (EUR): 19.90; Stock: 3"
    assert row.label.endswith("› Prices")


def test_a_row_with_fewer_headers_is_aligned_at_its_end() -> None:
    (row,) = found("Food | Calories\nBerries | Blueberry | 150\n")
    assert row.cells == (("", "Berries"), ("Food", "Blueberry"), ("Calories", "150"))


def test_an_item_is_read_after_what_introduces_it_and_the_list_as_a_whole() -> None:
    whole, screwdriver, gaskets, sentence = found(LIST)
    assert whole.kind == "list"
    assert whole.text.startswith("Before you start you need: - a screwdriver")
    assert [screwdriver.body, gaskets.text] == ["Before you start you need: a screwdriver", "two gaskets"]
    assert sentence.text == "Then close the tap."


def test_lines_below_an_introduction_are_a_list_without_marks() -> None:
    candidates = found(
        "The following blocks are private:\n\n10.0.0.0 - 10.255.255.255\n172.16.0.0 - 172.31.255.255\n"
    )
    assert [one.kind for one in candidates] == ["list", "item", "item"]


def test_months_do_not_join_sentences() -> None:
    texts = [one.text for one in found("Ada lent Ben 500 euros in May. Ben lent Ada 200 euros in June.")]
    assert texts == ["Ada lent Ben 500 euros in May.", "Ben lent Ada 200 euros in June."]


def test_a_sentence_that_points_back_knows_what_it_points_at() -> None:
    _, second = found("The tower was built in 1862. It stands on the pier.")
    assert second.before is not None
    assert second.before.text == "The tower was built in 1862."


def test_every_candidate_is_an_exact_span() -> None:
    for text in (TABLE, LIST, "Titles Are None\n\nA sentence\nover two lines. Another one."):
        for one in found(text):
            assert fold(text[one.start : one.end]).endswith(one.text)


def test_titles_and_headers_are_no_candidates() -> None:
    assert found("Annual Report\n\nBalance Sheet\n") == []


def test_documents_are_called_by_their_title_or_their_file_name_in_words() -> None:
    assert document_title("lease_agreement-2023.docx", None) == "lease agreement 2023"
    assert document_title("x.pdf", "Office lease agreement") == "Office lease agreement"
    assert document_title("annual_report.pdf", "Microsoft Word - Document1") == "annual report"
    assert document_title("annual_report.pdf", "0000066740-23") == "annual report"


def test_a_numbered_paragraph_is_read_with_the_topic_it_opens_with() -> None:
    start, extended, after = found(
        "2. Term. The lease starts on 1 May. It runs for two years.\n\nThe parties sign twice."
    )
    assert start.reading_text.endswith("Term: The lease starts on 1 May.")
    assert extended.topic == "Term"
    assert after.topic == ""


def test_a_table_of_contents_answers_nothing() -> None:
    assert found("1. Scope ........... 2\n2. Reserved names ........... 3\n") == []


def test_lines_without_marks_are_a_list_where_a_sentence_announces_them() -> None:
    whole, *items = found("The names listed below are reserved.\n\n    .north\n    .south\n    .west\n")
    assert whole.kind == "list"
    assert [one.text for one in items] == [".north", ".south", ".west"]
