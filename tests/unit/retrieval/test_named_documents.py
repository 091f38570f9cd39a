"""A query that names documents is searched in these first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ragapp.retrieval.named_documents import MOST_NAMED, NamedDocuments
from ragapp.text.names import abbreviated
from ragapp.types import Collection, DocumentLabel

NAMES = {
    "rfc1350.txt": None,
    "rfc7258.txt": "Pervasive Monitoring Is an Attack",
    "lease_agreement.docx": "Office lease agreement",
    "AMERICANEXPRESS_2022_10K.pdf": "American Express annual report",
    "JOHNSON_JOHNSON_2022_10K.pdf": None,
    "JOHNSON_JOHNSON_2023_8K.pdf": None,
    "headcount_budget_2025.xlsx": None,
}
LABELS = [DocumentLabel(n, f"d{n}", name, title) for n, (name, title) in enumerate(NAMES.items())]


def collection(revision: int = 1) -> Collection:
    return Collection(1, "default", "model", 3, revision, datetime.now(UTC))


def named(query: str) -> list[str]:
    found = NamedDocuments(lambda collection_id: LABELS).named_in(query, collection())
    return [one.name for one in found]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("summarize rfc 7258", ["rfc7258.txt"]),
        ("Who wrote RFC1350?", ["rfc1350.txt"]),
        ("Summarise the lease agreement", ["lease_agreement.docx"]),
        ("Is AMEX growing?", ["AMERICANEXPRESS_2022_10K.pdf"]),
        ("What did JnJ sell in 2023?", ["JOHNSON_JOHNSON_2023_8K.pdf"]),
        ("What is the budget?", []),
        ("What was Boeing's revenue in 2025?", []),
        ("What is a lease?", []),
        ("", []),
    ],
)
def test_names_titles_numbers_and_abbreviations_name_documents(query: str, names: list[str]) -> None:
    assert named(query) == names


def test_a_subject_of_many_documents_names_none() -> None:
    labels = [DocumentLabel(n, f"d{n}", f"Verizon {n}.pdf", None) for n in range(MOST_NAMED + 1)]
    assert NamedDocuments(lambda collection_id: labels).named_in("Verizon revenue", collection()) == []


def test_names_are_read_again_when_the_collection_changes() -> None:
    labels = LABELS[:1]
    names = NamedDocuments(lambda collection_id: labels)
    assert not names.named_in("summarize rfc 7258", collection())
    labels.append(LABELS[1])
    assert names.named_in("summarize rfc 7258", collection(2))


def test_abbreviations_are_of_several_words() -> None:
    assert abbreviated("CEO", ["the", "chief", "executive", "officer"]) == ["chief", "executive", "officer"]
    assert abbreviated("IMAP", ["internet", "mail"]) == []
    assert abbreviated("Amex", ["american", "express"]) == []
