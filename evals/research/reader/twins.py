"""Makes near misses from answerable questions: a code, year, number, name or relation is exchanged."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from evals.research.reader.examples import Asked, ReadableText
from evals.research.reader.words import words

_CODE = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Z][\w-]*\d[\w-]*\b")
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,.]*\d(?![\w,])|(?<![\w.,])\d(?![\w,.])")
_NAME = re.compile(r"\b[A-Z][a-z]+(?:[ -](?:(?:of|the|de|von) )?[A-Z][a-z]+)*\b")
_NO_NAMES = frozenset(words("not_names"))
_CONTENT_LETTERS = 5  # shorter words seldom matter for the question


def _pairs(name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in words(name):
        one, other = pair.split()
        found.setdefault(one, other)
        found.setdefault(other, one)
    return found


_OPPOSITE, _NEGATION = _pairs("opposites"), _pairs("negations")


@dataclass(frozen=True, slots=True)
class NamePool:
    """The names in the documents of one half, which replace others."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> NamePool:
        return cls(tuple(sorted({name for text in texts for name in _names(text)})))

    def another(self, name: str, avoid: str, rng: random.Random) -> str | None:
        """Draws a name of about the same number of words that `avoid` does not contain."""
        drawn = (rng.choice(self.names) for _ in range(40))
        fitting = (new for new in drawn if new.count(" ") == name.count(" ") and new.lower() not in avoid)
        return next(fitting, None)


def near_miss(asked: Asked, pool: NamePool, rng: random.Random) -> Asked | None:
    """Exchanges something so that no candidate answers the question; None if nothing suitable is found.

    Changes either the question or the document. The exchanged text is in the answering candidate or the
    title, because otherwise the candidate alone would not show that it does not answer.
    """
    if not asked.gold:
        return None
    origin = min(asked.gold)
    seen = f"{asked.title} {asked.candidates[origin].text}".lower()
    everything = f"{asked.title} {' '.join(c.text for c in asked.candidates)}".lower()
    values = _values(asked.question, seen, everything, pool, rng)
    if values and rng.random() < 0.8:
        old, new = rng.choice(values)
        if rng.random() < 0.4:
            return _other_document(asked, old, new, origin)
        return _near(asked, _exchange(asked.question, old, new), origin)
    found = _words(asked, origin, seen, rng)
    return _near(asked, _exchange(asked.question, *rng.choice(found)), origin) if found else None


def _near(asked: Asked, question: str, origin: int) -> Asked:
    plain = tuple(ReadableText(candidate.text) for candidate in asked.candidates)
    source = f"{asked.source} near miss"
    return replace(asked, source=source, question=question, candidates=plain, gold=frozenset(), origin=origin)


def _other_document(asked: Asked, old: str, new: str, origin: int) -> Asked:
    missed = _near(asked, asked.question, origin)
    texts = tuple(ReadableText(_exchange(candidate.text, old, new)) for candidate in missed.candidates)
    return replace(missed, title=_exchange(asked.title, old, new), candidates=texts)


def _exchange(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text, flags=re.IGNORECASE)


def _values(
    question: str, seen: str, everything: str, pool: NamePool, rng: random.Random
) -> list[tuple[str, str]]:
    """The codes, years, numbers and names of the question, each with a replacement."""
    codes, years = _CODE.findall(question), _YEAR.findall(question)
    numbers = [number for number in _NUMBER.findall(question) if number not in years]
    options = [(text, _changed_digit(text, rng)) for text in [*codes, *numbers]]
    options += [(year, str(int(year) + rng.choice([-10, -3, -2, -1, 1, 2, 3, 10]))) for year in years]
    for name in _names(question):
        other = pool.another(name, everything, rng)
        options += [(name, other)] if other else []
    return [(old, new) for old, new in options if old.lower() in seen and new.lower() not in everything]


def _words(asked: Asked, origin: int, seen: str, rng: random.Random) -> list[tuple[str, str]]:
    """Words of the question, each with its opposite, its negation or a different word of the document."""
    asked_words = re.findall(r"[a-z']+", asked.question.lower())
    opposites = [(word, _OPPOSITE[word]) for word in asked_words if _OPPOSITE.get(word, seen) not in seen]
    negations = [(word, _NEGATION[word]) for word in asked_words[1:] if word in _NEGATION]
    others = " ".join(c.text for at, c in enumerate(asked.candidates) if at != origin)
    elsewhere = [word for word in _content(others) if word not in seen and word not in asked_words]
    shared = [word for word in asked_words if len(word) >= _CONTENT_LETTERS and word in seen.split()]
    strange = [(word, rng.choice(elsewhere)) for word in shared] if elsewhere else []
    kinds, weights = [opposites, strange, negations], (6, 3, 1)
    drawn = rng.choices(kinds, weights)[0]
    return opposites or drawn


def _content(text: str) -> list[str]:
    return [word for word in re.findall(r"\b[a-z]+\b", text) if len(word) >= _CONTENT_LETTERS]


def _names(text: str) -> list[str]:
    found = []
    for name in _NAME.findall(text):
        parts = name.split()
        while parts and parts[0] in _NO_NAMES:
            parts = parts[1:]
        if len(" ".join(parts)) > 2:
            found.append(" ".join(parts))
    return found


def _changed_digit(text: str, rng: random.Random) -> str:
    at = rng.choice([place for place, sign in enumerate(text) if sign.isdigit()])
    return text[:at] + rng.choice([d for d in "123456789" if d != text[at]]) + text[at + 1 :]
