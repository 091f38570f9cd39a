"""The text, icon and colour by which each verdict is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from ragapp.types import LIBRARY_MODEL, Answer, Sentence, Verdict


class Label(NamedTuple):
    words: str
    icon: str
    color: Literal["green", "orange", "red", "gray"]


LABELS: Final[Mapping[Verdict, Label]] = {
    "no_claim": Label("Nothing to check", ":material/remove:", "gray"),
    "supported": Label("Supported", ":material/check_circle:", "green"),
    "partial": Label("Partly supported", ":material/error:", "orange"),
    "unsupported": Label("Not supported", ":material/cancel:", "red"),
}

_ANSWERS: Final = Label("Answers the question", ":material/check_circle:", "green")
_MAY_NOT_ANSWER: Final = Label("Same subject, may not answer", ":material/help:", "orange")
_OF_PROPERTIES: Final = Label("From its properties", ":material/info:", "gray")
_QUOTED: Final = Label("Quoted", ":material/format_quote:", "gray")

_LIKELY = 0.4
"""The probability from which a quoted sentence is said to answer."""


def label_of(sentence: Sentence, answer: Answer) -> Label:
    """The label of a sentence. A quote supports itself, so its label says whether it answers."""
    if answer.model == LIBRARY_MODEL and sentence.verdict == "no_claim":
        return _OF_PROPERTIES
    if answer.mode == "generate" or sentence.verdict != "supported":
        return LABELS[sentence.verdict]
    if sentence.answers is None:
        return _QUOTED
    return _ANSWERS if sentence.answers >= _LIKELY else _MAY_NOT_ANSWER
