"""Metrics equal those of trec_eval, also for runs with ties."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.retrieval.metrics import METRICS, by_k, mean, score, strictly_descending
from evals.retrieval.trec import read_trec, write_trec
from evals.retrieval.types import DocumentRanking, Qrels, Ranking

TREC_NAMES = {
    "nDCG@10": "ndcg_cut_10",
    "Recall@10": "recall_10",
    "Recall@100": "recall_100",
    "MAP@100": "map_cut_100",
    "P@10": "P_10",
}
DOCUMENTS = [f"d{number}" for number in range(130)]
QUERIES = ["q1", "q2", "q3"]

# Few distinct scores make many ties; the odd one is two scores that are the same 32-bit float.
tying_scores = st.sampled_from([0.0, 0.5, 0.5 + 1e-12, 1.0, -2.0, 1e6])
rankings = st.lists(st.sampled_from(DOCUMENTS), unique=True, max_size=120).flatmap(
    lambda ids: st.lists(tying_scores, min_size=len(ids), max_size=len(ids)).map(
        lambda scores: tuple(zip(ids, sorted(scores, reverse=True), strict=True))
    )
)
runs = st.dictionaries(st.sampled_from(QUERIES), rankings, max_size=3)
judgements = st.dictionaries(
    st.sampled_from(QUERIES),
    st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1, max_size=20),
    min_size=1,
)


def trec_eval(qrels: Qrels, run: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    measures = [*TREC_NAMES.values(), "recip_rank"]
    return pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)


def assert_equal_to_trec_eval(qrels: Qrels, run: Ranking, scored: dict[str, dict[str, float]]) -> None:
    expected = trec_eval(qrels, scored)
    ours = score(qrels, run)
    assert ours.keys() == qrels.keys()
    for query, scores in ours.items():
        theirs = expected.get(query, dict.fromkeys([*TREC_NAMES.values(), "recip_rank"], 0.0))
        for name, trec_name in TREC_NAMES.items():
            assert scores[name] == pytest.approx(theirs[trec_name], abs=1e-9)
        reciprocal = theirs["recip_rank"] if theirs["recip_rank"] >= 0.1 else 0.0
        assert scores["MRR@10"] == pytest.approx(reciprocal, abs=1e-9)


@given(judgements, runs)
@settings(max_examples=200, deadline=None)
def test_tied_scores_are_ranked_in_the_order_given(qrels: Qrels, run: Ranking) -> None:
    by_place = {
        query: {document: float(-place) for place, (document, _) in enumerate(ranking)}
        for query, ranking in run.items()
    }
    assert_equal_to_trec_eval(qrels, run, by_place)


@given(judgements, runs)
@settings(max_examples=50, deadline=None)
def test_trec_eval_reads_the_same_figures_from_the_run_file(
    tmp_path_factory: pytest.TempPathFactory, qrels: Qrels, run: Ranking
) -> None:
    path = tmp_path_factory.mktemp("runs") / "a.run"
    write_trec(path, run, tag="ragapp")
    with path.open() as lines:
        assert_equal_to_trec_eval(qrels, run, pytrec_eval.parse_run(lines))


@given(judgements, runs)
@settings(max_examples=50, deadline=None)
def test_run_files_of_others_score_as_trec_eval_scores_them(
    tmp_path_factory: pytest.TempPathFactory, qrels: Qrels, run: Ranking
) -> None:
    # As another program may write them: with ties, in no order.
    found = {query: dict(ranking) for query, ranking in run.items() if ranking}
    lines = [f"{q} Q0 {d} 0 {s!r} other" for q, ranking in found.items() for d, s in sorted(ranking.items())]
    path = tmp_path_factory.mktemp("runs") / "other.run"
    path.write_text("\n".join(lines) + "\n")
    if lines:
        assert_equal_to_trec_eval(qrels, read_trec(path), found)


@given(judgements, runs)
@settings(max_examples=50, deadline=None)
def test_curves_meet_the_figures_at_their_cutoffs(qrels: Qrels, run: Ranking) -> None:
    means, curves = mean(score(qrels, run)), by_k(qrels, run)
    assert curves["nDCG"][10] == pytest.approx(means["nDCG@10"])
    assert curves["Recall"][100] == pytest.approx(means["Recall@100"])
    assert curves["P"][10] == pytest.approx(means["P@10"])


@given(rankings)
def test_parted_scores_stay_close_and_differ_as_32_bit_floats(ranking: DocumentRanking) -> None:
    parted = strictly_descending(ranking)
    assert [document for document, _ in parted] == [document for document, _ in ranking]
    values = np.array([value for _, value in parted], dtype=np.float32)
    assert (np.diff(values) < 0).all()
    assert [value for _, value in parted] == pytest.approx(
        [value for _, value in ranking], rel=1e-4, abs=1e-4
    )


def test_worked_example() -> None:
    # One of two relevant documents at rank 2, the other at rank 11.
    ranking = tuple((f"d{place}", 1.0) for place in range(1, 12))
    scores = score({"q": {"d2": 1, "d11": 1}}, {"q": ranking})["q"]
    ideal = 1 + 1 / math.log2(3)
    assert scores["nDCG@10"] == pytest.approx((1 / math.log2(3)) / ideal)
    assert scores["MRR@10"] == 0.5
    assert scores["Recall@10"] == 0.5
    assert scores["Recall@100"] == 1.0
    assert scores["MAP@100"] == pytest.approx((1 / 2 + 2 / 11) / 2)


def test_reciprocal_rank_ends_at_ten() -> None:
    ranking = tuple((f"d{place}", 1.0) for place in range(1, 12))
    assert score({"q": {"d10": 1}}, {"q": ranking})["q"]["MRR@10"] == pytest.approx(0.1)
    assert score({"q": {"d11": 1}}, {"q": ranking})["q"]["MRR@10"] == 0.0


def test_a_query_without_hits_counts_as_zero() -> None:
    qrels = {"found": {"d1": 1}, "lost": {"d1": 1}, "empty": {"d1": 1}}
    means = mean(score(qrels, {"found": (("d1", 1.0),), "empty": ()}))
    one_of_ten = {"P@10": pytest.approx(1 / 30)}
    assert means == dict.fromkeys(METRICS, pytest.approx(1 / 3)) | one_of_ten


def test_the_tag_and_ranks_are_as_trec_wants_them(tmp_path: Path) -> None:
    write_trec(tmp_path / "a.run", {"q": (("d2", 0.75), ("d1", 0.5))}, tag="hybrid")
    assert (tmp_path / "a.run").read_text() == "q Q0 d2 1 0.75 hybrid\nq Q0 d1 2 0.5 hybrid\n"
