"""Detects claims that swap roles: who did what to whom, from where to where, and opposites."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ragapp.answering.groundedness.parsed_sentence import ParsedSentence
from ragapp.answering.groundedness.synonyms import OPPOSITES, concepts_of, converse, negates
from ragapp.answering.terms import stem, word_set

_OPPOSED_MARKERS = frozenset(
    frozenset(pair.split("/"))
    for pair in word_set("from/to before/after above/below over/under into/from with/without until/since")
)
_DIRECTED = word_set(
    "lend borrow give pay sell buy teach employ hire sue beat defeat acquire own owe award grant promote "
    "invite attack succeed replace supervise manage elect appoint kill arrest accuse adopt"
)
"""Verbs with distinct sides: "A was paid" contradicts "A paid", whoever else is named."""


@cache
def _directed() -> frozenset[str]:
    return concepts_of(_DIRECTED)


def contradicts(claim: ParsedSentence, source: ParsedSentence) -> bool:
    """Whether the two sentences are about the same thing and exclude each other."""
    if agreeing_verbs(claim, source):
        return False
    return _swapped(claim, source) or _other_direction(claim, source) or bool(_opposed(claim, source))


def agreeing_verbs(claim: ParsedSentence, source: ParsedSentence) -> frozenset[str]:
    """Verbs of the claim that state the same from the other side, such as to borrow and to lend."""
    return frozenset(
        verb
        for verb, doer, other in claim.roles()
        for source_verb, source_doer, source_other in source.roles()
        if converse(verb, source_verb) and doer & source_other and not doer & source_doer
    )


def _swapped(claim: ParsedSentence, source: ParsedSentence) -> bool:
    """Whether the subject and object of a verb are swapped."""
    for verb, doer, other in claim.roles():
        for source_verb, source_doer, source_other in source.roles():
            if converse(verb, source_verb) and doer & source_doer:
                return True
            if verb != source_verb:
                continue
            if doer & source_doer or other & source_other:
                continue
            crossed = bool(doer & source_other), bool(other & source_doer)
            if all(crossed) or (any(crossed) and verb in _directed()):
                return True
    return False


def _other_direction(claim: ParsedSentence, source: ParsedSentence) -> bool:
    """Whether a preposition is replaced by its opposite, such as "from" by "to"."""
    for place, marker in _marked(claim):
        others = {other for known, other in _marked(source) if known == place}
        if others and marker not in others and any({marker, other} in _OPPOSED_MARKERS for other in others):
            return True
    return False


def _marked(reading: ParsedSentence) -> Iterator[tuple[object, str]]:
    """Each content word and value with the preposition before it."""
    for word in reading.words:
        marker = reading.marker_before(word.start)
        if word.concept is not None and marker:
            yield word.concept, marker
    for value in reading.values:
        marker = reading.marker_before(value.start)
        if marker:
            yield value.readings, marker


def _opposed(claim: ParsedSentence, source: ParsedSentence) -> set[str]:
    """Words of the claim whose opposite is in the source instead.

    Those that count as a negation ("closed") are compared where negations are.
    """
    ours, theirs = claim.lower_words - source.lower_words, source.lower_words - claim.lower_words
    return {
        word
        for word in ours
        for other in OPPOSITES.get(word, frozenset()) & theirs
        if not negates(stem(word)) and not negates(stem(other))
    }
