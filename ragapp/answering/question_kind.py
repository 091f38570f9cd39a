"""What kind of answer a question asks for, and whether a sentence has one to give."""

from __future__ import annotations

import re
from typing import Literal

from ragapp.answering.terms import words

QuestionKind = Literal["number", "date", "name"]

_NUMBER_QUESTION = re.compile(
    r"\bhow (?:many|much|old|long|far|tall|large|big|high|often|fast|deep|wide|heavy)\b"
    r"|\b(?:what|which) (?:number|amount|percentage|percent|share|proportion|fraction|age|size|distance)\b",
    re.IGNORECASE,
)
_DATE_QUESTION = re.compile(
    r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b", re.IGNORECASE
)
_NAME_QUESTION = re.compile(r"\b(?:who|whom|whose|where)\b", re.IGNORECASE)

_NUMBER = re.compile(
    r"\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?"
    r"|thousands?|millions?|billions?|half|third|quarter|once|twice|dozens?)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:1\d{3}|20\d\d)s?\b|\b\d{1,2}(?:st|nd|rd|th)\b|\d[/.-]\d|\d:\d\d"
    r"|\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|April?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
    r"|\b(?:century|centuries|decades?|years?|months?|today|yesterday)\b"
)


def question_kind(question: str) -> QuestionKind | None:
    """The kind of answer that the question's own words ask for; None when they do not tell."""
    if _NUMBER_QUESTION.search(question):
        return "number"
    if _DATE_QUESTION.search(question):
        return "date"
    return "name" if _NAME_QUESTION.search(question) else None


def offers_kind(sentence: str, kind: QuestionKind, question: str) -> bool:
    """Whether the sentence has something of that kind which the question does not say already."""
    if kind == "date":
        return _DATE.search(sentence) is not None
    known = {word.lower() for word in words(question)}
    if kind == "number":
        return any(number.lower() not in known for number in _NUMBER.findall(sentence))
    return any(word[0].isupper() and word.lower() not in known for word in words(sentence)[1:])
