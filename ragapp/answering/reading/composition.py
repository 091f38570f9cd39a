"""Composes what a person would call an answer, by the kind of question, from the documents' own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from ragapp.answering.groundedness.non_claims import claims_nothing
from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import Candidate, candidates_in
from ragapp.answering.reading.documents import (
    ChunksOf,
    TextOf,
    section_around,
    section_path,
    sections_of,
    span_hit,
)
from ragapp.answering.reading.question import Question
from ragapp.answering.reading.scoring import ReadCandidate, concepts
from ragapp.answering.reading.shown import evidence_of, plain, row_evidence, statement_of
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import fold, stems, words
from ragapp.errors import NotFoundError
from ragapp.types import Chunk

MOST_SENTENCES = 3
"""Of an answer to a question for a fact: its headline, and what else the document says that answers."""

ALSO_ANSWERS = 0.6
"""The probability from which another sentence joins the headline."""

SAME = 0.6
"""Of sentences that share this part of their content stems (of the shorter), only one is quoted."""

LIKELY = 0.6
"""Answers with at least this share of the best one's probability may come before it for their form."""

FEWEST_ITEMS = 2
FEWEST_STEPS = 3
STEPS_LOOKED_FOR = 3
"""Answers, and passages, whose sections are looked through for steps."""

MOST_ITEMS = 40
MOST_SECTIONS = 8
FEWEST_WORDS = 6
"""Of the first sentence of a section, to be worth a line of a summary."""

Cell = tuple[str, str]
"""(header, value)."""

_DATE = re.compile(
    r"\b(?:1[0-9]|20)\d\d\b|\b\d{1,2}[./]\d{1,2}\b|\b(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b|\d:\d\d"
)
_ARTICLE = re.compile(r"^(?:the|a|an) ")
_ASIDE = re.compile(r"^\([^)]{0,60}\) ?")
_IS = re.compile(r"(?:is|are|means|denotes|refers? to|describes?|stands? for)\b|[—–:-]")
_DEFINED = re.compile(
    r"(?:what is|what's|what are|define|explain|what does) (?:(?:a|an|the) )?(?P<term>.{2,60}?)"
    r"(?: (?:mean|stand for))? ?\??$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*(?:step\s+)?(\d{1,2})[.):]?\s+\S", re.IGNORECASE)
_LEADS = re.compile(
    r"^(?:\d[\d.]*\s+)?(?:abstract|summary|executive summary|overview|tl;dr|zusammenfassung)\b", re.IGNORECASE
)
_TIPS = re.compile(
    r"\b(?:tips?|steps?|ways|how to|guide|instructions|rules|habits|tricks|advice)\b", re.IGNORECASE
)
"""What titles say of documents whose numbered headings are steps; those of others number their chapters."""

_NO_CONTENT = re.compile(
    r"(?:status of this memo|copyright|table of contents|contents|references|acknowledg|author|editor|"
    r"full copyright|index$|contributors|security considerations$|iana considerations|intellectual property)",
    re.IGNORECASE,
)


