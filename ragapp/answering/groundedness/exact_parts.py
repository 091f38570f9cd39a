"""The exact parts of a claim, which have to agree with its source however freely the claim is worded."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from ragapp.answering.groundedness.misattribution import misattributes
from ragapp.answering.groundedness.non_claims import without_list_mark
from ragapp.answering.groundedness.parsed_sentence import ParsedSentence, parse_sentence
from ragapp.answering.groundedness.roles import contradicts
from ragapp.answering.groundedness.sources import EvidenceSentence
from ragapp.answering.groundedness.synonyms import concept
from ragapp.answering.groundedness.values import Value
from ragapp.answering.terms import fold

SAME_SENTENCE = 0.65
"""The share of a claim's content words from which it repeats a sentence. Its values and
names then have to be in that sentence: in another one they belong to something else."""


def exact_parts_agree(
    claim: str, sources: Sequence[EvidenceSentence], subject: AbstractSet[str] = frozenset()
) -> bool:
    """Whether the sources have the claim's values and names, relate them to the same things, and negate the
    same.

    `subject` are the stems of the names of document and section, where a name of the claim may stand.
    """
    own = parse_sentence(without_list_mark(fold(claim)))
    closest = max(sources, key=lambda source: _shared(own, source), default=None)
    if closest is None:
        return False
    repeats = _shared(own, closest) >= SAME_SENTENCE * len(own.concepts)
    read = [closest] if repeats else sources
    known = frozenset(map(concept, subject)).union(*(source.concepts_for(own) for source in read))
    if own.names - known or not values_stand(own.values, [v for one in read for v in one.values_for(own)]):
        return False
    return not _denied(own, closest) and not any(
        contradicts(own, source.reading) or misattributes(own, source) for source in sources
    )


def values_stand(claimed: Sequence[Value], known: Sequence[Value]) -> bool:
    """Whether each claimed value is a known one. A value that the claim repeats must not replace another
    known value.
    """
    for value in claimed:
        agreeing = [other for other in known if value.agrees_with(other)]
        if not agreeing:
            return False
        repeated = sum(value.readings == other.readings for other in claimed)
        if repeated > len(agreeing) and _left_out(value, claimed, known):
            return False
    return True


def _left_out(value: Value, claimed: Sequence[Value], known: Sequence[Value]) -> bool:
    """Whether a known value of the same kind is none of those claimed."""
    return any(other.is_like(value) and not any(one.agrees_with(other) for one in claimed) for other in known)


def _shared(claim: ParsedSentence, source: EvidenceSentence) -> int:
    return len(claim.concepts & source.reading.concepts)


def _denied(claim: ParsedSentence, source: EvidenceSentence) -> bool:
    """Whether one of both denies what the other says."""
    shared = claim.concepts & source.reading.concepts
    about = source.reading.segments_of(shared) or None
    negated = claim.negated()
    return negated != source.reading.negated(about) and negated != source.reading.negated()
