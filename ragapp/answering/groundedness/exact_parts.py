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
from ragapp.answering.terms import fold


def exact_parts_agree(
    claim: str, sources: Sequence[EvidenceSentence], subject: AbstractSet[str] = frozenset()
) -> bool:
    """Whether the sources have the claim's values and names, say them of the same things, and deny the same.

    `subject` are the stems of the names of document and section, where a name of the claim may stand.
    """
    own = parse_sentence(without_list_mark(fold(claim)))
    known = frozenset(map(concept, subject)).union(*(source.concepts_for(own) for source in sources))
    if own.names - known or not _values_stand(own, sources):
        return False
    closest = max(sources, key=lambda source: len(own.concepts & source.reading.concepts), default=None)
    return closest is not None and not _denied(own, closest) and not _confused(own, sources)


def _values_stand(claim: ParsedSentence, sources: Sequence[EvidenceSentence]) -> bool:
    known = [value for source in sources for value in source.values_for(claim)]
    return all(any(value.agrees_with(other) for other in known) for value in claim.values)


def _denied(claim: ParsedSentence, source: EvidenceSentence) -> bool:
    """Whether one of both denies what the other says."""
    shared = claim.concepts & source.reading.concepts
    about = source.reading.segments_of(shared) or None
    return claim.negated() != source.reading.negated(about)


def _confused(claim: ParsedSentence, sources: Sequence[EvidenceSentence]) -> bool:
    """Whether a source with a value of the claim says it of something else, or swaps who does what."""
    return any(contradicts(claim, source.reading) or misattributes(claim, source) for source in sources)
