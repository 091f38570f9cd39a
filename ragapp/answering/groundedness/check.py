"""Checks whether a claim is supported by quoted text. Lexical: no model is called.

A claim, or each of its clauses, must be found in one sentence or table row: its numbers, dates and codes with
the names and things that they are said of, with the same negation, and with everyone in the same role.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum

from ragapp.answering.groundedness.clauses import clauses_of
from ragapp.answering.groundedness.exact_parts import values_stand
from ragapp.answering.groundedness.misattribution import misattributes
from ragapp.answering.groundedness.non_claims import without_list_mark
from ragapp.answering.groundedness.parsed_sentence import ParsedSentence, parse_sentence
from ragapp.answering.groundedness.roles import agreeing_verbs, contradicts
from ragapp.answering.groundedness.sources import EvidenceSentence, quoted_sources
from ragapp.answering.groundedness.synonyms import concept, concepts_of
from ragapp.answering.terms import fold, tokens
from ragapp.types import Verdict

SUPPORTED_COVERAGE = 0.8
PARTIAL_COVERAGE = 0.5
"""The share of a claim's content words that its source must have for each verdict.
docs/research/answers.md has the shares of true and of altered sentences that pass."""

FEWEST_TERMS = 2
"""The fewest content words, numbers and codes that can be compared: "Yes, they run." has only one."""

MODAL = frozenset({"allowed", "possible", "necessary"})
"""What a claim may say for "may", "can" or "must" in its source."""

NO_STEMS: AbstractSet[str] = frozenset()


class _Outcome(IntEnum):
    CONTRADICTED = 0
    ABSENT = 1
    PARTIAL = 2
    SUPPORTED = 3


def groundedness(
    claim: str,
    quotes: Sequence[str],
    context: AbstractSet[str] = NO_STEMS,
    subject: AbstractSet[str] = NO_STEMS,
) -> Verdict:
    """The verdict on a claim whose citations quote `quotes`, taken from passages with the stems `context`.

    `subject` are the stems of the names of document and section, because sentences seldom repeat their
    subject: a name of the claim may be found there. If it is only found elsewhere in the context, the claim
    is not fully supported. Without quotes it is unsupported.
    """
    sources = quoted_sources(quotes)
    return judge_sources(claim, sources, sources, context, subject)


def judge_sources(
    claim: str,
    sources: Sequence[EvidenceSentence],
    neighbours: Sequence[EvidenceSentence],
    context: AbstractSet[str] = NO_STEMS,
    subject: AbstractSet[str] = NO_STEMS,
) -> Verdict:
    """The verdict by the quoted sentences.

    `neighbours` are the sentences of the same passages. A word of the claim that only one of them has, and no
    quoted sentence, was probably taken from it.
    """
    claim = without_list_mark(fold(claim))
    comparison = _Comparison(neighbours, _concepts(context), _concepts(subject))
    outcome = _verbatim(claim, sources)
    if outcome is None:
        outcome = comparison.outcome(parse_sentence(claim), sources)
    if outcome is not _Outcome.SUPPORTED:
        outcome = max(outcome, comparison.by_clauses(claim, sources))
    if outcome is _Outcome.SUPPORTED:
        return "supported"
    return "partial" if outcome is _Outcome.PARTIAL else "unsupported"


def _concepts(stems: AbstractSet[str]) -> frozenset[str]:
    return frozenset(map(concept, stems))


def _verbatim(claim: str, sources: Sequence[EvidenceSentence]) -> _Outcome | None:
    """The outcome of a claim that occurs word for word in the sources; None when it does not.

    Taken from a clause that denies it, it is partly supported at most.
    """
    bare = tokens(claim)
    if not bare:
        return _Outcome.ABSENT
    joined = f" {' '.join(word for source in sources for word in tokens(source.text))} "
    if f" {' '.join(bare)} " not in joined:
        return None
    own = parse_sentence(claim)
    for source in sources:
        reading = source.reading
        if own.concepts <= reading.concepts:
            agrees = own.negated() == reading.negated(_read_for(own, reading))
            return _Outcome.SUPPORTED if agrees else _Outcome.PARTIAL
    return _Outcome.SUPPORTED


def _read_for(claim: ParsedSentence, source: ParsedSentence) -> set[int] | None:
    """The clauses of the source that the claim is about; None for all of them."""
    shared = claim.concepts & source.concepts
    needed = source.segments_of(shared)
    needed |= {
        source.segment_at(v.start) for v in source.values if any(c.agrees_with(v) for c in claim.values)
    }
    return needed or None


class _Comparison:
    """`context` and `subject` are concepts."""

    def __init__(
        self, neighbours: Sequence[EvidenceSentence], context: frozenset[str], subject: frozenset[str]
    ) -> None:
        self._neighbours = neighbours
        self._context = context
        self._subject = subject

    def outcome(self, claim: ParsedSentence, sources: Sequence[EvidenceSentence]) -> _Outcome:
        """The outcome by the source that supports the claim best."""
        if len(claim.concepts) + len(claim.values) < FEWEST_TERMS:
            return _Outcome.ABSENT
        found = [self._by(claim, source) for source in sources]
        best = max(found, default=_Outcome.ABSENT)
        return _Outcome.CONTRADICTED if best <= _Outcome.ABSENT and _Outcome.CONTRADICTED in found else best

    def by_clauses(self, claim: str, sources: Sequence[EvidenceSentence]) -> _Outcome:
        """The outcome of a claim with several clauses: each must be supported by some source."""
        clauses = clauses_of(claim)
        whole = parse_sentence(claim)
        known = self._context.union(self._subject, *(source.concepts_for(whole) for source in sources))
        if len(clauses) < 2 or whole.names - known:
            return _Outcome.ABSENT
        outcomes = [self.outcome(clause, sources) for clause in clauses]
        firm = [outcome for clause, outcome in zip(clauses, outcomes, strict=True) if clause.values]
        if _Outcome.CONTRADICTED in outcomes or _Outcome.ABSENT in firm:
            return _Outcome.ABSENT
        if all(outcome is _Outcome.SUPPORTED for outcome in outcomes):
            return _Outcome.SUPPORTED
        return _Outcome.PARTIAL if max(outcomes) >= _Outcome.PARTIAL else _Outcome.ABSENT

    def _by(self, claim: ParsedSentence, source: EvidenceSentence) -> _Outcome:
        """The outcome by one source alone."""
        missing = _missing(claim, source)
        values_agree = values_stand(claim.values, source.values_for(claim))
        if values_agree and not missing & claim.names and contradicts(claim, source.reading):
            return _Outcome.CONTRADICTED
        competing = source.named - claim.concepts
        titled = missing & self._subject if source.reading.points_back or not competing else frozenset[str]()
        missing -= titled
        wanted = len(claim.concepts - titled)
        share = (wanted - len(missing)) / wanted if wanted else float(bool(claim.values))
        if share < PARTIAL_COVERAGE:
            return _Outcome.ABSENT
        if claim.negated() != source.reading.negated(_read_for(claim, source.reading)):
            return _Outcome.CONTRADICTED if share >= SUPPORTED_COVERAGE else _Outcome.ABSENT
        unnamed = missing & claim.names
        elsewhere = bool(unnamed - self._context or (unnamed and competing))
        if (
            not values_agree
            or misattributes(claim, source)
            or elsewhere
            or self._taken(claim, source, missing)
        ):
            return _Outcome.ABSENT
        known_subject = claim.opening not in missing
        if share >= SUPPORTED_COVERAGE and not unnamed and known_subject:
            return _Outcome.SUPPORTED
        return _Outcome.PARTIAL

    def _taken(self, claim: ParsedSentence, source: EvidenceSentence, missing: AbstractSet[str]) -> bool:
        """Whether a missing word is in a neighbour that says something else of the same kind."""
        own = source.reading
        rivals = [other.reading for other in self._neighbours if missing & other.reading.concepts]
        return any(_is_rival(rival, claim, own) for rival in rivals if rival.text != own.text)


def _is_rival(rival: ParsedSentence, claim: ParsedSentence, source: ParsedSentence) -> bool:
    """Whether it has another value or name instead of the claim's, or says most of the claim."""
    if any(v.is_like(c) and not c.agrees_with(v) for v in rival.values for c in claim.values):
        return True
    if (claim.names or claim.opening) and rival.names - source.names and source.names - claim.concepts:
        return True
    shared = len(rival.concepts & claim.concepts)
    return 2 * shared >= len(claim.concepts) and not source.concepts <= claim.concepts


def _missing(claim: ParsedSentence, source: EvidenceSentence) -> frozenset[str]:
    """The concepts that the source lacks, and the names that it has less often than the claim."""
    verbs = agreeing_verbs(claim, source.reading) | concepts_of(MODAL)
    names = claim.names_beyond(source.reading) - source.lent_to(claim)
    return (claim.concepts - source.concepts_for(claim) - verbs) | names
