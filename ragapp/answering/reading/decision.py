"""Decides whether a candidate answers: what a question names must stand where its answer does.

The models alone take a sentence on E0472 for an answer about E0471, so codes, years and names of the question
veto candidates that speak of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from ragapp.answering.groundedness.value_reader import read_values
from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import Candidate
from ragapp.answering.reading.question import Question, is_aggregate, is_superlative, name_stem
from ragapp.answering.reading.scoring import ReadCandidate, concepts
from ragapp.answering.terms import fold, words
from ragapp.text.names import abbreviated

THRESHOLD = 0.14
"""The probability from which a candidate answers."""

THRESHOLD_DOUBTED = 0.22
"""From which it does although no passage has a noun of the question, or although the candidate does not
mention the attribute that is asked for, or the most of anything when the most is asked for."""

THRESHOLD_UNNAMED = 0.42
"""From which it does although its document never mentions a name of the question, as a speech does not name
its speaker."""

THRESHOLD_YES_NO, COVERED = 0.11, 0.5
"""From which a candidate that has so many of a question's words, weighted by rarity, settles a yes or no: the
reader was trained on few such questions."""

FIGURES = 0.25
"""The share of a line's words that are figures, from which it is a row of them."""

SHORTEST_ABBREVIATION = 3
"""Letters of a name that may be an abbreviation: the beginnings of any two words make one of two letters."""

SHORTEST_MISSPELT, MISSPELT = 4, 0.86
"""Letters of a name that may be misspelt, and how alike another word must be, as difflib measures it."""

MOST_NEAREST = 3
"""Candidates that are shown when none answers."""

_MARKS = re.compile(r"[\s\-'’.]+")

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_NUMBERED = re.compile(
    r"\b(?:[A-Z][\w-]{0,30}|section|article|chapter|table|figure|error|code|version|page|room|item|no\.?|number"
    r"|rfc) #?(?P<number>\d{2,}(?:\.\d+)*)\b(?![-/]\w)"
)
_CODED = re.compile(
    r"\b(?:section|article|chapter|table|figure|error|code|version|step|phase|level|class|type|room|floor|item"
    r"|option) #?(?P<number>\d)\b",
    re.IGNORECASE,
)
"""A digit that tells a thing from others: the candidate itself has to have it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a question is answered with. `answers` are the candidates that answer, best first; `missing` is
    what the question names in vain.

    `nearest` are the best candidates when none answers.
    """

    answers: tuple[ReadCandidate, ...]
    missing: str | None = None
    nearest: tuple[ReadCandidate, ...] = ()


def decide(question: Question, read: Sequence[ReadCandidate], passages: Sequence[Passage]) -> Decision:
    """Decides which candidates answer. `read` is sorted, best first; `passages` are all that were read."""
    texts = _texts_of_documents(passages)
    unnamed = {document: missing_name(question, text) for document, text in texts.items()}
    known = concepts(frozenset[str]().union(*(one.stems for one in passages)))
    doubted = bool(concepts(question.nouns) - known)
    answers, lacking = [], []
    for one in read:
        document = one.candidate.passage.hit.document_id
        veto = vetoed(question, one.candidate, texts[document])
        doubtful = doubted or _is_doubtful(question, one.candidate)
        threshold = (
            _threshold(question, one, doubtful=doubtful) if unnamed[document] is None else THRESHOLD_UNNAMED
        )
        if veto is None and one.answers >= threshold and not _is_a_part(question, one.candidate):
            answers.append(one)
        else:
            lacking.append(veto or unnamed[document])
    everything = " ".join(texts.values())
    missing = next((one for one in lacking if one and one.casefold() not in everything), None)
    return Decision(tuple(answers)) if answers else Decision((), missing, _nearest(read))


def _nearest(read: Sequence[ReadCandidate]) -> tuple[ReadCandidate, ...]:
    """The best candidates that share a word with the question, but no list: its items are candidates, too."""
    near = (one for one in read if one.candidate.kind != "list" and one.coverage > 0)
    return tuple(islice(near, MOST_NEAREST))


def _threshold(question: Question, one: ReadCandidate, *, doubtful: bool) -> float:
    if doubtful:
        return THRESHOLD_DOUBTED
    return THRESHOLD_YES_NO if question.kind == "yes_no" and one.coverage >= COVERED else THRESHOLD


def _is_doubtful(question: Question, one: Candidate) -> bool:
    """Whether the candidate lacks what an answer has: a superlative, the attribute, words for a yes or no."""
    if question.is_superlative and not is_superlative(one.body):
        return True
    if not concepts(question.attribute) <= concepts(one.stems | one.label_stems):
        return True
    return question.kind == "yes_no" and one.kind == "sentence" and _is_figures(one.text)


