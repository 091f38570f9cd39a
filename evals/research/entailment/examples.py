"""The common form of all training data: a claim, a text, and how likely the text supports the claim."""

from __future__ import annotations

from dataclasses import dataclass

from evals.research.siblings import MOST_CHARACTERS, half_of

TRAINED, JUDGED = "tuned", "held-out"


@dataclass(frozen=True, slots=True)
class ClaimPair:
    """A claim and a text. `support` is a probability: public labels are softened, because not all of them are
    right.
    """

    source: str
    claim: str
    evidence: str
    support: float


def is_trained(text: str) -> bool:
    """Whether the text belongs to the half that may be trained on, as `evals.research.siblings` splits."""
    return half_of(text[:MOST_CHARACTERS]) == TRAINED
