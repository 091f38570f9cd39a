"""The judgement of a reader model on a text that may answer a question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader model's judgement of one candidate.

    `relevance`, in [0, 1], ranks the candidates of a question. `answerable` is the probability that the
    candidate answers it. `span` holds the characters of the candidate that are the likeliest answer; None
    when the candidate has no words.
    """

    relevance: float
    answerable: float
    span: tuple[int, int] | None
