"""The reading pipeline, with the reader that comes with the package: right, whole and to the point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from ragapp.answering.extractive import Extract
from ragapp.answering.passages import Passage
from ragapp.answering.reading.decision import missing_name
from ragapp.answering.reading.documents import SourceDocuments
from ragapp.answering.reading.pipeline import ReadingPipeline
from ragapp.answering.reading.question import understand
from ragapp.answering.reading.shown import plain
from ragapp.answering.reading.summary import summary
from ragapp.models.reader import OnnxReader
from ragapp.types import Chunk, Heading, ParsedText
from tests.unit.answering.hits import OFFSET, hit

MANUAL = (
    "Error code F210 means that the door is open. Error code F211 means that the drain is blocked. "
    "Error code F120 means that the water is too cold."
)
PARTS = (
    "The washer with part number WM-2210-A spins at 1200 turns a minute. "
    "The washer with part number WM-2210-C spins at 1400 turns a minute."
)
STAFF = (
    "Greta Holm leads the workshop in Bergen. Pavel Novak leads the workshop in Brno. "
    "Ines Prado was promoted on 4 April 2022."
)
PRICES = """Item | Category | Price (EUR)
Drum seal | Seals | 18.50
Door seal | Seals | 24.00
Pump | Motors | 61.00
"""
CLEANING = "To clean the filter:\n\n1. Switch the washer off.\n2. Open the flap.\n3. Rinse the filter.\n"
TERMS = (
    "A drain valve is a tap through which water leaves the washer. "
    "An inlet valve is a tap through which water enters the washer."
)


@cache
def reader() -> OnnxReader:
    return OnnxReader(threads=1)


def answer(question: str, *texts: str) -> Extract:
    """From documents of one chunk each."""
    passages = [
        Passage(number, replace(hit(text, number), title="Washer manual and staff"))
        for number, text in enumerate(texts, 1)
    ]

    def chunks_of(document_id: str, version: int) -> Sequence[Chunk]:
        one = next(one for one in passages if one.hit.document_id == document_id)
        return [Chunk(OFFSET, one.hit.end, one.hit.text, 1)]

    def text_of(document_id: str, version: int) -> ParsedText:
        return ParsedText("")

    return ReadingPipeline(reader, lambda: None, SourceDocuments(chunks_of, text_of)).extract(
        question, question, passages
    )


def texts(extract: Extract) -> list[str]:
    return [statement.text for statement in extract.statements]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("What does error code F211 mean?", "Error code F211 means that the drain is blocked."),
        ("What does error code F120 mean?", "Error code F120 means that the water is too cold."),
        ("How fast does the WM-2210-C spin?", "The washer with part number WM-2210-C spins at 1400"),
        ("Who leads the workshop in Brno?", "Pavel Novak leads the workshop in Brno."),
        ("When was Ines Prado promoted?", "Ines Prado was promoted on 4 April 2022."),
        ("What is the price of the door seal?", "Door seal — Price (EUR): 24.00"),
    ],
)
def test_the_right_one_of_several_like_it_is_answered_alone(question: str, begins: str) -> None:
    first, *others = texts(answer(question, MANUAL, PARTS, STAFF, PRICES))
    assert first.startswith(begins)
    assert not others


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What does error code F999 mean?", "F999"),
        ("How fast does the WM-2210-B spin?", "WM-2210-B"),
        ("Who leads the workshop in Oslo?", "Oslo"),
        ("When did Ines Prado resign?", None),
        ("How many washers were sold in 2021?", "2021"),
        ("What is the warranty of the drum seal?", None),
    ],
)
def test_what_is_almost_there_is_refused_and_what_is_missing_is_named(
    question: str, missing: str | None
) -> None:
    extract = answer(question, MANUAL, PARTS, STAFF, PRICES)
    assert texts(extract) == []
    assert extract.missing == missing
    assert extract.nearest


def test_a_yes_or_no_is_said_first() -> None:
    (statement,) = answer("Is the door open at error code F210?", MANUAL).statements
    assert statement.text == "Yes: Error code F210 means that the door is open."
    assert statement.highlight == (0, 3)


def test_the_words_that_answer_are_highlighted() -> None:
    (statement,) = answer("Who leads the workshop in Bergen?", STAFF).statements
    assert statement.highlight is not None
    assert statement.text[slice(*statement.highlight)] == "Greta Holm"
    assert statement.answers is not None
    assert statement.answers > 0.5


def test_all_rows_are_listed_with_their_number() -> None:
    first, *rows = texts(answer("Which items are in the category Seals?", PRICES))
    assert first == "Seals (2): Drum seal; Door seal"
    assert len(rows) == 2


def test_a_surname_is_enough() -> None:
    question = understand("What did Graham Twigg propose?")
    assert missing_name(question, "twigg suggested that the cause was anthrax") is None
    assert missing_name(question, "graham suggested that the cause was anthrax") == "Twigg"


def test_one_row_is_no_average() -> None:
    assert texts(answer("What is the average price of the seals?", PRICES)) == []


def test_a_short_list_is_told_in_one_sentence() -> None:
    modes = "There are two modes of transfer:\n\n- octet\n- mail\n"
    (statement,) = answer("Which modes of transfer are there?", modes).statements
    assert statement.text == "There are two modes of transfer: octet; mail."
    assert [one.quote.strip("- \n") for one in statement.evidence][1:] == ["octet", "mail"]


def test_instructions_come_whole_and_in_order() -> None:
    shown = texts(answer("How do I clean the filter?", CLEANING, MANUAL))
    assert shown[-3:] == ["Switch the washer off.", "Open the flap.", "Rinse the filter."]


def test_instructions_in_prose_come_with_the_sentences_that_go_on() -> None:
    text = (
        "The washer has two drums. To drain it by hand, type the code 77 on the panel. "
        "You then turn the valve to the left. When the water is out, close the valve again. "
        "The panel was designed in Bergen."
    )
    assert texts(answer("how do i drain the washer by hand", text)) == [
        "To drain it by hand, type the code 77 on the panel.",
        "You then turn the valve to the left.",
        "When the water is out, close the valve again.",
    ]


def test_a_misspelt_question_word_is_mended() -> None:
    text = "The washer was built in Bergen. It weighs 60 kilograms."
    assert texts(answer("wehre was the washer built", text))[:1] == ["The washer was built in Bergen."]


def test_a_line_without_a_colon_introduces_a_list() -> None:
    text = (
        "A washer that is sold second-hand has to be\n\n"
        "- clean: no dirt may be in the drum, the drawer or the filter when it is handed over.\n"
        "- complete: the manual, the hoses and the transport bolts are handed over with it.\n"
        "- checked: a dated label shows who checked the cable, and when.\n"
    )
    lines = texts(answer("what does a second-hand washer have to be", text))
    assert lines[0] == "A washer that is sold second-hand has to be"
    assert [line.partition(":")[0] for line in lines[1:]] == ["clean", "complete", "checked"]


def test_a_question_is_read_in_the_words_of_the_text() -> None:
    text = "Budget of the repairs:\n\n- External consultants: EUR 160,000\n- Spare parts: EUR 80,000\n"
    (headline,) = texts(answer("how much goes to outside consultants", text))
    assert "EUR 160,000" in headline
    assert not answer("how much of the money goes to advertising", text).statements


def test_what_comes_closest_shares_something_with_the_question() -> None:
    refusal = answer("how many planets does the star have", STAFF)
    assert not refusal.statements
    assert not refusal.nearest


def test_a_difference_in_one_respect_is_told_for_both_sides() -> None:
    text = (
        "Employees can return a washer up to 48 days after the sale. "
        "Contractors can return a washer up to 72 days after the sale."
    )
    assert texts(answer("how do employees and contractors differ when they return a washer?", text)) == [
        "Employees can return a washer up to 48 days after the sale.",
        "Contractors can return a washer up to 72 days after the sale.",
    ]


def test_two_things_are_set_side_by_side() -> None:
    shown = texts(answer("difference between a drain valve and an inlet valve", TERMS))
    assert [text.split(" is ")[0] for text in shown] == ["A drain valve", "An inlet valve"]


def test_two_questions_in_one_get_an_answer_each() -> None:
    shown = texts(answer("Who leads the workshop in Bergen and who leads the workshop in Brno?", STAFF))
    assert [text.split(" leads")[0] for text in shown] == ["Greta Holm", "Pavel Novak"]


def test_misspelt_words_are_read_as_the_documents_spell_them() -> None:
    assert texts(answer("what is the price of the drumm seal?", PRICES))[0].startswith("Drum seal — Price")


def test_a_summary_goes_through_the_sections() -> None:
    sections = {
        "1. Safety": "Never open the door while the drum turns. Keep children away from the machine.",
        "2. Cleaning": "The filter is rinsed once a month under running water. The drum needs no care.",
        "References": "See the norm EN 60335 for all of the further requirements on such machines.",
    }
    chunks, at = [], OFFSET
    for heading, text in sections.items():
        chunks.append(Chunk(at, at + len(text), text, 1, heading))
        at += len(text)
    documents = SourceDocuments(
        lambda document_id, version: chunks, lambda document_id, version: ParsedText("")
    )
    shown = summary(documents, Passage(1, hit(chunks[1].text)))
    assert [one.text.split()[0] for one in shown] == ["Never", "The"]
    assert all(len(one.evidence) == 1 for one in shown)


def test_numbered_headings_are_steps() -> None:
    titles = ["1. Eat breakfast", "2. Drink water", "3. Sleep well"]
    text, headings, chunks = "", [], []
    for title in titles:
        headings.append(Heading(1, len(text), len(text) + len(title)))
        body = f"\nThis helps to stop a headache, as {title[3:].lower()} does every day.\n"
        start = len(text) + len(title) + 1
        text += title + body
        chunks.append(Chunk(start, len(text), text[start:], 1, title))
    first = chunks[0]
    found = hit(first.text, heading=titles[0])
    passage = Passage(1, replace(found, start=first.start, end=first.end, title="Three tips for mornings"))
    documents = SourceDocuments(lambda *_: chunks, lambda *_: ParsedText(text, headings=tuple(headings)))
    pipeline = ReadingPipeline(reader, lambda: None, documents)
    question = "How do I stop a headache?"
    shown = pipeline.extract(question, question, [passage]).statements
    assert [one.text for one in shown] == titles
    for one in shown:
        (evidence,) = one.evidence
        assert text[evidence.passage.hit.start + evidence.start :].startswith(one.text)


@pytest.mark.parametrize(
    "text",
    [
        r"See !\[x\]\(http://evil.example/a\) now.",
        "See **[x]**(http://evil.example) now.",
        "See `![x]`(//evil.example/p) now.",
        r"See \<img src=x onerror=1\> now.",
    ],
)
def test_no_markup_comes_from_taking_marks_away(text: str) -> None:
    shown = plain(text)
    assert "](" not in shown
    assert "<img" not in shown
    assert "://" not in shown


def test_a_heading_that_is_a_step_is_made_safe() -> None:
    titles = ["1. Eat ![x](http://evil.example/a.png)", "2. Drink", "3. Sleep"]
    text, headings, chunks = "", [], []
    for title in titles:
        headings.append(Heading(1, len(text), len(text) + len(title)))
        body = "\nThis helps to stop a headache every day.\n"
        chunks.append(
            Chunk(len(text) + len(title) + 1, len(text) + len(title) + len(body), body[1:], 1, title)
        )
        text += title + body
    first = chunks[1]
    found = hit(first.text, heading=titles[1])
    passage = Passage(1, replace(found, start=first.start, end=first.end, title="Three tips for mornings"))
    documents = SourceDocuments(lambda *_: chunks, lambda *_: ParsedText(text, headings=tuple(headings)))
    question = "How do I stop a headache?"
    shown = ReadingPipeline(reader, lambda: None, documents).extract(question, question, [passage]).statements
    assert [one.text for one in shown] == ["1. Eat", "2. Drink", "3. Sleep"]
