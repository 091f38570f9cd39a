"""Whether what is claimed stands in what is quoted. Pure and lexical: no model is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from ragapp.answer.english import NEGATIONS, NUMBER_WORDS, UNITS
from ragapp.answer.terms import fold, name_stems, stem, stems, words
from ragapp.types import Verdict

SUPPORTED_COVERAGE = 0.8
PARTIAL_COVERAGE = 0.5
"""The share of a claim's content stems that its quotes must have for each verdict. docs/answers.md tells
how many true and how many altered sentences pass them."""

_NEGATED_VERB = re.compile(r"n['’]t\b", re.IGNORECASE)
_TENS = "|".join(word for word, value in NUMBER_WORDS.items() if value >= 20)
_ONES = "|".join(word for word, value in NUMBER_WORDS.items() if 0 < value < 10)
_SPELLED = rf"\b(?:(?:{_TENS})[\s-](?:{_ONES})|(?:{'|'.join(NUMBER_WORDS)})(?:\s+hundred)?)\b"
_NUMBER = re.compile(
    rf"(?P<sign>[$€£¥]?)\s?(?P<number>\d+(?:[.,]\d+)*|{_SPELLED})"
    r"(?:[\s-]?(?P<unit>%|[^\W\d_]+))?",
    re.IGNORECASE,
)


NO_STEMS: AbstractSet[str] = frozenset()


def judge(
    claim: str,
    quotes: Sequence[str],
    context: AbstractSet[str] = NO_STEMS,
    subject: AbstractSet[str] = NO_STEMS,
) -> Verdict:
    """The verdict on a claim whose citations quote `quotes`, taken from passages with the stems `context`.

    Word for word in a quote: supported. Otherwise its numbers with their units, its negation and its
    names must agree with the quotes, and enough of its content stems must be in them. A name may stand in
    `subject` instead, the stems of what the passages are about (document and section), since sentences
    seldom repeat their subject; or elsewhere in the context, which costs the full verdict. Nothing quoted:
    unsupported.
    """
    if not quotes:
        return "unsupported"
    evidence = fold(" ".join(quotes))
    claim = fold(claim)
    negation_agrees = _negated(claim) == _negated(evidence)
    if _bare(claim) in _bare(evidence):
        return "supported" if negation_agrees else "partial"
    if not negation_agrees or not _numbers_agree(claim, evidence):
        return "unsupported"
    return _by_words(claim, evidence, context, subject)


def _by_words(claim: str, evidence: str, context: AbstractSet[str], subject: AbstractSet[str]) -> Verdict:
    said = set(stems(evidence))
    unnamed = _without_numbers(name_stems(claim)) - said
    titled = unnamed & subject
    unnamed -= titled
    if unnamed - context:
        return "unsupported"
    wanted = _without_numbers(stems(claim)) - titled
    share = len(wanted & said) / len(wanted) if wanted else 0.0
    if share >= SUPPORTED_COVERAGE and not unnamed:
        return "supported"
    return "partial" if share >= PARTIAL_COVERAGE else "unsupported"


@cache
def _number_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in (*NUMBER_WORDS, "hundred"))


def _without_numbers(terms: Iterable[str]) -> set[str]:
    """Numbers are compared on their own, in whichever way they are spelt."""
    return {term for term in terms if not term[0].isdigit() and term not in _number_stems()}


def _bare(text: str) -> str:
    """The words alone, each between blanks, so that one text is found in another at word borders."""
    return f" {' '.join(words(text.lower()))} "


def _negated(text: str) -> bool:
    return bool(_NEGATED_VERB.search(text)) or not NEGATIONS.isdisjoint(words(text.lower()))


def _numbers_agree(claim: str, evidence: str) -> bool:
    """Every number of the claim is in the evidence, and where both name a unit there, the same one."""
    known: dict[str, set[str]] = {}
    for number, units in _numbers(evidence):
        known.setdefault(number, set()).update(units)
    for number, units in _numbers(claim):
        if number not in known or (units and known[number] and units.isdisjoint(known[number])):
            return False
    return True


def _numbers(text: str) -> list[tuple[str, set[str]]]:
    """The numbers of `text` in one spelling, each with the units written at it."""
    found = []
    for match in _NUMBER.finditer(text):
        value = _value(match["number"].lower())
        if "." in value and value.count(".") == 1:
            value = value.rstrip("0").rstrip(".")
        marks = (match["sign"], (match["unit"] or "").lower())
        found.append((value, {UNITS[mark] for mark in marks if mark in UNITS}))
    return found


def _value(written: str) -> str:
    """The number in digits: "seventy" and "seventy-five" as 70 and 75, "two hundred" as 200."""
    if written[0].isdigit():
        return written.replace(",", "")
    first, *rest = re.split(r"[\s-]+", written)
    value = NUMBER_WORDS[first]
    for word in rest:
        value = value * 100 if word == "hundred" else value + NUMBER_WORDS[word]
    return str(value)
