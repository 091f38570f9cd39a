"""Builds the prompt for a generator: the passages first, then rules in the question's language, then the
question.

A small model reads the best sentences of the passages. A large one reads whole passages, the best of them
first and last, because models overlook what stands in the middle (Liu et al., "Lost in the Middle", TACL
2024).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from ragapp.answering.passages import Passage
from ragapp.answering.sentence_ranking import score_sentences
from ragapp.answering.templates import ENGLISH, library, template
from ragapp.answering.terms import fold
from ragapp.types import ModelClass

PROMPT_VERSION = library().version
"""Of `prompts.toml`: answers are comparable within a version only."""

DO_NOT_SAY = library().languages[ENGLISH].denial

BYTES_PER_TOKEN = 4
"""The usual size of a token of prose in UTF-8, in any script."""

_BRACKETS = str.maketrans("[]【】", "()()")
_GAP = " … "
_DENIAL = re.compile(
    r"\b(?:documents?|passages?|texts?|context|sources?|information)\b.{0,40}"
    r"\b(?:(?:do|does|did) ?(?:not|n['’]t) "
    r"(?:say|state|mention|contain|provide|specify|include|hold|give|answer)"
    r"|(?:is|are) (?:not|n['’]t) (?:enough|sufficient|provided|given|available))"
    r"|^(?:sorry,? )?(?:but )?i (?:do ?(?:not|n['’]t) (?:know|have)|can ?(?:not|['’]t) (?:answer|find|say))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt for a generator. `passages` are those that its text includes, under their own numbers, in the
    order of the text.
    """

    text: str
    passages: tuple[Passage, ...]
    system: str


def system_prompt(model_class: ModelClass) -> str:
    """The system prompt for models of the class: the same for all questions."""
    return template(model_class).system


def build_prompt(
    question: str, passages: Sequence[Passage], max_bytes: int, model_class: ModelClass = "small"
) -> Prompt:
    """The prompt: as much of the passages as `max_bytes` allow, then the question.

    What precedes the question depends on the hits alone, so that the prompts of follow-ups on the same hits
    start alike and a model server can reuse its cache.
    """
    large = model_class == "large"
    chosen = _fill(passages, max_bytes) if large else _choose(question, passages, max_bytes)
    shown = tuple(passage for passage in passages if passage.number in chosen)
    if large:
        shown = best_at_the_ends(shown)
    quoted = _lines if large else _quoted
    blocks = [f"[{passage.number}] {quoted(passage, chosen[passage.number])}" for passage in shown]
    rules = template(model_class).rules_for(question)
    text = "\n".join([*blocks, "", *rules, f"Question: {_harmless(question)}"])
    return Prompt(text, shown, system_prompt(model_class))


def best_at_the_ends(ranked: Sequence[Passage]) -> tuple[Passage, ...]:
    """Orders a ranking so that the best passages are at both ends: the first, third, fifth …, then … the
    fourth and the second.
    """
    return (*ranked[::2], *ranked[1::2][::-1])


def denies(answer: str) -> bool:
    """Whether the first sentence of a generated text says that there is no answer."""
    bare = _bare(answer)
    return _DENIAL.search(answer) is not None or any(bare == denial for denial in _denials())


@cache
def _denials() -> frozenset[str]:
    """The denials of all languages, without closing marks."""
    return frozenset(_bare(language.denial) for language in library().languages.values())


def _bare(sentence: str) -> str:
    return fold(sentence).strip(" .。।!").casefold()


def _fill(passages: Sequence[Passage], budget: int) -> dict[int, set[int]]:
    """The indexes of the sentences of whole passages, best passage first, each sentence of a document once.

    Only the best passage may be cut, when it alone exceeds the budget.
    """
    chosen: dict[int, set[int]] = {}
    shown: set[tuple[str, int, int]] = set()
    for passage in passages:
        new = [at for at in range(len(passage.sentences)) if _key(passage, at) not in shown]
        cost = _size([passage.label, *(passage.sentences[at].text for at in new)])
        if cost > budget and chosen:
            continue
        kept = _within(passage, new, budget)
        if kept:
            chosen[passage.number] = kept
            shown.update(_key(passage, at) for at in kept)
            budget -= cost
    return chosen


def _within(passage: Passage, places: Sequence[int], budget: int) -> set[int]:
    """The first of the places that fit, at least one."""
    kept: set[int] = set()
    for at in places:
        budget -= _size([passage.sentences[at].text])
        if kept and budget < 0:
            break
        kept.add(at)
    return kept


def _choose(question: str, passages: Sequence[Passage], budget: int) -> dict[int, set[int]]:
    """The indexes of the sentences to show, by passage number; each sentence of a document once."""
    chosen: dict[int, set[int]] = {}
    shown: set[tuple[str, int, int]] = set()
    for one in score_sentences(question, passages):
        passage = one.passage
        at = passage.sentences.index(one.sentence)
        near = [place for place in (at - 1, at, at + 1) if 0 <= place < len(passage.sentences)]
        new = {place for place in near if _key(passage, place) not in shown}
        if not new:
            continue
        cost = _size(passage.sentences[place].text for place in new)
        if passage.number not in chosen:
            cost += _size([passage.label])
        if chosen and cost > budget:
            break
        budget -= cost
        shown.update(_key(passage, place) for place in new)
        chosen.setdefault(passage.number, set()).update(new)
    return chosen


def _key(passage: Passage, place: int) -> tuple[str, int, int]:
    """The position of a sentence in its document, equal for overlapping passages."""
    hit = passage.hit
    return hit.document_id, hit.version, hit.start + passage.sentences[place].start


def _size(texts: Iterable[str]) -> int:
    return sum(len(text.encode()) + 1 for text in texts)


def _quoted(passage: Passage, places: set[int]) -> str:
    text, last = "", -1
    for place in sorted(places):
        gap = "" if not text else " " if place == last + 1 else _GAP
        text += gap + _harmless(passage.sentences[place].text)
        last = place
    return f"({_harmless(passage.label)}) {text}"


def _lines(passage: Passage, places: set[int]) -> str:
    """The sentences with the line breaks of the document, on indented lines, so that tables stay tables."""
    text, last = "", -1
    for place in sorted(places):
        sentence = passage.sentences[place]
        if text:
            between = passage.hit.text[passage.sentences[last].end : sentence.start]
            text += _GAP if place != last + 1 else "\n  " if "\n" in between else " "
        text += _harmless(sentence.text)
        last = place
    return f"({_harmless(passage.label)})\n  {text}"


def _harmless(text: str) -> str:
    """On one line and without square brackets, so that quoted text cannot imitate a marker or a block."""
    return fold(text).translate(_BRACKETS)
