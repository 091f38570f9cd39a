"""The calibration scripts: what they alter, and that a fit finds the rule behind its data."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import evals.data
from evals.research.refusal import RULES, Observation, fit, quality
from evals.research.verdicts import shares, squad_pairs
from ragapp.answering.answerability import Answerability

SAMPLE = Path(evals.data.__file__).parent / "xquad-mini" / "questions.json"


def test_sentences_support_themselves_and_not_what_was_altered() -> None:
    found = {kind: shares(list(pairs)) for kind, pairs in squad_pairs(SAMPLE)}
    assert found["the sentence itself"]["supported"] == 1.0
    for kind in ("one number changed", "a not put in", "one name changed"):
        assert found[kind]["n"] > 0
        assert found[kind]["supported"] < 0.2


def test_an_altered_sentence_differs_from_its_quote() -> None:
    for kind, pairs in squad_pairs(SAMPLE):
        if kind != "the sentence itself":
            assert all(claim != quote for claim, quote in pairs)


def observation(rng: random.Random) -> Observation:
    """One whose answerability hangs on the share of the sentence alone."""
    share = rng.random()
    support = Answerability(share, rng.random(), rng.random(), by_coincidence=False)
    return Observation(support, read=0.0, answers=True, answerable=share > 0.5, held_out=False)


def test_a_fit_finds_the_decisive_feature() -> None:
    rng = random.Random(0)
    fitted = fit([[observation(rng) for _ in range(200)]], RULES["of shares"])
    by_sentence, by_passage, of_names = np.abs(fitted.coef_[0])
    assert by_sentence > 5 * max(by_passage, of_names)


def test_quality_counts_refusals() -> None:
    rng = random.Random(0)
    observed = [observation(rng) for _ in range(100)]
    answerable = np.array([one.answerable for one in observed])
    assert quality(observed, answerable)["f1"] == 1.0
    never = quality(observed, np.ones(100, dtype=bool))
    assert (never["recall"], never["refused_although_answerable"]) == (0.0, 0.0)
    always = quality(observed, np.zeros(100, dtype=bool))
    assert always["precision"] == pytest.approx((~answerable).mean(), abs=0.001)
