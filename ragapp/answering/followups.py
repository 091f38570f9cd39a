"""Rewrites follow-up questions by rules so that they stand alone, in well under a millisecond.

"And in 2020?" after "What was the revenue in 2019?" is the earlier question with one part replaced; "Who
signs it?" needs the topic that "it" refers to. Text is taken from the user's own questions only, never from
answers: an answer's text belongs to its documents and may be deleted with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragapp.answering.groundedness.synonyms import OPPOSITES
from ragapp.answering.small_talk import reply_to
from ragapp.answering.terms import FUNCTION_WORDS, fold, name_stems, stems, word_set
from ragapp.types import Turn

LOOKED_BACK = 3
"""Turns in which a topic is looked for, latest first."""

LONGEST_TOPIC = 4
"""Words of a topic at most: with 6, 8 or 12 the right passages are found less often."""

FEW_STEMS = 3
TELLING_NAMES = 2
"""A question with at most FEW_STEMS content words needs context, unless TELLING_NAMES of them are names:
"When was Ada Thornton born?" stands alone."""

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
_ONE = re.compile(
    r"\s?(?:(?:in|on|at|for|of|with|from) )?(?:the )?(?P<which>\w[\w-]{0,30})(?: ones?)?[?.! ]?"
)
_SUBJECTS = word_set("it they them he him she")
_OWNERS = word_set("its their his")
_PERSONS = word_set("he him she his")
_ASIDE = re.compile(r"\b(?:in|about|for|at|from|on|by|with) (?:the )?$")
"""What comes before a name that only says where, or about whom: "the report about Denver"."""
_OF_WHAT = re.compile(r"(?<=\bof )(?:the|this|our|my) (?:[\w'’-]+ ){0,3}[\w'’-]+(?=[ ?.!]*$)")
"""What an earlier question without names is about: "the top speed of the electric van"."""

_ADDED = re.compile(r" \([^()]{1,200}\)\?$")
_PUNCTUATION = ' .,;:!?"“”()[]'
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_NAME = re.compile(r"\b[A-Z][\w'’.&-]*(?:\s+(?:(?:of|the|and|de|von|van)\s+)*[A-Z0-9][\w'’.&-]*)*")


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question completed from the conversation; unchanged when it stands alone."""
    question = fold(question)
    earlier = [_own_words(fold(turn.question)) for turn in _topics(history)]
    if not earlier or not needs_context(question):
        return question
    return _with_part_replaced(question, earlier[-1]) or _with_topic(question, earlier)


def _topics(history: Sequence[Turn]) -> list[Turn]:
    """The latest turns that can have a topic. Small talk has none."""
    return [turn for turn in history if reply_to(turn.question) is None][-LOOKED_BACK:]


def _own_words(question: str) -> str:
    """The question without a topic that these rules added to it, if it is complete without."""
    added = _ADDED.search(question)
    bare = question[: added.start()] + "?" if added else question
    return bare if is_complete(bare) else question


def is_complete(question: str) -> bool:
    """Whether a question is complete by itself, so that a topic may help to search but not to read.

    It has a question word or auxiliary, a verb and an object, and refers to nothing before it.
    """
    question = fold(question)
    points = _opening(question) > 0 or _POINTING.search(question) is not None
    return not points and _COMPLETE.match(question) is not None and bool(stems(question))


def without_added_topic(question: str, standalone: str) -> str:
    """What the documents must cover: the question itself if `stand_alone` only added a topic to it."""
    return question if _ADDED.search(standalone) and stems(question) else standalone


def needs_context(question: str) -> bool:
    """Whether the question refers to, or leaves out, something that was said before."""
    return (
        _opening(question) > 0
        or _POINTING.search(question) is not None
        or (len(set(stems(question))) <= FEW_STEMS and len(name_stems(question)) < TELLING_NAMES)
    )


def _opening(question: str) -> int:
    """The length of an opening that refers to the previous question: "And", "What about"."""
    match = _OPENS_EXCHANGE.match(question)
    return match.end() if match else 0


def _with_part_replaced(question: str, earlier: str) -> str | None:
    """The earlier question with its year, last name or a word of opposite meaning replaced by this one's, if
    that is all it asks."""
    new = question[_opening(question) :]
    if new == question or _ASKS.search(new):
        return None
    if (named := _ONE.fullmatch(new)) and (opposed := _with_opposite(named["which"], earlier)):
        return opposed
    for kind in (_YEAR, _NAME):
        offered, replaced = list(kind.finditer(new)), _named(kind, earlier)
        if len(offered) == 1 and replaced:
            return earlier[: replaced[-1].start()] + offered[0].group() + earlier[replaced[-1].end() :]
    return None


def _with_opposite(word: str, earlier: str) -> str | None:
    """The earlier question with the word that excludes this one replaced: "the north one" after "the south
    tower"."""
    for found in re.finditer(r"[\w'’-]+", earlier):
        if word.lower() in OPPOSITES.get(found.group().lower(), ()):
            return earlier[: found.start()] + word + earlier[found.end() :]
    return None


def _named(kind: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The matches of `kind`, without a capitalized word that only starts the sentence."""
    return [found for found in kind.finditer(text) if found.start() or kind is _YEAR]


def _with_topic(question: str, earlier: Sequence[str]) -> str:
    """The question with the name of the latest question that has one for its pronoun, or followed by the
    topic of the latest that has one."""
    if named := _with_name(question, earlier[-1]):
        return named
    known = set(stems(question))
    for one in reversed(earlier):
        topic = _topic(one, known)
        if topic:
            return f"{question.rstrip(' ?.!')} ({topic})?"
    return question


def _with_name(question: str, earlier: str) -> str | None:
    """The question with its only pronoun replaced by the last name, or the last noun with an article, of the
    earlier one: "Where does she work?" after "When was Ada Moreno born?"."""
    pronouns = list(_POINTING.finditer(question))
    pronoun = pronouns[0] if len(pronouns) == 1 else None
    if pronoun is None or pronoun.group().lower() not in (*_SUBJECTS, *_OWNERS):
        return None
    named = _named(_NAME, earlier) or list(_OF_WHAT.finditer(earlier))
    is_person = pronoun.group().lower() in _PERSONS
    if not named or (not is_person and _ASIDE.search(earlier, 0, named[-1].start())):
        return None
    name = named[-1].group().removesuffix("'s").removesuffix("’s")
    owner = "'s" if pronoun.group().lower() in _OWNERS else ""
    return f"{question[: pronoun.start()]}{name}{owner}{question[pronoun.end() :]}"


def _topic(earlier: str, known: set[str]) -> str:
    """The first content words of a question that are not `known`, as written."""
    topic: list[str] = []
    for word in earlier.split():
        bare = word.strip(_PUNCTUATION)
        new = set(stems(bare)) - known
        if new and bare.lower() not in FUNCTION_WORDS and len(topic) < LONGEST_TOPIC:
            topic.append(bare)
            known = known | new
    return " ".join(topic)
