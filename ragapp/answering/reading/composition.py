"""Composes what a person would call an answer, by the kind of question, from the documents' own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import Candidate
from ragapp.answering.reading.documents import SourceDocuments
from ragapp.answering.reading.instructions import told_in_prose
from ragapp.answering.reading.lists import list_under_heading, steps, whole_list
from ragapp.answering.reading.question import Question
from ragapp.answering.reading.scoring import ReadCandidate
from ragapp.answering.reading.shown import evidence_of, statement_of
from ragapp.answering.reading.yes_no import yes_or_no
from ragapp.answering.statements import Evidence, Statement

MOST_SENTENCES = 3
"""Of an answer to a question for a fact: its headline, and what else the document says that answers."""

ALSO_ANSWERS, NEARLY = 0.6, 0.5
"""The probability from which another sentence joins the headline. It joins a headline that is less likely
from this share of its probability, since either may be the answer."""

SAME = 0.6
"""Of sentences that share this part of their content stems (of the shorter), only one is quoted."""

LIKELY = 0.6
"""Answers with at least this share of the best one's probability may come before it for their form."""

LIKELY_LISTED = 0.5
"""A list answers a question for one, rather than a sentence, from this share of its probability."""

_DATE = re.compile(
    r"\b(?:1[0-9]|20)\d\d\b|\b\d{1,2}[./]\d{1,2}\b|\b(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b|\d:\d\d"
)
_ENUMERATES = re.compile(
    r"[,;] [^,;]{1,80}[,;] (?:(?:and|or) )?[^,;]{1,80}$|[,;] [^,;]{1,80},? (?:and|or) \w"
)
"""What a sentence of several things has: "a, b and c", "a; b; c"."""

_ARTICLE = re.compile(r"^(?:the|a|an) ")
_ASIDE = re.compile(r"^\([^)]{0,60}\) ?")
_IS = re.compile(r"(?:is|are|means|denotes|refers? to|describes?|stands? for)\b|[—–:-]")
_IS_A = re.compile(
    r"^.{0,80}?\b(?:is|are)(?: \w+ly)? (?:an?|the|one|any)\b|^.{0,80}?\b(?:means|refers to|denotes)\b"
)
_IT_IS_A = re.compile(r"(?:it|this|they) (?:is|are)(?: \w+ly)? (?:an?|the|one|any)\b", re.IGNORECASE)
_DEFINED = re.compile(
    r"(?:what is|what's|what are|define|explain|what does) (?:(?:a|an|the) )?(?P<term>.{2,60}?)"
    r"(?: (?:mean|stand for))? ?\??$",
    re.IGNORECASE,
)


def compose(
    documents: SourceDocuments,
    question: Question,
    answers: Sequence[ReadCandidate],
    passages: Sequence[Passage],
) -> list[Statement]:
    """The statements of the answer, the headline first; none when there is nothing to compose it from.

    `answers` are those that answer, best first; `passages` are all that were read.
    """
    found: list[Statement] = []
    if question.kind == "list":
        found = whole_list(documents, question, _listing(answers)) if answers else []
        found = found or list_under_heading(documents, question, passages)
    elif question.kind == "how_to" and answers:
        found = steps(documents, question, answers, passages) or told_in_prose(
            documents, question, answers[0]
        )
    elif answers and answers[0].candidate.kind == "list":
        found = whole_list(documents, question, answers[0])
    elif not answers and question.is_keywords:
        found = list_under_heading(documents, question, passages)
    return found or (_facts(question, answers) if answers else [])


def _listing(answers: Sequence[ReadCandidate]) -> ReadCandidate:
    """The best answer that is a list or part of one, if it is likely; otherwise the best answer."""
    likely = (one for one in answers if one.answers >= LIKELY_LISTED * answers[0].answers)
    return next((one for one in likely if one.candidate.kind != "sentence"), answers[0])


