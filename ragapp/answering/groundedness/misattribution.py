"""Detects claims that combine values and names of a sentence which belong to different things in it."""

from __future__ import annotations

from collections.abc import Iterator

from ragapp.answering.groundedness.parsed_sentence import ParsedSentence, parse_sentence
from ragapp.answering.groundedness.sources import EvidenceSentence
from ragapp.answering.groundedness.values import Value


def misattributes(claim: ParsedSentence, source: EvidenceSentence) -> bool:
    """Whether a value or name of the claim belongs to something else in the source."""
    if source.cells:
        return source.head != () and _in_other_column(claim, source)
    whole = (
        parse_sentence(f"{source.antecedent} {source.text}".strip()) if source.antecedent else source.reading
    )
    return any(_elsewhere(value, claim, whole) for value in claim.values) or _names_apart(claim, whole)


def _elsewhere(value: Value, claim: ParsedSentence, source: ParsedSentence) -> bool:
    """Whether each clause of the source with that value is about something else.

    That is so when another clause has a value of the same kind and a word of the claim that this one lacks,
    while this one has a name, or starts with a word, that the claim lacks.
    """
    places = [source.segment_at(known.start) for known in source.values if value.agrees_with(known)]
    return bool(places) and all(_is_of_another(place, value, claim, source) for place in places)


def _is_of_another(place: int, value: Value, claim: ParsedSentence, source: ParsedSentence) -> bool:
    here = [word for word in source.words if word.segment == place and word.concept is not None]
    own = {str(word.concept) for word in here}
    strangers = {c for c in own & source.names if c not in claim.concepts}
    if here[:1] and here[0].concept not in claim.concepts:
        strangers.add(str(here[0].concept))
    if not strangers:
        return False
    for rival in source.values:
        segment = source.segment_at(rival.start)
        if segment == place or not rival.is_like(value) or any(c.agrees_with(rival) for c in claim.values):
            continue
        theirs = {word.concept for word in source.words if word.segment == segment}
        if (theirs - own) & claim.concepts:
            return True
    return False


def _names_apart(claim: ParsedSentence, source: ParsedSentence) -> bool:
    """Whether two names of the claim are in different clauses, each about another name."""
    named = claim.names | ({claim.opening} if claim.opening in source.names else set())
    places = {
        word.concept: word.segment
        for word in source.words
        if word.concept in named and word.concept is not None
    }
    segments = set(places.values())
    if len(segments) < 2:
        return False
    return all(
        _begins_with_stranger(segment, claim, source) or segment == min(segments) for segment in segments
    ) and (any(_strangers(segment, claim, source) for segment in [min(segments)]))


def _strangers(segment: int, claim: ParsedSentence, source: ParsedSentence) -> set[str]:
    here = {str(word.concept) for word in source.words if word.segment == segment and word.concept}
    return (here & source.names) - claim.concepts


def _begins_with_stranger(segment: int, claim: ParsedSentence, source: ParsedSentence) -> bool:
    here = [word for word in source.words if word.segment == segment and word.concept is not None]
    return bool(here) and here[0].concept in source.names - claim.concepts


def _in_other_column(claim: ParsedSentence, source: EvidenceSentence) -> bool:
    """Whether the row has the value in another column than the claimed one."""
    asked = {place for place, head in enumerate(source.heads) if _is_asked(head, claim, source)}
    if not asked:
        return False
    for value in claim.values:
        columns = set(_columns(value, source))
        if columns and not columns & asked and 0 not in columns:
            return True
    return False


def _is_asked(head: ParsedSentence, claim: ParsedSentence, source: EvidenceSentence) -> bool:
    """Whether the claim names this column by something that is not in the row itself."""
    said = {value for value in head.values if any(c.agrees_with(value) for c in claim.values)}
    distinct = (head.concepts & claim.concepts) - source.reading.concepts
    return bool(said or distinct)


def _columns(value: Value, source: EvidenceSentence) -> Iterator[int]:
    for place, cell in enumerate(source.cells):
        if any(value.agrees_with(known) for known in parse_sentence(cell).values):
            yield place
