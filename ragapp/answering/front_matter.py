"""What the beginning of a document says of the document itself: who wrote it, and when.

It stands in a byline ("By Ada Moreno, June 3, 2021"), after a label ("Author: …", "Published: …"), or alone
in the right-hand column of a letterhead, as in RFCs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["Span", "author_spans", "date_span"]

BEGINNING = 1500
"""Characters of a document that are its beginning."""

LONGEST_LINE = 160
LETTERHEAD = 8
"""Lines of a letterhead that may name authors in their right-hand column."""

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\.? )?{_MONTH},? (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?(?:1[89]|20)\d\d"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:1[89]|20)\d\d"
)
_NAME = r"[^\W\d_][\w.'’-]*(?: (?:[^\W\d_][\w.'’-]*)){1,4}"
_NAMES = rf"{_NAME}(?:(?:,? and |, | & ){_NAME}){{0,5}}"

_AUTHOR_LABEL = re.compile(
    r"^\W{0,4}(?:authors?|written by|author\(s\)|prepared by|compiled by|edited by|editors?|reported by|from"
    r"|minutes (?:taken )?by|minute[- ]taker)\W{0,3}[:\t ] ?\W{0,3}"
    r"(?P<who>(?![^\n]*\.{3})[^\n]{3,120}?)\W{0,3}$",
    re.IGNORECASE,
)
_BYLINE = re.compile(rf"^\W{{0,4}}by (?P<who>{_NAMES})(?= ?(?:$|[,|·•–—(]|{_MONTH}|\d|on ))", re.IGNORECASE)
_DATE_LABEL = re.compile(
    rf"^\W{{0,4}}(?:(?:publication |issue |effective |release |document )?date|published|posted|issued"
    rf"|released|updated|last updated|revised|version of|sent|as of|effective)\b[^\n\d]{{0,30}}?"
    rf"(?P<when>{_DATE})",
    re.IGNORECASE,
)
_BYLINE_DATE = re.compile(rf"^\W{{0,4}}by [^\n]{{3,100}}?(?P<when>{_DATE})", re.IGNORECASE)
_DATED = re.compile(rf"^(?:[^\n]{{0,80}}?(?: {{3,}}|\t|[|·•–—] ))?(?P<when>{_DATE})\W{{0,4}}$", re.IGNORECASE)
"""A line of a date alone, or in a column of its own at the right."""
_RIGHT_HAND = re.compile(r"^(?:.*\S)? {3,}(?P<who>[A-Z]\. ?(?:[A-Z]\. ?)?[^\W\d_][\w'’-]{1,30})(?:, Ed\.)?$")

Span = tuple[int, int]


def author_spans(text: str) -> tuple[Span, ...]:
    """Where the beginning of `text` names its authors; empty when it does not."""
    for pattern in (_AUTHOR_LABEL, _BYLINE):
        for start, line in _lines(text):
            if (found := pattern.match(line)) and found["who"][0].isupper():
                return ((start + found.start("who"), start + found.end("who")),)
    lines = [(start, line) for start, line in _lines(text) if line][:LETTERHEAD]
    named = ((start, _RIGHT_HAND.match(line)) for start, line in lines)
    return tuple((start + found.start("who"), start + found.end("who")) for start, found in named if found)


def date_span(text: str) -> Span | None:
    """Where the beginning of `text` gives its own date; None when it does not."""
    for pattern in (_DATE_LABEL, _BYLINE_DATE, _DATED):
        for start, line in _lines(text):
            if found := pattern.match(line):
                return start + found.start("when"), start + found.end("when")
    return None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The short lines of the beginning, without spaces at their ends, and where they start."""
    start = 0
    for line in text[:BEGINNING].splitlines(keepends=True):
        if len(line) <= LONGEST_LINE:
            yield start, line.rstrip()
        start += len(line)
