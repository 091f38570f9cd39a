"""Lists, steps and rows of tables, whole: all of what a document lists, not only the item that answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragapp.answering.groundedness.non_claims import claims_nothing
from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import Candidate, candidates_in
from ragapp.answering.reading.documents import SourceDocuments, section_path
from ragapp.answering.reading.question import Question
from ragapp.answering.reading.scoring import ReadCandidate, concepts
from ragapp.answering.reading.shown import evidence_of, plain, quoted, row_evidence
from ragapp.answering.sanitize import sanitized
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import fold, stems, words

FEWEST_ITEMS = 2
FEWEST_STEPS = 3
STEPS_LOOKED_FOR = 3
"""Answers, and passages, whose sections are looked through for steps."""

LIKELY_STEP = 0.5
"""The probability from which a step answers, so that all steps do."""

INTRODUCED = 0.5
"""The share of a question's content words that what introduces steps has."""

MOST_ITEMS = 40
LONGEST_SENTENCE = 260
"""Characters of a list that is given in one sentence."""

Cell = tuple[str, str]
"""(header, value)."""

_NUMBERED = re.compile(r"^\s*(?:step\s+)?(\d{1,2})[.):]?\s+\S", re.IGNORECASE)
_TIPS = re.compile(
    r"\b(?:tips?|steps?|ways|how to|guide|instructions|rules|habits|tricks|advice)\b", re.IGNORECASE
)
"""What titles say of documents whose numbered headings are steps; those of others number their chapters."""


def whole_list(documents: SourceDocuments, question: Question, best: ReadCandidate) -> list[Statement]:
    """All items of the list, or all rows of the table that have what the question names."""
    one = best.candidate
    if one.kind == "sentence":
        return []
    around = candidates_in(documents.section_around(one.passage))
    if one.kind in {"item", "list"}:
        items = _items_of(one, around)
        return _in_one_sentence(items) or _listed(items) if len(items) >= FEWEST_ITEMS else []
    named = _named_cells(question, one)
    rows = [row for row in around if row.kind == "row" and named and named <= set(row.cells)]
    return _listed_rows(question, rows[:MOST_ITEMS], named) if len(rows) >= FEWEST_ITEMS else []


def list_under_heading(
    documents: SourceDocuments, question: Question, passages: Sequence[Passage]
) -> list[Statement]:
    """The list below a heading that says nothing but what is asked for."""
    wanted = concepts(question.stems)
    for passage in passages:
        said = concepts(frozenset(stems(section_path(passage)[-1]))) if section_path(passage) else frozenset()
        if said and said <= wanted:
            items = _items(candidates_in(documents.section_around(passage)))
            if len(items) >= FEWEST_ITEMS:
                return _in_one_sentence(items) or _listed(items)
    return []


def steps(
    documents: SourceDocuments,
    question: Question,
    answers: Sequence[ReadCandidate],
    passages: Sequence[Passage],
) -> list[Statement]:
    """The steps that a section of the answers or passages lists, or the headings that number them.

    The best answer is likely and one of the steps, or what introduces them has most of the question's words,
    and all those that the titles of the best answer have.
    """
    best = answers[0].candidate
    likely = [one.candidate.passage for one in answers[:STEPS_LOOKED_FOR]]
    likely += [
        one for one in passages[:STEPS_LOOKED_FOR] if one.hit.document_id == best.passage.hit.document_id
    ]
    for passage in dict.fromkeys(likely):
        items = _items(candidates_in(documents.section_around(passage)))
        numbered = [one for one in items if _NUMBERED.match(one.passage.hit.text[one.start : one.end])]
        if len(numbered) >= FEWEST_STEPS and _are_about(question, numbered, answers[0]):
            return _listed(numbered)
    items = _items(candidates_in(documents.section_around(best.passage)))
    if len(items) >= FEWEST_STEPS and _are_about(question, items, answers[0]):
        return _listed(items)
    return _numbered_headings(documents, best.passage)


def _are_about(question: Question, items: Sequence[Candidate], best: ReadCandidate) -> bool:
    """Whether the best answer is one of the items and likely, or what introduces them says what is asked."""
    if best.answers >= LIKELY_STEP and any(_starts(one) == _starts(best.candidate) for one in items):
        return True
    lead_in = items[0].lead_in
    introduced = f"{items[0].label} {lead_in.text if lead_in else ''}"
    wanted = concepts(question.stems)
    said = wanted & concepts(frozenset(stems(introduced)))
    elsewhere = wanted & concepts(best.candidate.label_stems)
    return len(said) >= INTRODUCED * len(wanted) and elsewhere <= said


