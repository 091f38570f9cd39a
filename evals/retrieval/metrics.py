"""Retrieval metrics, computed by trec_eval through ir_measures and pytrec_eval.

This module avoids two pitfalls. trec_eval stores scores as 32-bit floats and orders ties by document id, not
by the given order; so `strictly_descending` removes ties before anything is scored or written. And
ir_measures computes RR with a cutoff by a different scorer that orders ties the other way; so the cutoff is
applied here to the reciprocal rank of trec_eval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import ir_measures
import numpy as np
from ir_measures import AP, RR, P, R, nDCG

from evals.retrieval.types import DocumentRanking, PerQuery, Qrels, Ranking, Scores

DEPTH = 100
"""The documents that a run needs for each query: the largest cutoff below."""

METRICS = ("nDCG@10", "Recall@10", "Recall@100", "MRR@10", "MAP@100", "P@10")

CUTOFFS = (1, 3, 5, 10, 20, 50, 100)

_Measure: TypeAlias = ir_measures.measures.Measure

_MEASURES: Mapping[_Measure, str] = {
    nDCG @ 10: "nDCG@10",
    R @ 10: "Recall@10",
    R @ 100: "Recall@100",
    RR: "MRR@10",
    AP @ 100: "MAP@100",
    P @ 10: "P@10",
}

_BY_K: Mapping[str, _Measure] = {"nDCG": nDCG, "Recall": R, "P": P}


def score(qrels: Qrels, run: Ranking) -> PerQuery:
    """The METRICS of each judged query. A query that is missing in the run scores 0; one without judgements
    is ignored.
    """
    scorable = {query: dict(strictly_descending(ranking)) for query, ranking in run.items() if ranking}
    judged = {query: dict(grades) for query, grades in qrels.items()}
    per_query: dict[str, dict[str, float]] = {query: dict.fromkeys(METRICS, 0.0) for query in qrels}
    for metric in ir_measures.pytrec_eval.iter_calc(list(_MEASURES), judged, scorable):
        name = _MEASURES[metric.measure]
        beyond_cutoff = name == "MRR@10" and metric.value < 1 / 10
        per_query[metric.query_id][name] = 0.0 if beyond_cutoff else float(metric.value)
    return per_query


def by_k(qrels: Qrels, run: Ranking) -> dict[str, dict[int, float]]:
    """The means of nDCG, recall and precision over the judged queries, at each of CUTOFFS."""
    measures = {measure @ k: (name, k) for name, measure in _BY_K.items() for k in CUTOFFS}
    judged = {query: dict(grades) for query, grades in qrels.items()}
    scorable = {query: dict(strictly_descending(ranking)) for query, ranking in run.items() if ranking}
    sums = {name: dict.fromkeys(CUTOFFS, 0.0) for name in _BY_K}
    for metric in ir_measures.pytrec_eval.iter_calc(list(measures), judged, scorable):
        name, k = measures[metric.measure]
        sums[name][k] += float(metric.value)
    return {name: {k: total / len(qrels) for k, total in ks.items()} for name, ks in sums.items()}


def mean(per_query: PerQuery) -> Scores:
    """The mean of each metric over the queries."""
    return {metric: float(np.mean([scores[metric] for scores in per_query.values()])) for metric in METRICS}


def strictly_descending(ranking: DocumentRanking) -> DocumentRanking:
    """The ranking in the same order, with scores that strictly decrease even as 32-bit floats."""
    down = np.float32(-np.inf)
    below = np.float32(np.inf)
    parted: list[tuple[str, float]] = []
    for document, value in ranking:
        below = min(np.float32(value), np.nextafter(below, down))
        parted.append((document, float(below)))
    return tuple(parted)
