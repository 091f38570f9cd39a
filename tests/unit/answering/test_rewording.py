"""Questions are said in the words of what may answer them."""

from __future__ import annotations

import pytest

from ragapp.answering.reading.question import understand
from ragapp.answering.reading.rewording import in_words_of


@pytest.mark.parametrize(
    ("question", "text", "reworded"),
    [
        (
            "how much goes to outside consultants",
            "Budget: External consultants: EUR 160,000",
            "how much goes to external consultants",
        ),
        ("how is a transfer finished", "A short packet ends the transfer.", "how is a transfer ends"),
        ("when do the holidays begin", "The vacation starts in June.", "when do the vacation starts"),
    ],
)
def test_a_synonym_of_the_text_replaces_a_word_that_it_lacks(question: str, text: str, reworded: str) -> None:
    assert in_words_of(understand(question), text) == reworded


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("how much goes to marketing", "Budget: External consultants: EUR 160,000"),
        ("What did Sally Boss buy?", "The chief of the harbour sold a boat."),
        ("is the inside open", "The exterior is closed."),
        ("what does error E0417 mean", "Code E0472 means that the motor is too hot."),
    ],
)
def test_other_things_names_opposites_and_codes_stay(question: str, text: str) -> None:
    said = in_words_of(understand(question), text)
    assert said is None or all(
        word not in said for word in ("external", "chief", "closed", "exterior", "E0472")
    )


def test_words_that_the_text_has_stay() -> None:
    assert (
        in_words_of(understand("who is the boss of the harbour"), "The boss of the harbour is the chief.")
        is None
    )