def _numbered_headings(documents: SourceDocuments, passage: Passage) -> list[Statement]:
    """The numbered headings beside the passage's own, if its document's titles promise steps."""
    *above, own = section_path(passage) or ("",)
    if not _NUMBERED.match(own) or not _TIPS.search(" ".join((passage.label, *above))):
        return []
    headings = documents.headings(passage)
    level = next((level for level, one in headings if fold(one.hit.text) == fold(own)), None)
    found = [one for at, one in headings if at == level and _NUMBERED.match(fold(one.hit.text))]
    return [_heading(one) for one in found[:MOST_ITEMS]] if len(found) >= FEWEST_STEPS else []


def _heading(title: Passage) -> Statement:
    evidence = Evidence(title, 0, len(title.hit.text))
    return Statement(sanitized(fold(title.hit.text)), "supported", (evidence,), new_line=True)


def _items(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in candidates if one.kind == "item"]


def _items_of(one: Candidate, around: Sequence[Candidate]) -> list[Candidate]:
    """The items of the list that the given one is, or stands in."""
    if one.kind == "list":
        span = range(_starts(one), one.passage.hit.start + one.end)
        return [other for other in around if other.kind == "item" and _starts(other) in span]
    around = [other for other in around if other.kind != "list"]
    at = next((i for i, other in enumerate(around) if _starts(other) == _starts(one)), None)
    if at is None:
        return []
    first = last = at
    while first > 0 and _is_beside(around[first - 1], one):
        first -= 1
    while last + 1 < len(around) and _is_beside(around[last + 1], one):
        last += 1
    return list(around[first : last + 1])


def _is_beside(other: Candidate, one: Candidate) -> bool:
    lead_in, of_other = one.lead_in, other.lead_in
    same_list = (of_other.text if of_other else "") == (lead_in.text if lead_in else "")
    return other.kind == "item" and same_list


def _starts(one: Candidate) -> int:
    return one.passage.hit.start + one.start


def _in_one_sentence(items: Sequence[Candidate]) -> list[Statement]:
    """What introduces a short list, and its items: "There are two modes: octet; mail". None if it is long."""
    lead_in = items[0].lead_in
    introduced = plain(lead_in.text) + " " if lead_in else ""
    text = introduced + "; ".join(plain(one.text).rstrip(".;,") for one in items)
    if len(text) > LONGEST_SENTENCE:
        return []
    spans = [evidence_of(one) for one in items]
    if lead_in is not None:
        spans.insert(0, Evidence(items[0].passage, lead_in.start, lead_in.end))
    return [Statement(f"{text}.", "supported", tuple(spans), highlight=(len(introduced), len(text)))]


def _listed(items: Sequence[Candidate]) -> list[Statement]:
    """What introduces the list, then each item on a line of its own."""
    lead_in = items[0].lead_in
    shown = []
    if lead_in is not None:
        evidence = Evidence(items[0].passage, lead_in.start, lead_in.end)
        introduces = plain(lead_in.text)
        if claims_nothing(introduces):
            shown.append(Statement(introduces, "no_claim", ()))
        else:
            shown.append(Statement(introduces, "supported", (evidence,)))
    return shown + [quoted(one, new_line=True) for one in items[:MOST_ITEMS]]


def _listed_rows(question: Question, rows: Sequence[Candidate], named: set[Cell]) -> list[Statement]:
    """What is asked of all rows in one sentence, with their number, then each row whole."""
    others = [[cell for cell in row.cells if cell[1] and cell not in named] for row in rows]
    asked = _asked_header(question, [head for head, _ in others[0]])
    values = [next((v for h, v in cells if h == asked), cells[0][1] if cells else "") for cells in others]
    lead = sanitized(f"{', '.join(value for _, value in sorted(named))} ({len(rows)}): ")
    headline = lead + sanitized("; ".join(plain(value) for value in values))
    evidence = tuple(dict.fromkeys(span for row in rows for span in row_evidence(row)))
    return [
        Statement(headline, "supported", evidence, highlight=(len(lead), len(headline))),
        *(quoted(row, new_line=True) for row in rows),
    ]


def _asked_header(question: Question, heads: Sequence[str]) -> str:
    """The header that shares a word with the question; otherwise the first."""
    wanted = concepts(question.stems)
    return next(
        (head for head in heads if concepts(frozenset(stems(head))) & wanted), heads[0] if heads else ""
    )


def _named_cells(question: Question, row: Candidate) -> set[Cell]:
    """The cells of a row whose value the question names."""
    asked = f" {' '.join(words(question.text)).casefold()} "
    return {
        (head, value)
        for head, value in row.cells
        if value and f" {' '.join(words(value)).casefold()} " in asked and words(value)
    }
