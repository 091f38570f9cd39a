"""Makes claims by rules from sentences of public texts: shortened or reworded ones, and altered ones."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evals.research.entailment.examples import ClaimPair, is_trained
from evals.research.entailment.public import rows_of
from evals.research.reader.examples import Asked, Half, half_of
from evals.research.reader.sources import load_public
from evals.research.reader.twins import NamePool
from evals.research.siblings import cases
from ragapp.answering.groundedness.synonyms import OPPOSITES
from ragapp.answering.passages import number_hits
from ragapp.answering.terms import fold
from ragapp.text.sentences import sentence_spans
from ragapp.types import Hit

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*")
_VERB = re.compile(r"\b(is|was|are|were|has|had|can|could|will|would|may|must)\b(?! not)")
_DO = re.compile(r"\b(did|do|does) not\b", re.IGNORECASE)
_ASIDE = re.compile(r" \([^()]{3,80}\)|, (?:which|who|where|including|such as)\b[^,.;]{5,90}(?=[,.])")
_TAIL = re.compile(
    r",? (?:and|but|while|because|although|after|before|when|since|as|with|including)\b[^.]{15,300}\.$"
)
_LEAD = re.compile(r"^((?:In|On|At|By|During|After|Since|For|Under|According to)\b[^,.]{3,60}), (.{30,})\.$")
_SUBJECT = re.compile(
    r"^(?:who|what|which(?: \w+){1,3}|what(?: \w+){1,2}) "
    r"(?=(?!(?:is|are|was|were|do|does|did)\b)\w+(?:s|ed)\b)",
    re.I,
)
_WORD = re.compile(r"\b[a-z]{6,}\b")
_COPULA = re.compile(r"^(?:who|what|which \w+) (is|was|are|were) (?P<rest>[^?]{8,90})\?$", re.I)
_SAID = ("According to the passage, {}", "{}", "{}", "{}", "It says that {}", "The text says that {}")
_LEFT_OUT = frozenset({"wikiqa", "tatqa", "policyqa"})
"""Sets whose licence is for research, or whose questions make no statements."""

_SQUAD2_HALVES: dict[str, Half] = {
    "Normans": "judge",
    "Rhine": "judge",
    "Computational_complexity_theory": "train",
}

_PARAGRAPH = 300  # characters of a text with several sentences
_SIBLINGS_KEPT = 0.35

_FILLERS = (
    "This is widely seen as a success.", "Many people enjoy it.", "It is one of the largest of its kind.",
    "It is very popular today.", "Experts consider it important.", "It was later abandoned.",
)  # fmt: skip


def made_pairs(data: Path, rng: random.Random, most: int) -> Iterator[ClaimPair]:
    """At most `most` pairs of claims made from the sentences of texts that may be trained on."""
    paragraphs = [text for text in _texts(data) if is_trained(text)]
    rng.shuffle(paragraphs)
    pool = NamePool.of(paragraphs)
    made = 0
    for text in paragraphs:
        sentences = [text[a:b] for a, b in sentence_spans(text) if 40 <= b - a <= 300]
        for place in rng.sample(range(len(sentences)), min(2, len(sentences))):
            for pair in _about(sentences, place, pool, rng):
                yield pair
                made += 1
        if made >= most:
            return


def article_half(name: str) -> Half:
    """The half of an article or document: one of SQuAD2's three, or by its name."""
    return _SQUAD2_HALVES.get(name) or half_of(name)


def answer_pairs(data: Path, rng: random.Random) -> Iterator[ClaimPair]:
    """Statements made from questions and their answers, right and wrong."""
    for asked in load_public(data):
        if article_half(asked.document) != "train" or asked.source in _LEFT_OUT:
            continue
        yield from _stated(asked, rng)


def _stated(asked: Asked, rng: random.Random) -> Iterator[ClaimPair]:
    if not asked.gold:
        return
    gold = asked.candidates[min(asked.gold)]
    answer = gold.text[slice(*gold.answer)] if gold.answer else ""
    claim = _statement(asked.question, answer)
    if claim is None:
        return
    yield ClaimPair("answers", claim, gold.text, 0.95)
    others = [c.text for at, c in enumerate(asked.candidates) if at not in asked.gold]
    if others:
        yield ClaimPair("answers", claim, rng.choice(others), 0.03)
    wrong = [n for c in asked.candidates for n in _NAME.findall(c.text) + _NUMBER.findall(c.text)]
    wrong = [one for one in wrong if one not in answer and one[0].isdigit() == answer[:1].isdigit()]
    if wrong:
        yield ClaimPair("answers", _statement(asked.question, rng.choice(wrong)) or "", gold.text, 0.02)


def _statement(question: str, answer: str) -> str | None:
    """The question as a statement with the answer in place of its interrogative; None if no rule fits."""
    if not answer or len(answer) > 80:
        return None
    copula = _COPULA.match(question.strip())
    if copula:
        return f"{_upper(answer)} {copula[1]} {copula['rest']}."
    subject = _SUBJECT.match(question.strip())
    if subject:
        return f"{_upper(answer)} {question.strip()[subject.end() :].rstrip('?')}."
    return None


def _texts(data: Path) -> Iterator[str]:
    for article in json.loads((data / "xquad/xquad.en.json").read_text("utf-8"))["data"]:
        if article_half(article["title"]) == "train":
            yield from (paragraph["context"] for paragraph in article["paragraphs"])
    seen = {row["context"] for row in rows_of(data / "reading/squad2_sample.jsonl")}
    seen |= {row["context"] for row in rows_of(data / "reading/policyqa.jsonl")}
    yield from sorted(seen)
    yield from (row["text"] for row in rows_of(data / "scifact/corpus.jsonl"))
    for row in rows_of(data / "claims/wice.jsonl"):
        sentences = row["evidence"]
        yield from (" ".join(sentences[at : at + 6]) for at in range(0, len(sentences), 24))


