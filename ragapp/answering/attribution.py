"""Attributes each claim of a model to the smallest span of a passage that supports it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from ragapp.answering.claims import Claim
from ragapp.answering.groundedness.check import judge_sources
from ragapp.answering.groundedness.clauses import clauses_of
from ragapp.answering.groundedness.non_claims import claims_nothing, without_list_mark
from ragapp.answering.passages import Passage
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import stems
from ragapp.types import Verdict

WIDEST_SPAN = 3
"""Sentences that one citation may span. A generated sentence seldom condenses more."""

MOST_CITATIONS = 3
"""Passages considered of those that a model cites for one sentence."""

COMPARED = 6
"""Spans that are fully compared with a claim: those that share the most words with it."""

_RANK: dict[Verdict, int] = {"supported": 2, "partial": 1, "unsupported": 0}


def attribute(claim: Claim, passages: Mapping[int, Passage]) -> Statement:
    """The claim with the spans that support it, and the verdict.

    Unknown passage numbers are dropped, and so are cited passages that do not support the claim. When the
    cited passages do not fully support it but another one does, that one is cited: the model's numbers are
    hints, the comparison decides.
    """
    if claim.is_head or claims_nothing(claim.text):
        return Statement(claim.text, "no_claim", (), claim.new_line)
    cited = [passages[number] for number in claim.passages if number in passages]
    evidence, verdict = _supporting(claim.text, cited)
    if verdict != "supported":
        others = [passage for passage in passages.values() if passage not in cited]
        better = best_evidence(claim.text, others)
        if better is not None and _verdict(claim.text, [better]) == "supported":
            evidence, verdict = [better], "supported"
    if verdict != "supported":
        scattered = _by_clauses(claim.text, list(passages.values()))
        if scattered:
            evidence, verdict = scattered, "supported"
    return Statement(claim.text, verdict, tuple(evidence), claim.new_line)


def best_evidence(claim: str, passages: Iterable[Passage]) -> Evidence | None:
    """The span that supports the claim best; the shortest, then the first, of equally good ones."""
    wanted = frozenset(stems(claim))
    spans = (found for passage in passages for found in _spans(passage, wanted))
    likely = sorted(spans, key=lambda found: (-found[0], found[1].end - found[1].start))[:COMPARED]
    # max returns the first of equals, and the sort puts shorter spans before longer ones.
    best = max(likely, key=lambda found: (_RANK[_verdict(claim, [found[1]])], found[0]), default=None)
    return best[1] if best else None


def _supporting(claim: str, cited: Sequence[Passage]) -> tuple[list[Evidence], Verdict]:
    """The spans of the cited passages that support the claim, each by itself or else together."""
    found = [best_evidence(claim, [passage]) for passage in cited[:MOST_CITATIONS]]
    best = [span for span in found if span is not None]
    verdicts = [_verdict(claim, [span]) for span in best]
    alone: Verdict = max(verdicts, key=_RANK.__getitem__, default="unsupported")
    together = _verdict(claim, best)
    if _RANK[together] > _RANK[alone]:
        return best, together
    if alone == "unsupported":
        return [], alone
    return [span for span, verdict in zip(best, verdicts, strict=True) if verdict == alone], alone


def _by_clauses(claim: str, passages: Sequence[Passage]) -> list[Evidence]:
    """A span for each clause of the claim, from any passage; none unless they support all of it."""
    found = [best_evidence(clause.text, passages) for clause in clauses_of(without_list_mark(claim))]
    spans = list(dict.fromkeys(span for span in found if span is not None))
    supported = 1 < len(spans) <= MOST_CITATIONS and _verdict(claim, spans) == "supported"
    return spans if supported else []


def _verdict(claim: str, evidence: Sequence[Evidence]) -> Verdict:
    passages = {one.passage.number: one.passage for one in evidence}.values()
    context = frozenset[str]().union(*(passage.stems for passage in passages))
    subject = frozenset(stems(" ".join(passage.label for passage in passages)))
    sources = [source for one in evidence for source in one.passage.sources_within(one.start, one.end)]
    neighbours = [source for passage in passages for source in passage.sources]
    return judge_sources(claim, sources, neighbours, context, subject)


def _spans(passage: Passage, wanted: AbstractSet[str]) -> Iterator[tuple[float, Evidence]]:
    """Every run of up to WIDEST_SPAN sentences, with the share of the claim's stems that it has."""
    sentences = passage.sentences
    for size in range(1, WIDEST_SPAN + 1):
        for first in range(len(sentences) - size + 1):
            run = sentences[first : first + size]
            shared = wanted & frozenset[str]().union(*(sentence.stems for sentence in run))
            share = len(shared) / len(wanted) if wanted else 0.0
            yield share, Evidence(passage, run[0].start, run[-1].end)
