"""Generates questions by rules from plain sentences, about their subject, year, number or definition."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from evals.research.reader.examples import Asked, Place
from evals.research.reader.sources import over_text
from evals.research.reader.words import words
from ragapp.text.sentences import sentence_spans

_SUBJECT = re.compile(
    r"^(?P<subject>(?:The |A |An )?[A-Z][\w'’.-]*(?: [\w'’.-]+){0,6}?)"
    r" (?P<verb>is|was|are|were|has|had|can|will) (?P<rest>.{20,220})[.]$"
)
_NOT_SUBJECTS = frozenset(words("not_subjects"))
_IN_YEAR = re.compile(r",? (?:in|since|until|by) (?P<year>(?:1[0-9]|20)\d\d)\b")
_SECTION_LETTERS = 6  # a longer word in capitals heads a section of an abstract
_DEFINES = re.compile(r"^(?:an?|the) ")
_COUNT = re.compile(
    r"^(?P<number>\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten) (?P<noun>[a-z]+s)\b(?P<more>.*)$"
)
_DO = {"has": "does {} have", "had": "did {} have"}


def cloze_questions(place: Place, text: str, rng: random.Random) -> Iterator[Asked]:
    """Yields at most one question for each sentence of the text that matches a rule."""
    for start, end in sentence_spans(text):
        made = _question(text[start:end], rng)
        if made is not None:
            question, low, high = made
            yield over_text(place, question, text, [(start + low, start + high)])


def _question(sentence: str, rng: random.Random) -> tuple[str, int, int] | None:
    """The question, and the span of its answer in the sentence."""
    found = _SUBJECT.match(sentence)
    if found is None:
        return None
    first = found["subject"].split()[0]
    if first.lower() in _NOT_SUBJECTS or (first.isupper() and len(first) > _SECTION_LETTERS):
        return None
    options = [_subject(found)]
    year = _IN_YEAR.search(found["rest"])
    if year is not None and found["verb"] in ("was", "were", "is", "are"):
        options += [_year(found, year, rng)] * 3
    if (count := _COUNT.match(found["rest"])) and found["verb"] in _DO:
        options += [_count(found, count)] * 3
    if _DEFINES.match(found["rest"]) and found["verb"] in ("is", "are"):
        options += [_definition(found, rng)] * 2
    return rng.choice(options)


def _subject(found: re.Match[str]) -> tuple[str, int, int]:
    parts = found["subject"].split()
    person = len(parts) in (2, 3) and all(part[0].isupper() for part in parts) and parts[0] != "The"
    asked = "Who" if person and "was" in found["verb"] else "What"
    return f"{asked} {found['verb']} {found['rest']}?", *found.span("subject")


def _year(found: re.Match[str], year: re.Match[str], rng: random.Random) -> tuple[str, int, int]:
    rest = found["rest"][: year.start()] + found["rest"][year.end() :]
    rest = re.split(r"[,;]", rest)[0].strip()
    asked = rng.choice(["When", "In what year", "In which year"])
    offset = found.start("rest")
    return (
        f"{asked} {found['verb']} {_lower(found['subject'])} {rest}?",
        offset + year.start("year"),
        offset + year.end("year"),
    )


def _count(found: re.Match[str], count: re.Match[str]) -> tuple[str, int, int]:
    more = re.split(r"[,;]", count["more"])[0].strip()
    ask = _DO[found["verb"]].format(_lower(found["subject"]))
    offset = found.start("rest")
    return f"How many {count['noun']} {ask} {more}".strip() + "?", offset, offset + count.end("number")


def _definition(found: re.Match[str], rng: random.Random) -> tuple[str, int, int]:
    subject = _lower(found["subject"])
    template = rng.choice(["What is {}?", "what does {} mean", "Define {}.", "{}: what is it", "explain {}"])
    return template.format(subject), *found.span("rest")


def _lower(subject: str) -> str:
    for article in ("The ", "A ", "An "):
        if subject.startswith(article):
            return article.lower() + subject[len(article) :]
    return subject