def _facts(question: Question, answers: Sequence[ReadCandidate]) -> list[Statement]:
    """The best candidate, then others of its document that answer too and say something else."""
    chosen = _several(_fitting_first(question, answers))
    shown = [statement_of(question, one) for one in chosen]
    shown = [statement for statement in shown if statement.text]
    if question.kind == "yes_no" and shown:
        shown[0] = _decided(question, chosen[0].candidate, shown[0])
    return shown


def _several(answers: Sequence[ReadCandidate]) -> list[ReadCandidate]:
    """The first answer, and others of its document that answer nearly as well and say something else."""
    chosen = list(answers[:1])
    likeliest = max((one.answers for one in answers), default=0.0)
    enough = ALSO_ANSWERS if likeliest >= ALSO_ANSWERS else NEARLY * likeliest
    for one in answers[1:]:
        same_document = one.candidate.passage.hit.document_id == chosen[0].candidate.passage.hit.document_id
        repeats = any(_same(one.candidate, other.candidate) for other in chosen)
        if one.answers >= enough and same_document and not repeats and len(chosen) < MOST_SENTENCES:
            chosen.append(one)
    return chosen


def _decided(question: Question, one: Candidate, statement: Statement) -> Statement:
    """The statement after the yes or no that it decides, if it does."""
    said = yes_or_no(question, statement.text, one.label_stems) if one.kind != "row" else None
    if said is None:
        return statement
    return replace(statement, text=f"{said}: {statement.text}", highlight=(0, len(said)))


def _fitting_first(question: Question, answers: Sequence[ReadCandidate]) -> list[ReadCandidate]:
    """The likely answers that have the form of one first: a date, or "X is …" for a definition."""
    likely = [one for one in answers if one.answers >= LIKELY * answers[0].answers]
    fits = _form_of(question)
    fitting = [one for one in likely if fits is not None and fits(one.candidate)]
    if question.kind == "definition":
        fitting.sort(key=lambda one: _IS_A.search(one.candidate.text) is None)
    return [*fitting, *(one for one in answers if one not in fitting)]


def _form_of(question: Question) -> Callable[[Candidate], bool] | None:
    if question.kind == "date":
        return lambda one: _DATE.search(one.text) is not None
    if question.kind == "list":
        return lambda one: one.kind != "sentence" or _ENUMERATES.search(one.text) is not None
    if question.kind == "definition" and (term := _DEFINED.match(question.text)):
        wanted = term["term"].casefold()
        return lambda one: _defines(one.text, wanted) or _says_what_it_is(one, wanted)
    return None


def _defines(text: str, term: str) -> bool:
    """Whether a sentence begins with the term, perhaps with its abbreviation in parentheses, and "is"."""
    opening = _ARTICLE.sub("", text.casefold()).lstrip("\"“'")
    if not opening.startswith(term):
        return False
    return _IS.match(_ASIDE.sub("", opening[len(term) :].lstrip("s\"”' "))) is not None


def _says_what_it_is(one: Candidate, term: str) -> bool:
    """Whether a sentence says "It is a …" after one that opens with the term."""
    opening = _ARTICLE.sub("", one.before.text.casefold()) if one.before else ""
    return opening.startswith(term) and _IT_IS_A.match(one.text) is not None


def compare(question: Question, sides: Sequence[Sequence[ReadCandidate]]) -> list[Statement]:
    """What is said of each of two things, one after the other. A side without an answer is left out.

    What is said of both of them comes once.
    """
    shown: set[Evidence] = set()
    lines = []
    for side in sides:
        chosen = _several([one for one in side if _is_new(one.candidate, shown)])
        shown |= {evidence_of(one.candidate) for one in chosen}
        lines += [replace(statement_of(question, one), new_line=at == 0) for at, one in enumerate(chosen)]
    return lines


def _is_new(one: Candidate, shown: AbstractSet[Evidence]) -> bool:
    """Whether a candidate has not been shown; a list is, when its items are candidates, too."""
    return one.kind != "list" and evidence_of(one) not in shown


def _same(one: Candidate, other: Candidate) -> bool:
    shared = one.stems & other.stems
    return len(shared) >= SAME * min(len(one.stems), len(other.stems))
