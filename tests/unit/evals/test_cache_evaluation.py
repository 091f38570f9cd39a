"""Calibrating the cache: halves that share nothing, curves, and the threshold that is certified."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.cache.curve import Scored, certified
from evals.cache.formed import Formed, formed, judged
from evals.cache.pairs import Pair, halves, load_pairs, load_verdicts, questions
from evals.cache.scoring import Vectorised
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
    assert [pair.label for pair in load_pairs(tmp_path / "pairs", load_verdicts(tmp_path / "judged"))] == [1]


@pytest.mark.parametrize("line", ['{"text_a": "a"}', "nonsense", ""])
def test_an_invalid_file_is_rejected_with_its_line(tmp_path: Path, line: str) -> None:
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


ALIKE = [
    "How do I appeal?",
    "How can I appeal?",
    "How can one appeal?",
    "Where do I appeal?",
    "how do I appeal",
]


def formed_of(labelled: list[Pair], verdicts: dict[str, bool]) -> Formed:
    vectors = Vectorised({text: row for row, text in enumerate(ALIKE)}, np.ones((len(ALIKE), 1), np.float32))
    everything = [*labelled, *(Pair("Where do I appeal?", text, 0) for text in ALIKE)]
    return judged(formed(everything, vectors, 0.9), everything, verdicts)


def test_all_pairs_of_questions_are_formed_and_counted_in_groups() -> None:
    hits = formed_of([Pair(ALIKE[0], ALIKE[1], 1)], {})
    assert (hits.questions, hits.hits, hits.groups) == (5, 5, 1)  # the exact hit is not among them


def test_unjudged_hits_count_as_wrong() -> None:
    labelled = [Pair(ALIKE[0], ALIKE[1], 1)]
    assert formed_of(labelled, {}).wrong == formed_of(labelled, {}).unjudged == 4
    order = ["Where do I appeal?", *ALIKE[:3], ALIKE[4]]
    said = {Pair(a, b, 0).digest: True for a, b in permutations(order, 2)}
    assert formed_of(labelled, said).wrong == 0
    said[Pair(ALIKE[0], ALIKE[1], 0).digest] = False
    found = formed_of(labelled, said)
    assert (found.wrong, found.unjudged, found.wrong_groups, found.wrong_per_group.estimate) == (1, 0, 1, 1)


def test_questions_about_a_paragraph_form_pairs_labelled_by_their_answers(tmp_path: Path) -> None:
    def asked(number: int, question: str, answer: str) -> dict[str, object]:
        return {"id": str(number), "question": question, "answers": [{"text": answer, "answer_start": 0}]}

    questions = [asked(1, "Who won?", "Ann"), asked(2, "Who lost?", "Bob"), asked(3, "Who has won?", "Ann")]
    paragraphs = [{"context": "…", "qas": questions}, {"context": "…", "qas": questions[:1]}]
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    assert [pair.label for pair in load_pairs(path)] == [0, 1, 0]