class Composer:
    """Composes answers. Reads sections and headings of documents through `chunks_of` and `text_of`."""

    def __init__(self, chunks_of: ChunksOf, text_of: TextOf) -> None:
        self._chunks_of = chunks_of
        self._text_of = text_of

    def compose(
        self, question: Question, answers: Sequence[ReadCandidate], passages: Sequence[Passage]
    ) -> list[Statement]:
        """The statements of the answer, the headline first.

        `answers` are those that answer, best first; `passages` are all that were read.
        """
        best = answers[0]
        if question.kind == "list":
            found = self._whole_list(question, best) or self.list_under_heading(question, passages)
            return found or _facts(question, answers)
        if question.kind == "how_to":
            return self._steps(answers, passages) or _facts(question, answers)
        return _facts(question, answers)

    def summary(self, passage: Passage) -> list[Statement]:
        """The abstract of the passage's document, or the first sentence of each of its sections."""
        sections = sections_of(passage, self._chunks(passage))
        for section in sections:
            path = section_path(section[0].hit.heading)
            if path and _LEADS.match(path[-1]):
                return [_quoted(one) for one in _sentences(section)[:MOST_SECTIONS]]
        leads = [_sentences(section)[:1] for section in sections if not _is_formal(section)]
        found = [lead[0] for lead in leads if lead]
        if len(found) == 1:
            found = _sentences([one for section in sections for one in section])
        return [_quoted(one, new_line=True) for one in found[:MOST_SECTIONS]]

    def _whole_list(self, question: Question, best: ReadCandidate) -> list[Statement]:
        """All items of the list, or all rows of the table that have what the question names."""
        one = best.candidate
        if one.kind == "sentence":
            return []
        around = candidates_in(section_around(one.passage, self._chunks(one.passage)))
        if one.kind in {"item", "list"}:
            items = _items_of(one, around)
            return _listed(items) if len(items) >= FEWEST_ITEMS else []
        named = _named_cells(question, one)
        rows = [row for row in around if row.kind == "row" and named and named <= set(row.cells)]
        return _listed_rows(question, rows[:MOST_ITEMS], named) if len(rows) >= FEWEST_ITEMS else []

    def list_under_heading(self, question: Question, passages: Sequence[Passage]) -> list[Statement]:
        """The list below a heading that says what is asked for."""
        wanted = concepts(question.stems)
        for passage in passages:
            path = section_path(passage.hit.heading)
            if not path or not concepts(frozenset(stems(path[-1]))) & wanted:
                continue
            around = candidates_in(section_around(passage, self._chunks(passage)))
            items = [one for one in around if one.kind == "item"]
            if len(items) >= FEWEST_ITEMS and len(concepts(frozenset(stems(path[-1]))) - wanted) == 0:
                return _listed(items)
        return []

    def _steps(self, answers: Sequence[ReadCandidate], passages: Sequence[Passage]) -> list[Statement]:
        """The steps that a section of the answers or passages lists, or the headings that number them."""
        best = answers[0].candidate.passage
        likely = [one.candidate.passage for one in answers[:STEPS_LOOKED_FOR]]
        likely += [one for one in passages[:STEPS_LOOKED_FOR] if one.hit.document_id == best.hit.document_id]
        for passage in dict.fromkeys(likely):
            around = candidates_in(section_around(passage, self._chunks(passage)))
            numbered = [one for one in around if one.kind == "item" and _is_numbered(one)]
            if len(numbered) >= FEWEST_STEPS:
                return _listed(numbered)
        around = candidates_in(section_around(best, self._chunks(best)))
        items = [one for one in around if one.kind == "item"]
        if len(items) >= FEWEST_STEPS:
            return _listed(items)
        return self._numbered_headings(best)

    def _numbered_headings(self, passage: Passage) -> list[Statement]:
        path = section_path(passage.hit.heading)
        if (
            not path
            or not _NUMBERED.match(path[-1])
            or not _TIPS.search(" ".join((passage.label, *path[:-1])))
        ):
            return []
        try:
            text = self._text_of(passage.hit.document_id, passage.hit.version)
        except NotFoundError:
            return []
        found = [(one, text.text[one.start : one.end]) for one in text.headings]
        level = next((one.level for one, title in found if fold(title) == fold(path[-1])), None)
        steps = [(one, title) for one, title in found if one.level == level and _NUMBERED.match(fold(title))]
        if len(steps) < FEWEST_STEPS:
            return []
        return [
            _heading(passage, Chunk(one.start, one.end, title, text.page_at(one.start)), title)
            for one, title in steps[:MOST_ITEMS]
        ]

    def _chunks(self, passage: Passage) -> Sequence[Chunk]:
        return self._chunks_of(passage.hit.document_id, passage.hit.version)


def _facts(question: Question, answers: Sequence[ReadCandidate]) -> list[Statement]:
    """The best candidate, then others of its document that answer too and say something else."""
    answers = _fitting_first(question, answers)
    chosen = [answers[0]]
    for one in answers[1:]:
        if len(chosen) == MOST_SENTENCES:
            break
        same_document = one.candidate.passage.hit.document_id == answers[0].candidate.passage.hit.document_id
        if (
            one.answers >= ALSO_ANSWERS
            and same_document
            and not any(_same(one.candidate, other.candidate) for other in chosen)
        ):
            chosen.append(one)
    shown = [statement_of(question, one) for one in chosen]
    return [statement for statement in shown if statement.text]


