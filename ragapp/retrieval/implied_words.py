"""The names of quantities that questions imply: "the cheapest product" is one for a price."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_IMPLYING: Final = re.compile(
    r"\b(?:most expensive|least expensive|cheapest|dearest|costs? (?:more|less|over|under|above|below)"
    r"|(?:highest|lowest|best|worst)[- ]paid|earns? (?:more|less|over|under|above|below)|heaviest|lightest"
    r"|tallest|longest|shortest|fastest|slowest|out of stock|sold out)\b",
    re.IGNORECASE,
)
_QUANTITIES: Final[Mapping[str, str]] = {
    "expensive": "price",
    "cheapest": "price",
    "dearest": "price",
    "cost": "price",
    "costs": "price",
    "paid": "salary",
    "earn": "salary",
    "earns": "salary",
    "heaviest": "weight",
    "lightest": "weight",
    "tallest": "height",
    "longest": "length",
    "shortest": "length",
    "fastest": "speed",
    "slowest": "speed",
    "stock": "stock",
    "sold": "stock",
}
_WORD: Final = re.compile(r"[a-z]+")


def with_implied_words(question: str) -> str:
    """The question followed by the name of the quantity that it implies, for the search by words."""
    found = _IMPLYING.search(question)
    if found is None:
        return question
    words = _WORD.findall(found.group().lower())
    implied = next((_QUANTITIES[word] for word in words if word in _QUANTITIES), None)
    return question if implied is None or implied in question.lower() else f"{question} {implied}"
