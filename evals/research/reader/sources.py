"""Reads the public datasets under `shared/data` into questions over candidates.

A quarter of the documents judges, the others are trained on. The sample of SQuAD2 has three articles, two of
which are also in XQuAD; that on the Rhine judges.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from evals.research.reader.examples import Asked, Half, Place, ReadableText, draw
from evals.research.reader.tables import row_texts
from ragapp.text.sentences import sentence_spans

_SQUAD2_ARTICLES = ((152, "Normans"), (440, "Computational_complexity_theory"), (851, "Rhine"))
"""The first row of each article in squad2_sample.jsonl. Rows occur twice."""

_JUDGING = frozenset(
    {"Rhine", "Oxygen", "Black_Death", "Prime_number", "Apollo_program", "Scottish_Parliament"}
)
"""The articles of SQuAD2 and XQuAD that judge."""

_JUDGE = 0.25
"""The share of the documents of other datasets that judge."""


def half(asked: Asked) -> Half:
    """The half of a public question's document: whether it is trained on or judges."""
    if asked.source in ("squad2", "xquad"):
        return "judge" if asked.document in _JUDGING else "train"
    return "judge" if draw("reader halves", asked.document) >= 1 - _JUDGE else "train"


def load_public(data: Path) -> list[Asked]:
    """All questions for training and evaluation, in a fixed order."""
    readers: list[Callable[[Path], Iterator[Asked]]] = [_squad2, _xquad, _reading, _wikiqa, _chunking, _tatqa]
    return [asked for read in readers for asked in read(data)]


def over_text(place: Place, question: str, text: str, answers: Iterable[tuple[int, int]]) -> Asked:
    """A question about a text; its `answers` are character spans (start, end)."""
    spans, answers = sentence_spans(text), list(answers)
    candidates, gold = [], set()
    for at, (start, end) in enumerate(spans):
        inside = next(((a, b) for a, b in answers if start <= a < end), None)
        if inside is None:
            candidates.append(ReadableText(text[start:end]))
            continue
        gold.add(at)
        candidates.append(ReadableText(text[start:end], (inside[0] - start, min(inside[1], end) - start)))
    return Asked(place.source, place.document, question, place.title, tuple(candidates), frozenset(gold))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _squad_answers(row: dict[str, Any]) -> list[tuple[int, int]]:
    return [(a["start"], a["start"] + len(a["text"])) for a in row["answers"]]


def _squad2(data: Path) -> Iterator[Asked]:
    first: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(_lines(data / "reading/squad2_sample.jsonl")):
        start = first.setdefault(row["context"], number)
        if (row["context"], row["question"]) in seen:
            continue
        seen.add((row["context"], row["question"]))
        article = next(title for end, title in _SQUAD2_ARTICLES if start < end)
        place = Place("squad2", article, article.replace("_", " "))
        yield over_text(place, row["question"], row["context"], _squad_answers(row))


def _xquad(data: Path) -> Iterator[Asked]:
    articles = json.loads((data / "xquad/xquad.en.json").read_text(encoding="utf-8"))["data"]
    for article in articles:
        place = Place("xquad", article["title"], article["title"].replace("_", " "))
        for paragraph in article["paragraphs"]:
            for row in paragraph["qas"]:
                spans = [(a["answer_start"], a["answer_start"] + len(a["text"])) for a in row["answers"]]
                yield over_text(place, row["question"], paragraph["context"], spans)


def _reading(data: Path) -> Iterator[Asked]:
    """Questions about papers and privacy policies. Reviews (subjqa) are left out, because they ask for
    opinions.
    """
    for name in ("covidqa", "policyqa"):
        for row in _lines(data / f"reading/{name}.jsonl"):
            place = Place(name, f"{name} {row['context'][:200]}")
            asked = over_text(place, row["question"], row["context"], _squad_answers(row))
            if asked.gold and len(asked.candidates) > 1:
                yield asked


def _wikiqa(data: Path) -> Iterator[Asked]:
    for row in _lines(data / "wikiqa/dev.jsonl"):
        title, gold = row["title"], frozenset(row["answers"])
        candidates = tuple(ReadableText(sentence) for sentence in row["sentences"])
        yield Asked("wikiqa", f"wikiqa {title}", row["question"], title, candidates, gold)


def _chunking(data: Path) -> Iterator[Asked]:
    """Questions with evidence spans in long texts, of which the 4,000 characters around the first span are
    used.
    """
    for row in _lines(data / "chunking-eval/questions.jsonl"):
        name = row["corpus_id"]
        text = (data / f"chunking-eval/corpora/{name}.md").read_text(encoding="utf-8")
        first = row["references"][0]["start_index"]
        start = max(0, text.rfind("\n", 0, max(0, first - 1200)) + 1)
        window = text[start : first + 2000]
        spans = [(r["start_index"] - start, r["end_index"] - start) for r in row["references"]]
        asked = over_text(
            Place("chunking", f"chunking {name} {first // 8000}"), row["question"], window, spans
        )
        if asked.gold:
            yield asked


def _tatqa(data: Path) -> Iterator[Asked]:
    """Look-ups in tables of annual reports whose answer is in a single cell or sentence."""
    for row in _lines(data / "tatqa/contexts.jsonl"):
        rows = row_texts(row["table"])
        texts = rows + [p[a:b] for p in row["paragraphs"] for a, b in sentence_spans(p)]
        for question in row["questions"]:
            if question["type"] == "span" and not question["derivation"]:
                in_table = question["where"] == "table"
                places = range(len(rows)) if in_table else range(len(rows), len(texts))
                yield from _looked_up(row["id"], question, texts, places)


def _looked_up(name: str, row: dict[str, Any], texts: list[str], places: range) -> Iterator[Asked]:
    """The question, if its answer is in exactly one of the texts at `places`."""
    answer = str(row["answer"][0])
    gold = [at for at in places if answer in texts[at]]
    if len(gold) == 1:
        candidates = [ReadableText(text) for text in texts]
        start = texts[gold[0]].find(answer)
        candidates[gold[0]] = ReadableText(texts[gold[0]], (start, start + len(answer)))
        yield Asked(
            "tatqa", f"tatqa {name}", row["question"], "", tuple(candidates), frozenset(gold), ordered=False
        )
