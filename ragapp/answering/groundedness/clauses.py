"""Splits a claim into clauses, each with its subject, so that each can be compared by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragapp.answering.groundedness.parsed_sentence import ParsedSentence, parse_sentence

_VERB = (
    r"(?:is|are|was|were|be|has|have|had|can|cannot|could|may|might|must|will|would|should|shall|do|does|did|never|not"
    r"|[a-z]+(?:ed|es)\b|lies|runs|makes|took|made|sold|built|led|won|lost|lent|gave|left|began|became|went|came)"
)
_JOINT = re.compile(
    rf"; ?|,? (?:but|while|whereas|although|though) | (?=without\b)"
    rf"|, (?:and|or) | and (?={_VERB}\b)| and |, (?=(?:which|who)\b)|, (?={_VERB}\b)",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(?:which|who)\b\s*", re.IGNORECASE)
_PREDICATE = re.compile(rf"\b{_VERB}\b")
_SUBJECT = re.compile(rf"^(?:(?!{_VERB}\b)\S+\s+){{1,10}}(?={_VERB}\b)", re.IGNORECASE)
_ELLIPSIS = re.compile(r"not\s+(?!(?:be|been|have|has|being)\b)", re.IGNORECASE)
"""An elliptic clause after "but not": "Goods can be returned, but not opened software"."""
_LEAD = re.compile(r"^(?:In|On|At|By|Since|During|Until|From)\s[^,]{1,60},\s*|^(?:In|Since|By) \d{4}\s")
_LONGEST_CLAIM = 4000

_SHORT_WORD, _LONG_WORDS = 3, 3
"""A bare "and" separates clauses only if both sides have _LONG_WORDS words longer than _SHORT_WORD."""


def clauses_of(claim: str) -> list[ParsedSentence]:
    """The clauses of a claim, each with the subject and time that it shares with the first.

    Returns the claim alone when its clauses would lose part of it.
    """
    whole = parse_sentence(claim)
    if len(claim) > _LONGEST_CLAIM:
        return [whole]
    parts = [parse_sentence(text) for text in _parts(claim)]
    said = frozenset[str]().union(*(part.concepts for part in parts))
    values = [value for part in parts for value in part.values]
    kept = all(any(value.readings == other.readings for other in values) for value in whole.values)
    return parts if kept and whole.concepts <= said else [whole]


def _parts(claim: str) -> Iterator[str]:
    lead = _LEAD.match(claim)
    opening = lead.group().strip(" ,") if lead else ""
    body = claim[lead.end() :] if lead else claim
    subject, pending = "", ""
    for piece in _pieces(body):
        relative = _RELATIVE.match(piece)
        part = piece[relative.end() :] if relative else piece
        own = _SUBJECT.match(part)
        if not subject and not pending and own is None and not relative and not _PREDICATE.search(part):
            subject = pending = part  # "The tower, which is 97 metres high, …"
            continue
        continues = bool(_PREDICATE.match(part)) and not _ELLIPSIS.match(part)
        if pending and not continues:
            yield f"{opening} {pending}".strip()
        pending = ""
        if subject and continues:
            part = f"{subject} {part}"
        subject = subject or (own.group().strip() if own else "")
        yield part if _has_year(part) else f"{opening} {part}".strip()
    if pending:
        yield f"{opening} {pending}".strip()


def _long_words(text: str) -> int:
    return sum(len(word) > _SHORT_WORD for word in text.split())


def _has_year(text: str) -> bool:
    return re.search(r"\b[12]\d{3}\b", text) is not None


def _pieces(claim: str) -> Iterator[str]:
    start = 0
    for joint in _JOINT.finditer(claim):
        sides = (claim[start : joint.start()], claim[joint.end() :])
        if joint.group().strip() == "and" and min(map(_long_words, sides)) < _LONG_WORDS:
            continue
        yield claim[start : joint.start()].strip(" ,")
        start = joint.end()
    yield claim[start:].strip(" ,")