def _fitting_first(question: Question, answers: Sequence[ReadCandidate]) -> list[ReadCandidate]:
    """The likely answers that have the form of one first: a date, or "X is …" for a definition."""
    likely = [one for one in answers if one.answers >= LIKELY * answers[0].answers]
    fits = _form_of(question)
    fitting = [one for one in likely if fits is not None and fits(one.candidate)]
    return [*fitting, *(one for one in answers if one not in fitting)]


def _form_of(question: Question) -> Callable[[Candidate], bool] | None:
    if question.kind == "date":
        return lambda one: _DATE.search(one.text) is not None
    if question.kind == "definition" and (term := _DEFINED.match(question.text)):
        return lambda one: _defines(one.text, term["term"].casefold())
    return None


def _defines(text: str, term: str) -> bool:
    """Whether a sentence begins with the term, perhaps with its abbreviation in parentheses, and "is"."""
    opening = _ARTICLE.sub("", text.casefold()).lstrip("\"“'")
    if not opening.startswith(term):
        return False
    return _IS.match(_ASIDE.sub("", opening[len(term) :].lstrip("s\"”' "))) is not None


def compare(question: Question, sides: Sequence[Sequence[ReadCandidate]]) -> list[Statement]:
    """The best answer for each of two things, one a line. A side without an answer is left out."""
    return [replace(statement_of(question, side[0]), new_line=True) for side in sides if side]


def _same(one: Candidate, other: Candidate) -> bool:
    shared = one.stems & other.stems
    return len(shared) >= SAME * min(len(one.stems), len(other.stems))


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


def _is_numbered(one: Candidate) -> bool:
    return _NUMBERED.match(one.passage.hit.text[one.start : one.end]) is not None


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
    return shown + [_quoted(one, new_line=True) for one in items[:MOST_ITEMS]]


def _quoted(one: Candidate, *, new_line: bool = False) -> Statement:
    text = plain(one.body if one.kind == "row" else one.text)
    return Statement(text, "supported", row_evidence(one), new_line)


def _listed_rows(question: Question, rows: Sequence[Candidate], named: set[Cell]) -> list[Statement]:
    """What is asked of all rows in one sentence, with their number, then each row whole."""
    others = [[cell for cell in row.cells if cell[1] and cell not in named] for row in rows]
    asked = _asked_header(question, [head for head, _ in others[0]])
    values = [next((v for h, v in cells if h == asked), cells[0][1] if cells else "") for cells in others]
    of = ", ".join(value for _, value in sorted(named))
    headline = f"{of} ({len(rows)}): {'; '.join(plain(value) for value in values)}"
    evidence = tuple(evidence_of(row) for row in rows)
    return [
        Statement(headline, "supported", evidence, highlight=(headline.index(": ") + 2, len(headline))),
        *(_quoted(row, new_line=True) for row in rows),
    ]


def _asked_header(question: Question, heads: Sequence[str]) -> str:
    """The header that shares a word with the question; otherwise the first."""
    wanted = concepts(question.stems)
    return next(
        (head for head in heads if concepts(frozenset(stems(head))) & wanted), heads[0] if heads else ""
    )


def _heading(passage: Passage, chunk: Chunk, title: str) -> Statement:
    hit = span_hit(passage.hit, chunk)
    evidence = Evidence(Passage(passage.number, hit), 0, len(title))
    return Statement(sanitized_title(title), "supported", (evidence,), new_line=True)


def sanitized_title(title: str) -> str:
    return plain("- " + fold(title)) if not _NUMBERED.match(fold(title)) else fold(title)


def _sentences(section: Sequence[Passage]) -> list[Candidate]:
    """What is worth quoting of a section."""
    return [
        one for one in candidates_in(section) if one.kind != "row" and len(words(one.text)) >= FEWEST_WORDS
    ]


def _is_formal(section: Sequence[Passage]) -> bool:
    """Whether a section is a formality such as references: nobody asks for its summary."""
    path = section_path(section[0].hit.heading)
    return any(_NO_CONTENT.search(part) for part in path[-1:])


def _named_cells(question: Question, row: Candidate) -> set[Cell]:
    """The cells of a row whose value the question names."""
    asked = f" {' '.join(words(question.text)).casefold()} "
    return {
        (head, value)
        for head, value in row.cells
        if value and f" {' '.join(words(value)).casefold()} " in asked and words(value)
    }
