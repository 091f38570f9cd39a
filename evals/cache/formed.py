"""All pairs of questions in a set for which one would get the other's answer, including pairs without a
label.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from evals.cache.curve import Rate
from evals.cache.pairs import Pair, Verdicts, connected, questions
from evals.cache.scoring import Vectorised
from ragapp.cache.cache_key import normalised
from ragapp.cache.confidence_bounds import upper_bound
from ragapp.cache.guards import GUARDS
from ragapp.cache.guards.parsed_question import ParsedQuestion


@dataclass(frozen=True, slots=True)
class Formed:
    """The hits of a cache that holds all questions of the set.

    `unjudged` hits have no label and count as wrong. Hits with a common question are not independent, so they
    form a group, which is wrong if one of its hits is.
    """

    questions: int
    hits: int
    unjudged: int
    wrong: int
    wrong_per_hit: Rate
    groups: int
    wrong_groups: int
    wrong_per_group: Rate


def formed(pairs: Sequence[Pair], vectors: Vectorised, threshold: float) -> list[Pair]:
    """The hits at that cosine among all questions of the pairs, labelled 0, without exact hits."""
    groups: dict[tuple[str, ...], list[ParsedQuestion]] = defaultdict(list)
    for text in questions(pairs):
        reading = ParsedQuestion(text)
        groups[reading.content].append(reading)  # of which two guards demand that it is the same
    return [
        Pair(a.text, b.text, 0)
        for group in groups.values()
        for a, b in combinations(group, 2)
        if _served(a, b, vectors, threshold)
    ]


def judged(hits: Sequence[Pair], pairs: Sequence[Pair], verdicts: Verdicts) -> Formed:
    """Labels the hits with the judgements in `pairs` and `verdicts`, and counts them."""
    known = {frozenset((pair.text_a, pair.text_b)): bool(pair.label) for pair in pairs}
    said = [verdicts.get(hit.digest, known.get(frozenset((hit.text_a, hit.text_b)))) for hit in hits]
    leaders = connected(hits)
    wrong = [leaders[hit.text_a] for hit, same in zip(hits, said, strict=True) if not same]
    groups = len(set(leaders.values()))
    return Formed(
        questions=len(questions(pairs)),
        hits=len(hits),
        unjudged=said.count(None),
        wrong=len(wrong),
        wrong_per_hit=_rate(len(wrong), len(hits)),
        groups=groups,
        wrong_groups=len(set(wrong)),
        wrong_per_group=_rate(len(set(wrong)), groups),
    )


def _served(a: ParsedQuestion, b: ParsedQuestion, vectors: Vectorised, threshold: float) -> bool:
    if normalised(a.text) == normalised(b.text) or not all(agree(a, b) for agree in GUARDS.values()):
        return False
    one, other = vectors.of([a.text, b.text])
    return float(one @ other) >= threshold


def _rate(wrong: int, of: int) -> Rate:
    return Rate(wrong / of if of else 0.0, upper_bound(wrong, of))
