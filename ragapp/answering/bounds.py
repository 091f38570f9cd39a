"""Whether a number or date is a limit: at least so much, at most so much."""

from __future__ import annotations

import re

from ragapp.answering.values import Bound

_AT_LEAST = re.compile(
    r"(?:more than|greater than|longer than|over|above|at least|exceed(?:s|ed|ing)?"
    r"|minimum(?: of)?|min\.?|after|since|older than|starting at|[>≥])\s?(?:the )?$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:less than|fewer than|under|below|up to|at most|within|maximum(?: of)?|max\.?"
    r"|before|until|till|younger than|not exceed(?:ing)?|[<≤])\s?(?:the )?$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(r" (?:or|and) (?:more|above|over|older|longer|higher|later)\b", re.IGNORECASE)
_OR_LESS = re.compile(
    r" (?:or|and) (?:less|fewer|below|under|younger|shorter|lower|earlier)\b", re.IGNORECASE
)
_LEAD = 24
"""Characters in front of a number in which a bound can stand."""


def bound_of(text: str, start: int, end: int) -> Bound | None:
    """By the words around `text[start:end]`."""
    lead = text[max(0, start - _LEAD) : start].rstrip("$€£¥ ") + " "
    if _AT_MOST.search(lead) or _OR_LESS.match(text, end):
        return "at most"
    if _AT_LEAST.search(lead) or _OR_MORE.match(text, end):
        return "at least"
    return None