def _is_a_part(question: Question, one: Candidate) -> bool:
    """Whether a row tells one value where the average or the sum of several is asked for."""
    return one.kind == "row" and is_aggregate(question.text) and not is_aggregate(one.body)


def _is_figures(text: str) -> bool:
    """Whether a line is rather a row of figures than a sentence."""
    tokens = text.split()
    figures = sum(any(character.isdigit() for character in token) for token in tokens)
    return figures >= FIGURES * len(tokens)


def vetoed(question: Question, one: Candidate, document: str) -> str | None:
    """The code, year or number of the question that the candidate is not about; None when there is none.

    `document` is all that was read of the candidate's document, in lower case.
    """
    near = _near(one)
    for code in question.codes:
        if not _has(near, code) and (_has_rival_code(one) or not _has(document, code)):
            return _as_written(code, question.required)
    if question.years and not any(year in near for year in question.years):
        absent = [year for year in question.years if year not in document]
        if absent or _YEAR.search(one.body):
            return (absent or sorted(question.years))[0]
    for numbered in _NUMBERED.finditer(question.required):
        if not _has(near, numbered["number"]) and not _has(document, numbered["number"]):
            return numbered.group()
    for coded in _CODED.finditer(question.required):
        if not _has(near, coded["number"]):
            return coded.group()
    return _rival_name(question.cased or question.required, one, {name_stem(word) for word in words(near)})


def missing_name(question: Question, document: str) -> str | None:
    """The name in the question that nowhere stands in what was read of a document, in lower case.

    Of a name of several words the last is enough: "Graham Twigg" may be called Twigg.
    """
    written = words(document)
    known = {name_stem(word) for word in written}

    def is_mentioned(name: str) -> bool:
        in_words = all(name_stem(part) in known for part in words(name)) or name.casefold() in question.codes
        short = len(name) >= SHORTEST_ABBREVIATION and bool(abbreviated(name, written))
        return in_words or short or _is_misspelt(name, document)

    absent = [name for name in question.names if not is_mentioned(name)]
    return next((one for one in absent if not _is_first_of_known(one, question, absent)), None)


def _is_first_of_known(name: str, question: Question, absent: Sequence[str]) -> bool:
    """Whether a name comes right before another one that is not absent."""
    return any(f"{name} {other}" in question.required for other in question.names if other not in absent)


def _as_written(code: str, text: str) -> str:
    at = text.casefold().find(code)
    return text[at : at + len(code)] if at >= 0 else code


def _rival_name(question: str, one: Candidate, here: AbstractSet[str]) -> str | None:
    """The name of which the candidate has one part with another beside it: "Hardel South", "Hardel North"."""
    theirs = set(_pairs(fold(f"{one.before.text if one.before else ''} {one.body}")))
    for first, second in _pairs(question[1:]):  # the first word has a capital whatever it is
        if name_stem(first) in here and name_stem(second) in here:
            continue
        if any((a == first) != (b == second) for a, b in theirs):
            return f"{first} {second}"
    return None


_PAIR = re.compile(r"(?<![\w-])(?=([A-Z][\w'’]{1,30}) ([A-Z][\w'’]{1,30})(?![\w-]))")


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Neighbouring capitalized words."""
    return ((found[1], found[2]) for found in _PAIR.finditer(text))


def _near(one: Candidate) -> str:
    """What the candidate is about, in lower case: its own words, those that introduce it, and its titles."""
    before = one.before.text if one.before else ""
    return fold(f"{one.passage.label} {one.topic} {before} {one.body}").casefold()


def _has(text: str, code: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(code)}(?![\w]|[-/.]\w)", text) is not None


def _has_rival_code(one: Candidate) -> bool:
    return any(value.kind == "code" for value in read_values(one.body).found)


def _is_misspelt(name: str, document: str) -> bool:
    """Whether the document has the name in a spelling that differs by a letter, a hyphen or a space."""
    plain = _MARKS.sub("", name.casefold())
    if len(plain) < SHORTEST_MISSPELT:
        return False
    known = set(words(document))
    joined = _MARKS.sub("", document)
    return plain in joined or bool(get_close_matches(plain, known, n=1, cutoff=MISSPELT))


def _texts_of_documents(passages: Iterable[Passage]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for one in passages:
        known = texts.get(one.hit.document_id, "")
        texts[one.hit.document_id] = f"{known} {fold(one.label)} {fold(one.hit.text)}".casefold()
    return texts
