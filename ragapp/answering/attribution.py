"""Attributes each claim of a model to the smallest span of a passage that supports it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from ragapp.answering.claims import Claim
from ragapp.answering.groundedness.check import judge_sources
from ragapp.answering.groundedness.clauses import clauses_of
from ragapp.answering.groundedness.exact_parts import exact_parts_agree
from ragapp.answering.groundedness.non_claims import claims_nothing, without_list_mark
from ragapp.answering.passages import Passage
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import fold, stems
from ragapp.types import Verdict

WIDEST_SPAN = 3
"""Sentences that one citation may span. A generated sentence seldom condenses more."""

MOST_CITATIONS = 3
"""Passages considered of those that a model cites for one sentence."""

COMPARED = 6
"""Spans that are fully compared with a claim: those that share the most words with it."""

READ_ALONE = 2
"""Spans that are read alone when a claim is compared by its meaning: each takes some milliseconds."""

SUPPORTED_BY_MEANING = 0.5
"""The probability from which a claim counts as supported (docs/research/answers.md)."""

_RANK: dict[Verdict, int] = {"supported": 2, "partial": 1, "unsupported": 0}


Support = Callable[[str, Sequence[str]], Sequence[float]]
"""(claim, texts) -> the probability, by meaning, that each text supports the claim."""


def attribute(claim: Claim, passages: Mapping[int, Passage], support: Support | None = None) -> Statement:
    """The claim with the spans that support it, and the verdict.

    Unknown passage numbers are dropped, and so are cited passages that do not support the claim. When the
    cited passages do not fully support it but another one does, that one is cited: the model's numbers are
    hints, the comparison decides. A claim that is worded too freely to be compared by its words is compared
    by its meaning, if `support` is given.
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
    if verdict != "supported" and support is not None:
        meant = _by_meaning(
            claim.text, [*cited, *(one for one in passages.values() if one not in cited)], support
        )
        if meant:
            evidence, verdict = meant, "supported"
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


def _by_meaning(claim: str, passages: Sequence[Passage], support: Support) -> list[Evidence]:
    """The spans that support the claim by their meaning; none if no span does.

    Only spans with which the exact parts of the claim agree are read.
    """
    candidates = [spans for spans in _likely(claim, passages) if _exact_parts_agree(claim, spans)]
    if not candidates:
        return []
    scores = support(claim, [" ".join(fold(span.quote) for span in spans) for spans in candidates])
    score, best = max(zip(scores, candidates, strict=True), key=lambda scored: scored[0])
    return best if score >= SUPPORTED_BY_MEANING else []


def _likely(claim: str, passages: Sequence[Passage]) -> list[list[Evidence]]:
    """The spans that share the most words with the claim, each alone, and the sentences that together do."""
    wanted = frozenset(stems(claim))
    spans = [found for passage in passages for found in _spans(passage, wanted)]
    ranked = sorted(spans, key=lambda found: (-found[0], found[1].end - found[1].start))
    alone = [[evidence] for _, evidence in ranked[:READ_ALONE]]
    together = _covering(wanted, passages)
    return [*alone, together] if len(together) > 1 else alone


def _covering(wanted: AbstractSet[str], passages: Sequence[Passage]) -> list[Evidence]:
    """Up to WIDEST_SPAN sentences, each with the most stems that those before it lack."""
    sentences = [(passage, sentence) for passage in passages for sentence in passage.sentences]
    chosen: list[Evidence] = []
    missing = set(wanted)
    for _ in range(WIDEST_SPAN):
        if not sentences or not missing:
            break
        passage, best = max(sentences, key=lambda one: len(missing & one[1].stems))
        if not missing & best.stems:
            break
        missing -= best.stems
        chosen.append(Evidence(passage, best.start, best.end))
    return sorted(chosen, key=lambda one: (one.passage.number, one.start))


def _exact_parts_agree(claim: str, evidence: Sequence[Evidence]) -> bool:
    subject = frozenset(stems(" ".join(one.passage.label for one in evidence)))
    sources = [source for one in evidence for source in one.passage.sources_within(one.start, one.end)]
    return exact_parts_agree(claim, sources, subject)


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
