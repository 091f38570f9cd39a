"""A question that implies a quantity is searched with its name."""

from __future__ import annotations

import pytest

from ragapp.retrieval.implied_words import with_implied_words


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Which is the most expensive product?", "Which is the most expensive product? price"),
        ("How many products cost more than 500?", "How many products cost more than 500? price"),
        ("Who is the highest-paid employee?", "Who is the highest-paid employee? salary"),
        (
            "What is the lowest price of the cheapest chair?",
            "What is the lowest price of the cheapest chair?",
        ),
        ("What does the report say about costs?", "What does the report say about costs?"),
    ],
)
def test_the_implied_quantity_is_added_once(question: str, searched: str) -> None:
    assert with_implied_words(question) == searched
