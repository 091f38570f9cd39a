"""Instructions that are told in prose: the sentence that answers, with those of its paragraph that go on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ragapp.answering.passages import Passage, SourceSentence
from ragapp.answering.reading.candidates import Candidate, candidates_in
from ragapp.answering.reading.documents import SourceDocuments, section_path
from ragapp.answering.reading.question import Question
from ragapp.answering.reading.scoring import ReadCandidate, concepts
from ragapp.answering.reading.shown import plain, quoted, statement_of
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import stems

MOST_AFTER = 2
"""Sentences after the one that answers."""

MOST_IN_SECTION, LONGEST_SECTION = 7, 800
"""Sentences, and letters, of a section that is quoted whole."""

_GOES_ON = re.compile(
    r"^\W*(?:then|next|finally|lastly|afterwards|after|before|once|when|if|now|this|these|it|to|make sure"
    r"|first|second|third|please|do not|don't|alternatively|otherwise)\b|\byou(?:r|'ll)?\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\W*(?:you (?:then|can then|next)|then|next|after (?:that|this)|finally|this|it|these|otherwise)\b",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")


def told_in_prose(documents: SourceDocuments, question: Question, best: ReadCandidate) -> list[Statement]:
    """The whole section if its heading says nothing but what is asked for and it is short. Else the sentence
    that answers, in its paragraph: after what it continues, before what goes on from it."""
    one = best.candidate
    answer = statement_of(question, best)
    if section := _section_on(documents, question, one.passage):
        return [quoted(other) for other in section]
    sentences = [sentence for sentence in one.passage.sentences if not sentence.is_title]
    at = next((i for i, other in enumerate(sentences) if other.start <= one.start < other.end), None)
    if one.kind != "sentence" or at is None:
        return [answer]
    before = sentences[:at][-1:] if one.before is None and _CONTINUES.search(one.text) else []
    shown = [_quote(one.passage, other) for other in before if _beside(one.passage, other, sentences[at])]
    return [*shown, answer, *(_quote(one.passage, other) for other in _going_on(one.passage, sentences[at:]))]


def _section_on(documents: SourceDocuments, question: Question, passage: Passage) -> list[Candidate]:
    """The sentences of the section around a passage if it is on what is asked for and short enough."""
    heading = concepts(frozenset(stems(section_path(passage)[-1]))) if section_path(passage) else frozenset()
    if not heading or not heading <= concepts(question.stems):
        return []
    found = [one for one in candidates_in(documents.section_around(passage)) if one.kind != "list"]
    is_short = len(found) <= MOST_IN_SECTION and sum(len(one.text) for one in found) <= LONGEST_SECTION
    return found if is_short and all(one.kind == "sentence" for one in found) else []


def _going_on(passage: Passage, sentences: Sequence[SourceSentence]) -> list[SourceSentence]:
    """The sentences that continue the first one, in its paragraph."""
    found: list[SourceSentence] = []
    for previous, other in pairwise(sentences[: 1 + MOST_AFTER]):
        if not (_beside(passage, previous, other) and _GOES_ON.search(other.text)):
            break
        found.append(other)
    return found


def _beside(passage: Passage, one: SourceSentence, other: SourceSentence) -> bool:
    return _PARAGRAPH.search(passage.hit.text, one.end, other.start) is None


def _quote(passage: Passage, sentence: SourceSentence) -> Statement:
    evidence = Evidence(passage, sentence.start, sentence.end)
    return Statement(plain(sentence.text), "supported", (evidence,))
