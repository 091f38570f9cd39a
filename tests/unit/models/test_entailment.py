"""The bundled entailment model, with its real file, and the check of claims by their meaning."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ragapp.answering.attribution import attribute
from ragapp.answering.claims import read_claims
from ragapp.answering.groundedness.check import groundedness
from ragapp.answering.passages import number_hits
from ragapp.models.entailment import OnnxEntailment
from ragapp.types import Verdict
from tests.unit.answering.hits import hit

LEAVE = "Employees may take 30 days of leave a year, and apprentices 28 days. Ask your manager in time."
MILL = "The Dover mill was built in 1862 by Ada Thornton. It ground wheat until a fire destroyed it in 1911."


@pytest.fixture(scope="module")
def entailment() -> OnnxEntailment:
    return OnnxEntailment(threads=1)


def verdict(claim: str, texts: Sequence[str], entailment: OnnxEntailment | None) -> Verdict:
    passages = {one.number: one for one in number_hits([hit(text, n) for n, text in enumerate(texts, 1)])}
    (read,) = read_claims(claim)
    return attribute(read, passages, entailment.support if entailment else None).verdict


def test_a_probability_does_not_depend_on_the_other_texts(entailment: OnnxEntailment) -> None:
    texts = [LEAVE, MILL, "", "x " * 900]
    alone = [entailment.support("Apprentices get 28 days.", [text])[0] for text in texts]
    assert entailment.support("Apprentices get 28 days.", texts) == alone
    assert all(0 <= one <= 1 for one in alone)
    assert alone[0] > max(alone[1:])


def test_no_texts_give_no_probabilities(entailment: OnnxEntailment) -> None:
    assert entailment.support("Apprentices get 28 days.", []) == []


PARAPHRASES = [
    ("Apprentices get 28 days off each year.", LEAVE),
]


@pytest.mark.parametrize(("claim", "text"), PARAPHRASES)
def test_a_paraphrase_is_supported_by_its_meaning(claim: str, text: str, entailment: OnnxEntailment) -> None:
    assert verdict(claim, [MILL, text], None) != "supported"
    assert verdict(claim, [MILL, text], entailment) == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "Apprentices get 30 days off each year.",
        "Apprentices get 29 days off each year.",
        "Apprentices do not get 28 days off each year.",
        "Managers get 28 days off each year.",
        "The mill in Dover was put up by Thomas Thornton.",
        "Ada Thornton put up the mill in Dover in 1911.",
        "Ada Thornton put up the mill in Calais.",
        "The mill was never destroyed.",
        "Bread was cheap in Dover.",
    ],
)
def test_an_altered_paraphrase_is_not_supported(claim: str, entailment: OnnxEntailment) -> None:
    assert verdict(claim, [MILL, LEAVE], entailment) != "supported"


def test_what_is_supported_by_its_words_needs_no_model() -> None:
    def fail(claim: str, texts: Sequence[str]) -> list[float]:
        raise AssertionError("The model was asked.")

    passages = {1: number_hits([hit(MILL)])[0]}
    (read,) = read_claims("The Dover mill was built in 1862 by Ada Thornton [1].")
    assert attribute(read, passages, fail).verdict == "supported"


def test_exact_parts_that_differ_need_no_model() -> None:
    def fail(claim: str, texts: Sequence[str]) -> list[float]:
        raise AssertionError("The model was asked.")

    passages = {1: number_hits([hit(LEAVE)])[0]}
    (read,) = read_claims("Apprentices get 31 days off each year [1].")
    assert attribute(read, passages, fail).verdict != "supported"


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Work began in 1962 and ended in 1962.", "Work began in 1961 and ended in 1962."),
        ("Both 1 and 1 are in the field.", "Both 0 and 1 are in the field."),
    ],
)
def test_a_value_does_not_stand_in_for_another_one(claim: str, quote: str) -> None:
    assert groundedness(claim, [quote]) == "unsupported"
    assert groundedness(quote, [quote]) == "supported"
