"""Follow-up questions made to stand alone, by rules: needs no model and takes well under a millisecond.

"And in 2020?" after "What was the revenue in 2019?" is the earlier question with one thing exchanged;
"Who signs it?" needs to be told what "it" is. What is carried over comes from the user's own questions
alone, never from answers: an answer's text belongs to its documents and may be deleted with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragapp.answer.english import FUNCTION_WORDS
from ragapp.answer.smalltalk import reply_to
from ragapp.answer.terms import fold, name_stems, stems
from ragapp.types import Turn

LOOKED_BACK = 3
"""Turns in which the topic is looked for, the latest first."""

LONGEST_TOPIC = 4
"""Words carried over at most: with 6, 8 or 12 the passages looked for are found less often."""

FEW_STEMS = 3
TELLING_NAMES = 2
"""A question with no more content words than this says too little by itself, however it begins, unless so
many of them are names: "When was Ada Thornton born?" needs nothing before it."""

_OPENS_EXCHANGE = re.compile(r"(?:(?:and|but|or|so)\b,?\s*)?(?:(?:what|how) about\b)?", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|"
    r"should|has|have|had|may|might|must)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|these|those|which one"
    r"|ones?(?=[?.!,]|$)|that(?! (?:is|are|was|were|the|a|an|i|we|you)\b)|the (?:same|former|latter))\b"
    r"|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b(?! (?:is|are|was|were)\b)",
    re.IGNORECASE,
)
_VERBS = r"is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|might|must"
_COMPLETE = re.compile(
    rf"(?:who|whom|whose|what|which|when|where|why|how)\b[^?]{{0,80}}?\b(?:{_VERBS})\b\s+\w"
    rf"|(?:{_VERBS})\s+\w+\s+\w|(?:who|what)\s+\w+(?:s|ed)\s+\w",
    re.IGNORECASE,
)
_ADDED = re.compile(r" \([^()]{1,200}\)\?$")
_PUNCTUATION = ' .,;:!?"“”()[]'
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_NAME = re.compile(r"\b[A-Z][\w'’.&-]*(?:\s+(?:(?:of|the|and|de|von|van)\s+)*[A-Z0-9][\w'’.&-]*)*")


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves to the conversation filled in; itself when it leaves nothing."""
    question = fold(question)
    earlier = [_own_words(fold(turn.question)) for turn in _topics(history)]
    if not earlier or not needs_context(question):
        return question
    return _exchanged(question, earlier[-1]) or _told(question, earlier)


def _topics(history: Sequence[Turn]) -> list[Turn]:
    """The latest turns that can have a topic: a greeting has none."""
    return [turn for turn in history if reply_to(turn.question) is None][-LOOKED_BACK:]


def _own_words(question: str) -> str:
    """A complete question without the topic that these rules have put behind it."""
    added = _ADDED.search(question)
    bare = question[: added.start()] + "?" if added else question
    return bare if is_complete(bare) else question


def is_complete(question: str) -> bool:
    """Whether a question says all itself, so that a topic may help to find but not to read.

    It has a question word or auxiliary, a verb and something that it asks about, and points at nothing.
    """
    question = fold(question)
    points = _opening(question) > 0 or _POINTING.search(question) is not None
    return not points and _COMPLETE.match(question) is not None and bool(stems(question))


def without_added_topic(question: str, standalone: str) -> str:
    """What the documents must speak of: the question itself where `stand_alone` has only added to it."""
    told = set(stems(question))
    return question if told and told <= set(stems(standalone)) else standalone


def needs_context(question: str) -> bool:
    """Whether the question points at, or leaves out, something that was said before."""
    return (
        _opening(question) > 0
        or _POINTING.search(question) is not None
        or (len(set(stems(question))) <= FEW_STEMS and len(name_stems(question)) < TELLING_NAMES)
    )


def _opening(question: str) -> int:
    """How many characters tie the question to the one before: "And", "What about" and the like."""
    match = _OPENS_EXCHANGE.match(question)
    return match.end() if match else 0


def _exchanged(question: str, earlier: str) -> str | None:
    """The earlier question with its year or last name exchanged for this one's, if that is all it asks."""
    new = question[_opening(question) :]
    if new == question or _ASKS.search(new):
        return None
    for kind in (_YEAR, _NAME):
        offered, replaced = list(kind.finditer(new)), _named(kind, earlier)
        if len(offered) == 1 and replaced:
            return earlier[: replaced[-1].start()] + offered[0].group() + earlier[replaced[-1].end() :]
    return None


def _named(kind: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """What `kind` finds, without the capital that only opens the sentence."""
    return [found for found in kind.finditer(text) if found.start() or kind is _YEAR]


def _told(question: str, earlier: Sequence[str]) -> str:
    """The question followed by the topic of the latest earlier question that has one."""
    known = set(stems(question))
    for one in reversed(earlier):
        topic = _topic(one, known)
        if topic:
            return f"{question.rstrip(' ?.!')} ({topic})?"
    return question


def _topic(earlier: str, known: set[str]) -> str:
    """The first content words of a question that are not `known`, as they stand in it."""
    told: list[str] = []
    for word in earlier.split():
        bare = word.strip(_PUNCTUATION)
        new = set(stems(bare)) - known
        if new and bare.lower() not in FUNCTION_WORDS and len(told) < LONGEST_TOPIC:
            told.append(bare)
            known = known | new
    return " ".join(told)
