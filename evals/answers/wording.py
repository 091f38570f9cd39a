"""How much of a gold answer an answer's wording has, as SQuAD's own evaluation script compares them.

Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", EMNLP 2016.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_MARKERS = re.compile(r"(?<!\s)\s*\[\d+\]")


def normalise(text: str) -> list[str]:
    """The words in lower case, without punctuation and articles."""
    return _ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def without_markers(answer: str) -> str:
    """The answer without its citation markers, such as `[1]`."""
    return _MARKERS.sub("", answer)


def wording_scores(answer: str, golds: Sequence[str]) -> dict[str, float]:
    """Each metric against the gold answer that it favours.

    `exact_match` and `f1` as in SQuAD; `answer_recall` is 1 when the answer holds a gold answer word for
    word; `token_recall` is the share of a gold answer's words that the answer has.
    """
    said = normalise(without_markers(answer))
    wanted = [normalise(gold) for gold in golds]
    return {
        "exact_match": max(float(said == gold) for gold in wanted),
        "f1": max(_overlap(said, gold)[0] for gold in wanted),
        "answer_recall": max(float(_holds(said, gold)) for gold in wanted),
        "token_recall": max(_overlap(said, gold)[1] for gold in wanted),
    }


def holds(text: str, gold: str) -> bool:
    """Whether the text has all words of `gold`, one after another."""
    return _holds(normalise(without_markers(text)), normalise(gold))


def answers_in(text: str, golds: Sequence[str], pattern: str) -> bool:
    """Whether the text matches the pattern (where there is one) or holds a gold answer word for word."""
    if pattern and re.search(pattern, without_markers(text), re.DOTALL):
        return True
    return any(holds(text, gold) for gold in golds)


def _overlap(said: Sequence[str], gold: Sequence[str]) -> tuple[float, float]:
    """F1 and recall of the words that both have, each as often as both have it."""
    if not said or not gold:
        return float(said == gold), float(said == gold)
    shared = (Counter(said) & Counter(gold)).total()
    return 2 * shared / (len(said) + len(gold)), shared / len(gold)


def _holds(said: Sequence[str], gold: Sequence[str]) -> bool:
    return f" {' '.join(gold)} " in f" {' '.join(said)} "
