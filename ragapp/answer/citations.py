"""Ties each claim of a model to the smallest span of a passage that supports it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from ragapp.answer.clauses import clauses_of
from ragapp.answer.forms import claims_nothing, without_list_mark
from ragapp.answer.markers import Claim
from ragapp.answer.passages import Passage
from ragapp.answer.statements import Evidence, Statement
from ragapp.answer.terms import stems
from ragapp.answer.verify import judge_sources
from ragapp.types import Verdict

WIDEST_SPAN = 3
"""Sentences that one citation may span: an answer's sentence seldom condenses more."""

MOST_CITATIONS = 3
"""Of the passages that a model cites for one sentence, those that are looked at."""

COMPARED = 6
"""Spans of the passages that are compared with a claim in full, those that share most words with it."""

_WORTH: dict[Verdict, int] = {"supported": 2, "partial": 1, "unsupported": 0}


def bind(claim: Claim, passages: Mapping[int, Passage]) -> Statement:
    """The claim with the spans that bear it, and the verdict on both.

    Numbers that no passage has are dropped, and so is a cited passage that does not bear the claim. When
    what was cited does not fully support the claim but another passage does, that one is cited: the
    model's numbers are hints, the comparison decides.
    """
    if claim.is_head or claims_nothing(claim.text):
        return Statement(claim.text, "no_claim", (), claim.new_line)
    cited = [passages[number] for number in claim.passages if number in passages]
    evidence, verdict = _bearing(claim.text, cited)
    if verdict != "supported":
        others = [passage for passage in passages.values() if passage not in cited]
        better = best_evidence(claim.text, others)
        if better is not None and _judged(claim.text, [better]) == "supported":
            evidence, verdict = [better], "supported"
    if verdict != "supported":
        scattered = _by_clauses(claim.text, list(passages.values()))
        if scattered:
            evidence, verdict = scattered, "supported"
    return Statement(claim.text, verdict, tuple(evidence), claim.new_line)


def best_evidence(claim: str, passages: Iterable[Passage]) -> Evidence | None:
    """The span that supports the claim best; of equally good ones the shortest, then the first."""
    wanted = frozenset(stems(claim))
    spans = (found for passage in passages for found in _spans(passage, wanted))
    likely = sorted(spans, key=lambda found: (-found[0], found[1].end - found[1].start))[:COMPARED]
    # max keeps the first of equals, and the sort has put the shorter span before the longer one.
    best = max(likely, key=lambda found: (_WORTH[_judged(claim, [found[1]])], found[0]), default=None)
    return best[1] if best else None


def _bearing(claim: str, cited: Sequence[Passage]) -> tuple[list[Evidence], Verdict]:
    """The spans of the cited passages that bear the claim: those that do so alone, or else together."""
    found = [best_evidence(claim, [passage]) for passage in cited[:MOST_CITATIONS]]
    best = [span for span in found if span is not None]
    verdicts = [_judged(claim, [span]) for span in best]
    alone: Verdict = max(verdicts, key=_WORTH.__getitem__, default="unsupported")
    together = _judged(claim, best)
    if _WORTH[together] > _WORTH[alone]:
        return best, together
    if alone == "unsupported":
        return [], alone
    return [span for span, verdict in zip(best, verdicts, strict=True) if verdict == alone], alone


def _by_clauses(claim: str, passages: Sequence[Passage]) -> list[Evidence]:
    """A span for each thing that the claim says, wherever it stands; none unless they support all of it."""
    found = [best_evidence(clause.text, passages) for clause in clauses_of(without_list_mark(claim))]
    spans = list(dict.fromkeys(span for span in found if span is not None))
    supported = 1 < len(spans) <= MOST_CITATIONS and _judged(claim, spans) == "supported"
    return spans if supported else []


def _judged(claim: str, evidence: Sequence[Evidence]) -> Verdict:
    passages = {one.passage.number: one.passage for one in evidence}.values()
    context = frozenset[str]().union(*(passage.stems for passage in passages))
    subject = frozenset(stems(" ".join(passage.label for passage in passages)))
    sources = [source for one in evidence for source in one.passage.sources_within(one.start, one.end)]
    neighbours = [source for passage in passages for source in passage.sources]
    return judge_sources(claim, sources, neighbours, context, subject)


def _spans(passage: Passage, wanted: AbstractSet[str]) -> Iterator[tuple[float, Evidence]]:
    """Every run of up to WIDEST_SPAN sentences, with the share of the wanted stems that it has."""
    sentences = passage.sentences
    for size in range(1, WIDEST_SPAN + 1):
        for first in range(len(sentences) - size + 1):
            run = sentences[first : first + size]
            shared = wanted & frozenset[str]().union(*(sentence.stems for sentence in run))
            share = len(shared) / len(wanted) if wanted else 0.0
            yield share, Evidence(passage, run[0].start, run[-1].end)
