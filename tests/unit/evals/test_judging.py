"""A judge model over real HTTP, and its agreement with labels."""

from __future__ import annotations

from pathlib import Path

import pytest

import evals.data
from evals.answers.judging import Opinion, agreement, open_judge
from evals.research.judge import judge_labels, labelled
from ragapp.errors import ModelError, UsageError
from ragapp.settings import Settings
from tests.modelserver import Pieces, written_by

XQUAD = Path(evals.data.__file__).parent / "xquad-mini"
SETTINGS = Settings(generator="extractive")


def test_without_a_judge_no_model_is_called() -> None:
    assert open_judge(SETTINGS) is None


def test_a_judge_has_to_be_a_model() -> None:
    with pytest.raises(UsageError, match="is not a model"):
        open_judge(SETTINGS.model_copy(update={"judge": "extractive"}))


@pytest.mark.parametrize(("said", "supported"), [("Yes.", True), ("**No**, it does not.", False)])
def test_its_reply_is_an_opinion(said: str, supported: bool) -> None:
    with written_by(Pieces(said), SETTINGS) as served:
        judge = open_judge(served.model_copy(update={"judge": served.generator}))
        assert judge is not None
        assert judge.supports(["The mill was built in 1862."], "It was built in 1862.") is supported
        assert "stand-in" in judge.name


def test_a_reply_that_is_neither_is_an_error() -> None:
    with written_by(Pieces("Perhaps."), SETTINGS) as served:
        judge = open_judge(served.model_copy(update={"judge": served.generator}))
        assert judge is not None
        with pytest.raises(ModelError, match="yes or no"):
            judge.supports(["a"], "b")


def test_agreement_is_cohens_kappa() -> None:
    with written_by(Pieces("yes"), SETTINGS) as served:
        judge = open_judge(served.model_copy(update={"judge": served.generator}))
        assert judge is not None
        found = [Opinion(True, True)] * 4 + [Opinion(True, False)] * 2 + [Opinion(False, False)] * 4
        # By hand: observed .8; by chance .6 * .4 + .4 * .6 = .48.
        agreed = agreement(judge, found)
        assert (agreed.sentences, agreed.agreed) == (10, 0.8)
        assert agreed.kappa == pytest.approx((0.8 - 0.48) / (1 - 0.48))
        assert agreement(judge, [Opinion(True, True)]).kappa is None


def test_a_judge_that_always_agrees_has_no_kappa() -> None:
    pairs = labelled(XQUAD, 3)
    supported = [one[2] for one in pairs]
    assert {True, False} <= set(supported)
    with written_by(Pieces("yes"), SETTINGS) as served:
        judge = open_judge(served.model_copy(update={"judge": served.generator}))
        assert judge is not None
        found = judge_labels(judge, pairs)
    assert found.agreed == pytest.approx(sum(supported) / len(supported))
    assert found.kappa is None
