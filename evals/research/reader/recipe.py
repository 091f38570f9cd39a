"""The mixture of training data: questions with an answering candidate, or none, and other candidates."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evals.research.reader.examples import Asked, Half, ReadableText
from evals.research.reader.fiction import invented
from evals.research.reader.sources import half, load_public
from evals.research.reader.texts import rule_made
from evals.research.reader.twins import NamePool, near_miss
from evals.research.reader.words import words

_MOST = {"policyqa": 200, "rules": 500, "covidqa": 250}
"""The most questions of a source that one epoch uses."""

_JUDGE_ONLY = frozenset({"wikiqa"})  # its licence is for research alone
_PASSAGES = 0.12  # of the questions are also asked of a passage, whole
_REWORDED = 0.4  # of the questions that have a word of `same` in words.toml are put in another
_ELSEWHERE = 0.5  # of the questions also get a candidate of another paragraph of the article
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Group:
    """A question with candidates of one document: (text, whether it answers, the span of the answer)."""

    question: str
    candidates: tuple[tuple[str, bool, tuple[int, int] | None], ...]
    source: str


def make_groups(data: Path, seed: int, epoch: int) -> list[Group]:
    """The shuffled groups of an epoch. Each `epoch` draws different near misses, negatives and documents."""
    rng = random.Random(f"{seed} {epoch}")
    natural = [a for a in load_public(data) if half(a) == "train" and a.source not in _JUDGE_ONLY]
    rules = list(rule_made(data, "train", seed))
    pool = NamePool.of(c.text for asked in [*natural, *rules] for c in asked.candidates)
    chosen = [*_limited([*natural, *rules], rng), *invented("train", 130, seed * 100 + epoch)]
    missed = [
        miss for asked in chosen if (miss := near_miss(asked, pool, rng)) and "fiction" not in asked.source
    ]
    elsewhere = _by_article(natural)
    groups = [
        group
        for asked in [*chosen, *missed]
        for group in _groups(asked, elsewhere.get(asked.document, ()), rng)
    ]
    rng.shuffle(groups)
    return groups


def _by_article(natural: Iterable[Asked]) -> dict[str, tuple[ReadableText, ...]]:
    """All sentences of each article that has many paragraphs, without what they answer."""
    found: dict[str, dict[str, ReadableText]] = {}
    for asked in natural:
        if asked.source in ("squad2", "xquad"):
            article = found.setdefault(asked.document, {})
            article |= {one.text: ReadableText(one.text) for one in asked.candidates}
    return {name: tuple(texts.values()) for name, texts in found.items()}


def judged_misses(data: Path, side: Half, seed: int) -> Iterator[Asked]:
    """Near misses of the public questions of one half, at most one per question."""
    rng = random.Random(f"misses {seed} {side}")
    natural = [a for a in load_public(data) if half(a) == side and a.source in ("xquad", "squad2", "tatqa")]
    pool = NamePool.of(c.text for asked in natural for c in asked.candidates)
    for asked in natural:
        if (miss := near_miss(asked, pool, rng)) is not None:
            yield miss


def with_title(title: str, text: str) -> str:
    """The input of the reader for a candidate: its title path, then its text."""
    return f"{title}: {text}" if title else text


def passage_of(asked: Asked, around: int, before: int = 2, after: int = 2) -> ReadableText:
    """Joins the candidate `around` with its neighbours to one text, and shifts the span of the answer."""
    first, last = max(0, around - before), min(len(asked.candidates), around + after + 1)
    head = " ".join(c.text for c in asked.candidates[first:around])
    offset = len(head) + 1 if head else 0
    text = " ".join(c.text for c in asked.candidates[first:last])
    answer = asked.candidates[around].answer
    return ReadableText(text, (answer[0] + offset, answer[1] + offset) if answer else None)


def overlap(question: str, text: str) -> float:
    """The share of the words of the question that are in the text."""
    words = set(_WORD.findall(question.lower()))
    return len(words & set(_WORD.findall(text.lower()))) / max(1, len(words))


def _limited(asked: Iterable[Asked], rng: random.Random) -> list[Asked]:
    listed = list(asked)
    rng.shuffle(listed)
    counted: Counter[str] = Counter()
    kept = []
    for one in listed:
        counted[one.source] += 1
        if counted[one.source] <= _MOST.get(one.source, len(listed)):
            kept.append(one)
    return kept


def _groups(asked: Asked, article: Sequence[ReadableText], rng: random.Random) -> Iterator[Group]:
    """The question with one answering candidate and others that share the most words with it: two of its
    paragraph, and perhaps one of another paragraph of the article.
    """
    title = asked.title if rng.random() < 0.6 or "near miss" in asked.source else ""
    ranked = sorted(
        (at for at in range(len(asked.candidates)) if at not in asked.gold),
        key=lambda at: -overlap(asked.question, asked.candidates[at].text) + 0.1 * rng.random(),
    )
    gold = [rng.choice(sorted(asked.gold))] if asked.gold else []
    origin = [asked.origin] if asked.origin is not None else []
    others = [at for at in [*origin, *ranked] if at is not None]
    others = list(dict.fromkeys(others))[: 2 if gold else rng.randint(1, 2)]
    question = _reworded(asked.question, rng)
    question = question.rstrip("?") if rng.random() < 0.15 else question
    chosen = [asked.candidates[at] for at in [*gold, *others]]
    chosen += _elsewhere(asked, article, rng)
    yield _group(question, title, chosen, asked.gold != frozenset(), asked.source)
    if asked.ordered and rng.random() < _PASSAGES:
        around = (gold or others)[0]
        passage = passage_of(asked, around, rng.randint(0, 2), rng.randint(1, 2))
        yield _group(question, title, [passage], asked.answerable, f"{asked.source} passage")


def _elsewhere(asked: Asked, article: Sequence[ReadableText], rng: random.Random) -> list[ReadableText]:
    """The sentence of another paragraph that shares the most words with the question, and has no answer."""
    here = {one.text for one in asked.candidates}
    answers = [one.text[slice(*one.answer)].lower() for one in asked.candidates if one.answer]
    fitting = [
        one
        for one in article
        if one.text not in here and not any(answer in one.text.lower() for answer in answers)
    ]
    if not fitting or rng.random() >= _ELSEWHERE:
        return []
    return [max(fitting, key=lambda one: overlap(asked.question, one.text) + 0.1 * rng.random())]


def _reworded(question: str, rng: random.Random) -> str:
    """The question with one word or phrase replaced by another of the same meaning, or as it is."""
    bare = f" {question.rstrip('?')} "
    present = [(said, group) for said, group in _same().items() if f" {said} " in bare]
    if not present or rng.random() >= _REWORDED:
        return question
    said, group = rng.choice(present)
    other = rng.choice([one for one in group if one != said])
    return f"{bare.replace(f' {said} ', f' {other} ', 1).strip()}?"


@cache
def _same() -> dict[str, tuple[str, ...]]:
    groups = [tuple(group.split(" | ")) for group in words("same")]
    return {said: group for group in groups for said in group}


def _group(question: str, title: str, chosen: list[ReadableText], answerable: bool, source: str) -> Group:
    shift = len(with_title(title, "x")) - 1
    rows = []
    for at, candidate in enumerate(chosen):
        answers = answerable and at == 0
        span = candidate.answer
        moved = (span[0] + shift, span[1] + shift) if answers and span else None
        rows.append((with_title(title, candidate.text), answers, moved))
    return Group(question, tuple(rows), source)