def _about(sentences: Sequence[str], place: int, pool: NamePool, rng: random.Random) -> Iterator[ClaimPair]:
    """Claims made from one sentence, each with the sentences that it is compared with."""
    own = sentences[place]
    before = sentences[place - 1] if place else ""
    after = sentences[place + 1] if place + 1 < len(sentences) else ""
    shown = rng.choice([own, own, f"{before} {own}".strip(), f"{own} {after}".strip()])
    true = _shortened(own, rng)
    if rng.random() < 0.5:
        true = _reworded(true, rng)
    yield ClaimPair("made", rng.choice(_SAID).format(true), shown, 0.95)
    altered = list(_altered(true, shown, pool, rng))
    rng.shuffle(altered)
    yield from (ClaimPair("made", one, shown, 0.02) for one in altered[:2])
    rest = " ".join(filter(None, (before, after)))
    if rest and rng.random() < 0.5:
        yield ClaimPair("made", true, rest, 0.03)
    if rng.random() < 0.35:
        more = rng.choice([rng.choice(_FILLERS), after or before or rng.choice(_FILLERS)])
        yield ClaimPair("made", f"{true} {more}", own, 0.05 if more not in shown else 0.5)


def _shortened(sentence: str, rng: random.Random) -> str:
    text = sentence
    lead = _LEAD.match(text)
    if lead and rng.random() < 0.5:
        text = rng.choice([f"{_upper(lead[2])}.", f"{_upper(lead[2])} {_lower(lead[1])}."])
    if rng.random() < 0.7:
        text = _ASIDE.sub("", text)
    tail = _TAIL.search(text)
    if tail and tail.start() > 35 and rng.random() < 0.6:
        text = f"{text[: tail.start()]}."
    return text


_SAME = (
    ("large", "big"), ("began", "started"), ("also", "as well"), ("many", "numerous"), ("about", "roughly"),
    ("however,", "but"), ("because", "since"), ("showed", "demonstrated"), ("increased", "rose"),
    ("use", "make use of"), ("located in", "found in"), ("known as", "called"), ("such as", "like"),
    ("important", "significant"), ("difficult", "hard"), ("near", "close to"), ("often", "frequently"),
    ("buy", "purchase"), ("people", "persons"), ("help", "assist"), ("built", "constructed"),
    ("number of", "amount of"), ("can", "is able to"), ("obtain", "get"), ("provide", "give"),
    ("children", "kids"), ("information", "data"), ("collect", "gather"), ("allow", "let"),
    ("decreased", "fell"), ("reduced", "lowered"), ("suggest", "indicate"), ("found", "discovered"),
)  # fmt: skip


def _reworded(sentence: str, rng: random.Random) -> str:
    for one, other in rng.sample(_SAME, len(_SAME)):
        a, b = (one, other) if rng.random() < 0.5 else (other, one)
        sentence = re.sub(rf"\b{re.escape(a)}(?!\w)", b, sentence, count=1)
    return sentence


def _altered(claim: str, shown: str, pool: NamePool, rng: random.Random) -> Iterator[str]:
    """The claim with a number, a name, its negation or a word of opposite meaning exchanged."""
    if number := _pick(_NUMBER.finditer(claim), rng):
        other = str(
            rng.choice(
                [rng.randint(1, 99), int(float(number[0].replace(",", "")[:9]) or 1) + rng.randint(1, 9)]
            )
        )
        if other not in shown:
            yield claim[: number.start()] + other + claim[number.end() :]
    if name := _pick(_NAME.finditer(claim), rng):
        other = pool.another(name[0], shown.lower(), rng) or ""
        if other:
            yield claim[: name.start()] + other + claim[name.end() :]
    if not _DO.search(claim) and (verb := _VERB.search(claim)):
        yield f"{claim[: verb.end()]} not{claim[verb.end() :]}"
    opposed = [w for w in re.finditer(r"\b[a-z]{3,}\b", claim) if w[0] in OPPOSITES]
    if word := _pick(opposed, rng):
        yield claim[: word.start()] + rng.choice(sorted(OPPOSITES[word[0]])) + claim[word.end() :]
    words = list(_WORD.finditer(claim))
    others = [word for word in _WORD.findall(shown) if word not in claim]
    if words and others:
        word = rng.choice(words)
        yield claim[: word.start()] + rng.choice(others) + claim[word.end() :]


def _pick(found: Iterable[re.Match[str]], rng: random.Random) -> re.Match[str] | None:
    listed = list(found)
    return rng.choice(listed) if listed else None


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def sibling_pairs(data: Path, rng: random.Random, most: int) -> Iterator[ClaimPair]:
    """Sentences among their neighbours: as they stand, and with a value or name of a neighbour."""
    texts = [text for text in _texts(data) if is_trained(text) and len(text) > _PARAGRAPH]
    rng.shuffle(texts)
    made = 0
    for text in texts:
        (passage,) = number_hits([_hit(text)])
        place = -1
        for kind, claim in cases(passage):
            if kind == "verbatim":
                place += 1
            if rng.random() < _SIBLINGS_KEPT:
                near = passage.sentences[max(0, place - 1) : place + 2]
                shown = " ".join(fold(sentence.text) for sentence in near)
                yield ClaimPair("siblings", claim, shown, 0.95 if kind == "verbatim" else 0.02)
                made += 1
        if made >= most:
            return


def _hit(text: str) -> Hit:
    return Hit("", "", "", 1, 1, 0, len(text), text, None, 1.0)
