"""The words by which questions and the labels of tables are compared."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from ragapp.answering.terms import stem, word_set, words

_STOP = word_set(
    """
    a about after all also am an and any are as at be because been being but by can could d did do does each
    for from had has have he her his how i if in into is it its let ll many may me much my of on or our re s
    she should so some such t than that the their them then there these they this those to up us ve was we
    were what when where which who whose why will with would you your respectively respective please
    """
)
EMPTY = word_set(
    """
    amount valu figur number compani group tabl year fiscal fy end begin period quarter date give show shown
    tell report level dollar follow record recogn present list respect calcul inform data per firm annual ani
    term incur total chronolog order both nominal absolut includ avail cover highlight
    usd eur euro gbp chf million thousand billion seen observ spot
    """
)
"""Stems that a question may add to the name of a line: "the amount of total sales"."""

_EQUAL = {
    "stockhold": "sharehold",
    "earn": "incom",
    "profit": "incom",
    "sg": "sga",
    "expenditur": "spend",
    "noncurr": "non-current",
    "profession": "profession",
    "carry": "carryforward",
    "percent": "percentag",
    "cash-settl": "cash-settl",
}
_JOINED = (
    (re.compile(r"\bnon[- ]?current\b", re.IGNORECASE), "noncurrent"),
    (re.compile(r"\blong[- ]term\b", re.IGNORECASE), "longterm"),
    (re.compile(r"\bshort[- ]term\b", re.IGNORECASE), "shortterm"),
    (re.compile(r"\bcarry[- ]?forwards?\b", re.IGNORECASE), "carryforward"),
    (re.compile(r"\bwork[- ]in[- ]process\b|\bwork[- ]in[- ]progress\b", re.IGNORECASE), "workinprocess"),
    (re.compile(r"\bin[- ]process\b", re.IGNORECASE), "inprocess"),
    (re.compile(r"\bSG ?& ?A\b"), "selling general administrative"),
    (re.compile(r"\bR ?& ?D\b"), "research development"),
    (re.compile(r"\bPP ?& ?E\b"), "property plant equipment"),
    (re.compile(r"\bEPS\b"), "earnings per share"),
    (re.compile(r"\bcapex\b", re.IGNORECASE), "capital expenditures"),
    (re.compile(r"\bCOGS\b"), "cost of goods sold"),
    (re.compile(r"\bU\.? ?S\.?(?: ?A\.?)?(?![\w$])|\bUnited States(?: of America)?\b"), "unitedstates"),
    (re.compile(r"\bU\.? ?K\.?(?!\w)|\bUnited Kingdom\b"), "unitedkingdom"),
)


def label_stems(text: str) -> tuple[str, ...]:
    """The words of a label as stems, in order, without articles and prepositions."""
    return _stems(text)


def names_nothing(stems: Collection[str]) -> bool:
    """Whether all of the stems are of words that a question may add to any name."""
    return all(one in EMPTY for one in stems)


@lru_cache(maxsize=1 << 14)
def _stems(text: str) -> tuple[str, ...]:
    for pattern, joined in _JOINED:
        text = pattern.sub(joined, text)
    found = []
    for word in words(text):
        lower = word.lower()
        if lower in _STOP:
            continue
        stemmed = lower.replace(",", "") if lower[0].isdigit() else stem(lower)
        found.append(_EQUAL.get(stemmed, stemmed))
    return tuple(found)
