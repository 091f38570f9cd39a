"""Calibrating the cache: halves that share nothing, curves, and the threshold that is certified."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.cache.curve import Scored, certified
from evals.cache.pairs import Pair, halves, load_pairs, questions
from ragapp.errors import UsageError

texts = st.sampled_from([f"question {number}" for number in range(40)])
pairs = st.lists(st.builds(Pair, texts, texts, st.integers(0, 1)), max_size=60)


@settings(deadline=None)  # how busy the machine is says nothing of the code
@given(pairs)
def test_no_question_is_in_both_halves(pairs: list[Pair]) -> None:
    first, second = halves(pairs)
    assert set(questions(first)).isdisjoint(questions(second))
    assert len(first) + len(second) == len(pairs)


def test_judgements_override_labels(tmp_path: Path) -> None:
    (tmp_path / "pairs").write_text('{"text_a": "a", "text_b": "b", "label": 0}\n')
    digest = Pair("a", "b", 0).digest
    (tmp_path / "judged").write_text(f'{{"pair": "{digest}", "same": true}}\n')
    assert [pair.label for pair in load_pairs(tmp_path / "pairs")] == [0]
    assert [pair.label for pair in load_pairs(tmp_path / "pairs", tmp_path / "judged")] == [1]


@pytest.mark.parametrize("line", ['{"text_a": "a"}', "nonsense", ""])
def test_a_file_that_is_none_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "pairs").write_text(line + "\n")
    with pytest.raises(UsageError):
        load_pairs(tmp_path / "pairs")


def test_guards_and_threshold_both_have_to_agree() -> None:
    scored = Scored(
        cosines=np.array([0.99, 0.99, 0.9, 0.8], np.float32),
        same=np.array([True, False, False, True]),
        agreed=np.array([True, False, True, True]),
    )
    plain, guarded = scored.plain(0.9), scored.guarded(0.9)
    assert (plain.hits, plain.wrong, guarded.hits, guarded.wrong) == (3, 2, 2, 1)
    assert guarded.hit_rate == 0.5


def test_the_certified_threshold_has_the_most_hits_within_the_bound() -> None:
    cosines = np.linspace(0.8, 1.0, 2000, dtype=np.float32)
    same = cosines > 0.85
    scored = Scored(cosines, same, np.ones_like(same))
    points = [scored.guarded(threshold) for threshold in (0.8, 0.84, 0.86, 0.9)]
    best = certified(points, 0.01)
    assert best is not None
    assert (best.threshold, best.wrong) == (0.86, 0)
    assert certified(points[:1], 0.01) is None
