"""Yes and no are said where a sentence decides a question, and only there."""

from __future__ import annotations

import pytest

from ragapp.answering.reading.question import understand
from ragapp.answering.reading.yes_no import yes_or_no


def said(question: str, sentence: str) -> str | None:
    return yes_or_no(understand(question), sentence, frozenset())


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Is breakfast included?", "Breakfast is included in the price.", "Yes"),
        ("do employees get paid leave", "Employees receive 28 days of paid leave.", "Yes"),
        ("Is Titan bigger than Mercury?", "Titan is larger than the planet Mercury.", "Yes"),
        ("Is smoking allowed?", "Smoking is prohibited in all rooms.", "No"),
        ("Is the museum open on Mondays?", "The museum is closed on Mondays.", "No"),
        ("Does the lease include parking?", "The lease does not include parking spaces.", "No"),
        (
            "Are dogs allowed in the office?",
            "Dogs may be kept in the office as long as no other tenant objects.",
            "Yes, on a condition",
        ),
    ],
)
def test_a_sentence_decides(question: str, sentence: str, expected: str) -> None:
    assert said(question, sentence) == expected


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Is the warranty two years?", "The warranty is three years."),
        ("Is Mercury bigger than Titan?", "Titan is larger than the planet Mercury."),
        ("Does coffee cause headaches?", "Coffee may cause headaches."),
        ("Do doctors know the costs of care?", "Doctors have little knowledge of the costs of care."),
        ("Isn't parking included?", "Parking is included."),
        ("Is it red or green?", "It is red and not green."),
        ("Is the pump made of steel?", "The housing is made of steel."),
    ],
)
def test_what_a_sentence_leaves_open_is_left_open(question: str, sentence: str) -> None:
    assert said(question, sentence) is None
