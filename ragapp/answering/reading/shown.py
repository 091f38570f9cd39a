"""How candidates are shown to people: cleaned text, of a row only what was asked for, the answer
highlighted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from ragapp.answering.groundedness.non_claims import without_list_mark
from ragapp.answering.passages import SourceSentence
from ragapp.answering.reading.candidates import Candidate
from ragapp.answering.reading.question import Question
from ragapp.answering.reading.scoring import ReadCandidate, concepts
from ragapp.answering.sanitize import sanitized
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import fold, stems

Span = tuple[int, int]

HIGHLIGHTED = frozenset({"fact", "number", "date", "person", "place"})
"""Kinds of questions whose answer is a few words of a sentence."""

LONGEST_HIGHLIGHT = 0.7
"""The share of a sentence that a highlight may take: more emphasizes nothing."""

IN_SPAN, IN_HEADER = 0.75, 1.0
"""What speaks for a cell to be the one that was asked for: the reader's span lies in it, or its header shares
a word with the question."""

SCORE_DECIMALS = 4

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_EMPHASIS = re.compile(r"(\*\*|__|(?<![\w*])\*(?=\S)|`)(.{1,300}?)\1")
_ANCHOR = re.compile(r" ?(?:\{#[\w-]{1,80}\}|¶)")


def plain(text: str) -> str:
    """The text of a span on one line, without list marks and Markdown, made safe to show.

    It is made safe last: taking marks away can put together what starts markup.
    """
    text = _EMPHASIS.sub(r"\2", _ANCHOR.sub("", without_list_mark(fold(text))))
    return sanitized(_ESCAPED.sub(r"\1", text)).strip()


def quoted(one: Candidate, *, new_line: bool = False) -> Statement:
    """The whole candidate as a statement, without a judgement on whether it answers."""
    text = plain(one.body if one.kind == "row" else one.text)
    return Statement(text, "supported", row_evidence(one), new_line)


def statement_of(question: Question, read: ReadCandidate, *, new_line: bool = False) -> Statement:
    """The candidate as a statement, with what it needs to be understood and its answer highlighted."""
    one = read.candidate
    if one.kind == "row":
        text, answer = row_text(question, one, read.reading.span)
        evidence = row_evidence(one)
    else:
        text, evidence = _prose(question, one)
        answer = _answer_in(read) if question.kind in HIGHLIGHTED else None
    score = round(read.answers, SCORE_DECIMALS)
    return Statement(text, "supported", evidence, new_line, _found(text, answer), score)


def _prose(question: Question, one: Candidate) -> tuple[str, tuple[Evidence, ...]]:
    """The text of a sentence or item, after what it refers to, and the spans of both."""
    introduced = one.before or (one.lead_in if one.kind == "item" and _needs_lead_in(question, one) else None)
    if introduced is None:
        return plain(one.text), (evidence_of(one),)
    return f"{plain(introduced.text)} {plain(one.text)}", _joined(one, introduced)


def evidence_of(one: Candidate) -> Evidence:
    return Evidence(one.passage, one.start, one.end)


def row_evidence(one: Candidate) -> tuple[Evidence, ...]:
    """The row, and its table's header where the passage has it."""
    if one.head is None:
        return (evidence_of(one),)
    return evidence_of(one), Evidence(one.passage, one.head.start, one.head.end)


def _joined(one: Candidate, introduced: SourceSentence) -> tuple[Evidence, ...]:
    """One span when both stand side by side, else two."""
    if not one.passage.hit.text[introduced.end : one.start].strip():
        return (Evidence(one.passage, introduced.start, one.end),)
    return (Evidence(one.passage, introduced.start, introduced.end), evidence_of(one))


def _needs_lead_in(question: Question, one: Candidate) -> bool:
    """Whether what introduces a list says more of what was asked than its item does."""
    wanted = concepts(question.stems)
    return not wanted & concepts(frozenset(stems(one.text)))


def _answer_in(read: ReadCandidate) -> str | None:
    span = read.reading.span
    text = read.candidate.reading_text
    if span is None or span[0] < len(text) - len(read.candidate.text):
        return None
    return text[slice(*span)]


def _found(text: str, answer: str | None) -> Span | None:
    at = text.rfind(answer) if answer else -1
    if at < 0 or not answer or len(answer) > LONGEST_HIGHLIGHT * len(text):
        return None
    return at, at + len(answer)


def row_text(question: Question, one: Candidate, span: Span | None) -> tuple[str, str | None]:
    """A row as "subject — column: value" with the value that answers, or else whole as "column: value; …"."""
    filled = [(head, value) for head, value in one.cells if value]
    subject = _subject(question, filled)
    asked = _asked(question, one, filled, subject, span)
    if asked is None:
        return plain(one.body), None
    head, value = filled[asked]
    of = plain(filled[subject][1])
    text = f"{of} — {plain(head)}: {plain(value)}" if head else f"{of}: {plain(value)}"
    return sanitized(text), plain(value)


def _subject(question: Question, cells: Sequence[tuple[str, str]]) -> int:
    """The cell that says what the row is about: it shares most words with the question; else the first."""
    shared = [len(_concepts(value) & concepts(question.stems)) for _, value in cells]
    return max(range(len(cells)), key=lambda at: (shared[at], -at), default=0)


def _asked(
    question: Question, one: Candidate, cells: Sequence[tuple[str, str]], subject: int, span: Span | None
) -> int | None:
    """The cell that answers; None when neither the question's words nor the reader point at one."""
    wanted = concepts(question.stems)
    marked = _marked_cell(one, cells, span)
    scores = {
        at: IN_HEADER * len(_concepts(head) & wanted) + (IN_SPAN if at == marked else 0.0)
        for at, (head, _) in enumerate(cells)
        if at != subject
    }
    best = max(scores, key=lambda at: scores[at], default=None)
    return best if best is not None and scores[best] > 0 else None


def _marked_cell(one: Candidate, cells: Sequence[tuple[str, str]], span: Span | None) -> int | None:
    """The cell of "header: value; …" in which the reader's span ends."""
    if span is None:
        return None
    place = len(one.reading_text) - len(one.body)
    for at, (head, value) in enumerate(cells):
        place += len(f"{head}: {value}" if head else value)
        if span[1] <= place:
            return at
        place += len("; ")
    return None


def _concepts(text: str) -> AbstractSet[str]:
    return concepts(frozenset(stems(text)))
