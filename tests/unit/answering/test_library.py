"""Questions about the library are answered from the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ragapp.answering.library import FROM_BEGINNING, FROM_FIRST_LINES, FROM_PROPERTIES, LibraryAnswers, hit_of
from ragapp.types import Chunk, Document, Hit


def document(number: int, name: str, pages: int, **metadata: str) -> Document:
    return Document(
        id=f"d{number}",
        collection="default",
        name=name,
        source=name,
        version=1,
        live_version=1,
        status="ready",
        error=None,
        sha256="",
        size=1,
        media_type="",
        pages=pages,
        chunks=1,
        embedded=1,
        accepted_at=datetime(2026, 3, 4, tzinfo=UTC),
        metadata=metadata,
    )


DOCUMENTS = [
    document(1, "rfc1178.txt", 8),
    document(2, "rfc1350.txt", 11),
    document(3, "lease_agreement.docx", 2, title="Office lease agreement", author="Claudia Brandt"),
]


def beginning(one: Document) -> Hit:
    return hit_of(one, 1, Chunk(0, 20, "D. Libes\nAugust 1990", 1))


def named_in(text: str, collection: str) -> list[Document]:
    words = text.lower().replace(" ", "")
    return [one for one in DOCUMENTS if one.name.partition(".")[0].replace("_", "") in words]


def found_by(words: str, collection: str) -> list[Hit]:
    texts = [
        "Copper is sold by the kilo. Ferrotec supplies it.",
        "Ferrotec was asked twice.",
        "Nothing of it.",
    ]
    return [hit_of(one, 1, Chunk(0, len(text), text, 1)) for one, text in zip(DOCUMENTS, texts, strict=True)]


def by_id(document_id: str) -> Document:
    return next(one for one in DOCUMENTS if one.id == document_id)


LIBRARY = LibraryAnswers(lambda collection: DOCUMENTS, by_id, named_in, beginning, found_by)


def answered(question: str) -> list[str]:
    found = LIBRARY.answer(question, "default")
    return [one.text for one in found.statements] if found else []


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many RFCs are in the library?", "There are 2 RFCs in this collection."),
        ("How many documents do you have?", "There are 3 documents in this collection."),
        (
            "Who is the author of the lease agreement file?",
            "The author of Office lease agreement is Claudia Brandt.",
        ),
        ("How many pages does the lease agreement have?", "Office lease agreement has 2 pages."),
        ("When was the lease agreement uploaded?", "Office lease agreement was added on 04 March 2026."),
    ],
)
def test_what_the_database_knows(question: str, answer: str) -> None:
    assert answered(question) == [answer]


def test_documents_on_a_subject_are_listed_and_cited() -> None:
    found = LIBRARY.answer("Which documents do you have about the lease?", "default")
    assert found is not None
    count, listed = found.statements
    assert count.text == "1 document."
    assert "lease_agreement.docx" in listed.text
    assert listed.evidence[0].passage.hit.document_id == "d3"


def test_a_property_is_no_claim_that_the_text_supports() -> None:
    found = LIBRARY.answer("Who is the author of the lease agreement?", "default")
    assert found is not None
    assert found.notice == FROM_PROPERTIES
    assert [one.verdict for one in found.statements] == ["no_claim"]


def test_the_lines_at_the_top_stand_for_an_author_that_no_property_names() -> None:
    found = LIBRARY.answer("Who wrote RFC1178?", "default")
    assert found is not None
    assert found.notice == FROM_BEGINNING
    (quote,) = found.statements
    assert (quote.text, quote.verdict) == ("D. Libes August 1990", "supported")


def test_other_questions_do_not_list_the_documents() -> None:
    """Most questions with "how many" are about what documents say; a library may have a million of them."""

    def never(collection: str) -> list[Document]:
        raise AssertionError(collection)

    def none(text: str, collection: str) -> list[Any]:
        return []

    library = LibraryAnswers(never, by_id, none, beginning, none)
    for question in ("How many pumps are there?", "Who wrote the song?", "How long is the pier?"):
        assert library.answer(question, "default") is None


@pytest.mark.parametrize(
    "question",
    [
        "How many pumps are there?",
        "Who wrote the song?",
        "What documents must a tenant bring?",
        "How long is the pier?",
        "When was the tower built?",
    ],
)
def test_questions_for_what_documents_say_are_left_to_the_search(question: str) -> None:
    assert answered(question) == []


def test_documents_that_mention_words_are_listed_with_the_sentence() -> None:
    assert answered("Which documents mention Ferrotec?") == [
        "2 documents mention Ferrotec: rfc1178.txt, rfc1350.txt.",
        "rfc1178: Ferrotec supplies it.",
        "rfc1350: Ferrotec was asked twice.",
    ]
    assert answered("Which documents mention Zylonite?") == []


LETTER = """Network Working Group                                          P. Ferro
Request for Comments: 9001                                     J. Arango
                                                             March 2021

                      Rules for Harbour Signals

Status of this Memo"""


def library_of(one: Document, text: str) -> LibraryAnswers:
    """Of one document, which no question names by its file name."""
    hit = hit_of(one, 1, Chunk(0, len(text), text, 1))
    return LibraryAnswers(
        lambda collection: [one],
        lambda document_id: one,
        lambda text, collection: [],
        lambda document: hit,
        lambda words, collection: [hit],
    )


@pytest.mark.parametrize(
    ("question", "answer", "cited"),
    [
        (
            "who wrote the rules for harbour signals",
            "The authors of 9001 are P. Ferro, J. Arango.",
            ["P. Ferro", "J. Arango"],
        ),
        ("When was the harbour signals memo published?", "9001 is dated March 2021.", ["March 2021"]),
    ],
)
def test_first_lines_name_the_authors_and_the_date(question: str, answer: str, cited: list[str]) -> None:
    found = library_of(document(9, "9001.txt", 1), LETTER).answer(question, "default")
    assert found is not None
    assert found.notice == FROM_FIRST_LINES
    (statement,) = found.statements
    assert (statement.text, statement.verdict) == (answer, "supported")
    assert [one.quote for one in statement.evidence] == cited


def test_a_document_that_does_not_begin_with_the_words_is_not_meant() -> None:
    library = library_of(document(9, "9001.txt", 1), LETTER)
    assert library.answer("Who wrote the rules for railway signals?", "default") is None


def test_a_program_is_no_author() -> None:
    one = document(9, "sheet.xlsx", 1, author="openpyxl")
    found = library_of(one, "Author: Ada Moreno\n\nBudget of the harbour").answer(
        "who wrote the budget of the harbour?", "default"
    )
    assert found is not None
    assert [statement.text for statement in found.statements] == ["The author of sheet is Ada Moreno."]


def test_slides_are_called_slides() -> None:
    slides = document(9, "kickoff.pptx", 4)
    library = LibraryAnswers(
        lambda collection: [slides], by_id, lambda text, collection: [slides], beginning, found_by
    )
    found = library.answer("how many slides are in the kickoff presentation", "default")
    assert found is not None
    assert [one.text for one in found.statements] == ["kickoff has 4 slides."]
