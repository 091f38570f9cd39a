"""Generates invented documents with questions, the only source of near misses with certain labels.

Each document describes a few similar things (`fiction.toml`) as sentences, a list or table rows. Questions
ask for what it says, and for what it does not say: a different thing of the kind, a missing attribute,
another year. The wordings of half of the domains are never used for training.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evals.research.reader.examples import Asked, Half, ReadableText
from evals.research.reader.invention import distinct, value
from evals.research.reader.tables import row_text
from evals.research.reader.words import listed

_TABLE, _LIST = "table", "list"


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that a document states for an attribute of a thing, possibly in a year."""

    thing: str
    attribute: dict[str, Any]
    year: str
    value: str


def invented(half: Half, documents: int, seed: int) -> Iterator[Asked]:
    """Generates questions about `documents` invented documents, about six each, half of them unanswerable."""
    domains = [domain for domain in listed("fiction.toml")["domain"] if domain["half"] == half]
    for number in range(documents):
        rng = random.Random(f"{seed} {half} {number}")
        yield from _document(rng.choice(domains), f"fiction {half} {number}", rng)


def _document(domain: dict[str, Any], name: str, rng: random.Random) -> Iterator[Asked]:
    things = distinct(domain["entity"], rng.randint(4, 7), rng)
    absent_things = [things.pop() for _ in range(2)]
    attributes = rng.sample(domain["attributes"], len(domain["attributes"]))
    absent, stated = attributes[0], attributes[1 : rng.randint(3, 5)]
    years = (
        sorted(rng.sample(["2018", "2019", "2020", "2021", "2022", "2023", "2024"], 3))
        if domain.get("years")
        else [""]
    )
    absent_year = years.pop() if domain.get("years") else ""
    facts = [
        Fact(thing, attribute, year, value(attribute["value"], rng))
        for thing in things
        for attribute in stated
        for year in years
    ]
    title = rng.choice(
        ["", f"{domain['kind'].capitalize()} list", f"Handbook › {domain['kind'].capitalize()}s"]
    )
    layout = rng.choice(["sentences", "sentences", "sentences", _LIST, _TABLE])
    candidates, places = _lay_out(domain, facts, layout, rng)
    texts = tuple(candidates)

    def asked(fact: Fact, there: bool, origin: Fact | None = None) -> Asked:
        gold = frozenset({places[facts.index(fact)]}) if there else frozenset()
        here = _with_answer(texts, gold, fact.value)
        kind = "fiction" if there else "fiction near miss"
        from_place = places[facts.index(origin)] if origin else None
        return Asked(f"{kind} {layout}", name, _question(fact, rng), title, here, gold, False, from_place)

    for fact in rng.sample(facts, 3):
        yield asked(fact, True)
        other_thing = Fact(rng.choice(absent_things), fact.attribute, fact.year, fact.value)
        other_attribute = Fact(fact.thing, absent, fact.year, fact.value)
        misses = [other_thing, other_attribute]
        if absent_year:
            misses.append(Fact(fact.thing, fact.attribute, absent_year, fact.value))
        yield asked(rng.choice(misses), False, fact)


def _lay_out(
    domain: dict[str, Any], facts: list[Fact], layout: str, rng: random.Random
) -> tuple[list[ReadableText], list[int]]:
    """The candidates of the document, and the index of each fact among them."""
    if layout == _TABLE:
        rows = list(dict.fromkeys((fact.thing, fact.year) for fact in facts))
        return [_row(domain, facts, row) for row in rows], [rows.index((f.thing, f.year)) for f in facts]
    lead = layout == _LIST
    return [ReadableText(_statement(fact, lead, rng)) for fact in facts], list(range(len(facts)))


def _row(domain: dict[str, Any], facts: list[Fact], row: tuple[str, str]) -> ReadableText:
    own = [fact for fact in facts if (fact.thing, fact.year) == row]
    headers = [domain["kind"].capitalize(), "Year", *(fact.attribute["noun"].capitalize() for fact in own)]
    return ReadableText(row_text(headers, [*row, *(fact.value for fact in own)]))


def _statement(fact: Fact, lead: bool, rng: random.Random) -> str:
    noun = fact.attribute["noun"]
    in_year = f" in {fact.year}" if fact.year else ""
    if lead:
        return f"{fact.thing}{in_year}: {noun} {fact.value}"
    plain = [
        f"The {noun} of {fact.thing}{in_year} is {fact.value}.",
        f"For {fact.thing}, the {noun}{in_year} is {fact.value}.",
    ]
    return _filled(rng.choice([*fact.attribute["say"] * 2, *plain]), fact)


def _question(fact: Fact, rng: random.Random) -> str:
    noun = fact.attribute["noun"]
    in_year = f" in {fact.year}" if fact.year else ""
    plain = [f"What is the {noun} of {fact.thing}{in_year}?", f"{fact.thing} {noun} {fact.year}".strip()]
    text = _filled(rng.choice([*fact.attribute["ask"] * 2, *plain]), fact)
    return text.rstrip("?") if rng.random() < 0.2 else text


def _filled(template: str, fact: Fact) -> str:
    text = template.replace("{e}", fact.thing).replace("{v}", fact.value).replace("{y}", fact.year)
    return text[0].upper() + text[1:]


def _with_answer(
    texts: tuple[ReadableText, ...], gold: frozenset[int], value: str
) -> tuple[ReadableText, ...]:
    if not gold:
        return texts
    place = next(iter(gold))
    start = texts[place].text.lower().find(value.lower())
    answer = (start, start + len(value)) if start >= 0 else None
    return (*texts[:place], ReadableText(texts[place].text, answer), *texts[place + 1 :])
