"""Says yes or no where the sentence that answers decides it.

The question becomes the claim that it asks about. If the check of generated answers finds this claim
supported by the sentence, the answer is yes; if it finds the denied claim supported, no. What it leaves open
is left to whoever reads the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from ragapp.answering.groundedness.check import groundedness
from ragapp.answering.reading.question import AUXILIARY, Question
from ragapp.answering.terms import stems

_ASKS = re.compile(rf"^(?:and |but |so )?(?:{AUXILIARY}) (?P<claim>.+)$", re.IGNORECASE)
_OPEN = re.compile(r"\b(?:or|not|never)\b|n't\b", re.IGNORECASE)
"""A question with alternatives, or one that denies: "yes" to it can mean either."""

_CONDITION = re.compile(
    r",? \b(?:as long as|so long as|provided|unless|except|only if|if|until|when|while|where)\b",
    re.IGNORECASE,
)
_PERMISSION = re.compile(r"\b(?:allowed|permitted|can|may|could)\b", re.IGNORECASE)
_MAY = re.compile(r"\b(?:may|can|could)\b", re.IGNORECASE)
_UNSURE = re.compile(
    r"\b(?:may|might|could|perhaps|possibly|probably|likely|seems?|appears?|suggest\w*|unclear|unknown|whether"
    r"|should|usually|often|sometimes|rarely|hardly|partly|partially|little|few|not only|fail\w*)\b",
    re.IGNORECASE,
)


def yes_or_no(question: Question, sentence: str, subject: AbstractSet[str]) -> str | None:
    """What the sentence says: "Yes", "No", or one of them with a condition that the sentence names.

    `subject` are the stems of the names of its document and section. None when the question denies something
    or offers alternatives, and when the sentence does not decide it, or only perhaps.
    """
    asked = _ASKS.match(question.text)
    if asked is None or _OPEN.search(question.text):
        return None
    claim = asked["claim"].rstrip(" ?.!")
    condition = _CONDITION.search(sentence)
    said = sentence[: condition.start()] if condition else sentence
    doubtful = _MAY.sub("", said) if _PERMISSION.search(question.text) else said
    if _UNSURE.search(doubtful):
        return None
    context = frozenset(stems(sentence))
    if groundedness(claim, [said], context, subject) == "supported":
        return "Yes, on a condition" if condition else "Yes"
    if groundedness(f"Not {claim}", [said], context, subject) == "supported":
        return "No, with an exception" if condition else "No"
    return None
