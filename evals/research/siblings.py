"""Measures how often a sentence is supported although a value was replaced by one of a neighbouring sentence.

    python -m evals.research.siblings SQUAD_JSON|CLAIMS_JSONL … [--half tuned|held-out|both]

Claims are sentences of a text, attributed to the whole text like the sentences of an answer. A number, date
or code is replaced by one of its kind, a name by another name, from the nearest sentence that has one which
this sentence lacks. Texts are paragraphs of a set in SQuAD layout, or the evidence of `{"evidence":
[sentence, …]}` lines. They are split by the digest of the text; the check may be tuned on one half only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from evals.answers.summary import VERDICTS
from evals.datasets.answering import load_answer_dataset
from ragapp.answering.attribution import attribute
from ragapp.answering.claims import Claim
from ragapp.answering.groundedness.parsed_sentence import parse_sentence
from ragapp.answering.passages import Passage
from ragapp.answering.terms import fold
from ragapp.types import Hit, Ranks, Verdict

HALVES = ("tuned", "held-out")

Part = tuple[int, int, str]
"""(start, end) in a sentence, and the text at that span."""

MOST_CHARACTERS = 3000
"""The most characters of a text, about the size of a passage."""


def texts_of(path: Path) -> Iterator[str]:
    """The distinct texts of a file."""
    if path.suffix == ".jsonl":
        rows = map(json.loads, path.read_text("utf-8").splitlines())
        found: Iterable[str] = (" ".join(row["evidence"]) for row in rows)
    else:
        files = load_answer_dataset(path).files
        found = (text for file in files for text in file.read().decode().split("\n\n"))
    yield from dict.fromkeys(text[:MOST_CHARACTERS] for text in found)


def half_of(text: str) -> str:
    return HALVES[hashlib.sha256(text.encode()).digest()[0] % 2]


def cases(passage: Passage) -> Iterator[tuple[str, str]]:
    """(kind, claim) for each sentence of a text: unchanged, and with a value of a neighbour."""
    sentences = [fold(one.text) for one in passage.sentences if not one.is_title]
    for place, sentence in enumerate(sentences):
        yield "verbatim", sentence
        neighbours = sorted(range(len(sentences)), key=lambda other: abs(other - place))[1:]
        nearest = [sentences[other] for other in neighbours]
        for kind, parts in (("number or code", _values), ("name", _names)):
            altered = _exchanged(sentence, nearest, parts)
            if altered is not None:
                yield f"{kind} of a neighbour", altered


def _exchanged(sentence: str, nearest: Iterable[str], parts: Callable[[str], Iterator[Part]]) -> str | None:
    own = list(parts(sentence))
    known = sentence.lower()
    values = parse_sentence(sentence).values
    for other in nearest:
        for _, _, theirs in parts(other):
            stated = any(a.agrees_with(b) for a in parse_sentence(theirs).values for b in values)
            if stated or theirs.lower().removesuffix("'s").removesuffix("’s") in known:
                continue
            for start, end, ours in own:
                if _same_kind(ours, theirs):
                    return sentence[:start] + theirs + sentence[end:]
    return None


def _same_kind(ours: str, theirs: str) -> bool:
    mine, others = parse_sentence(ours).values, parse_sentence(theirs).values
    if not mine or not others:
        return not mine and not others
    return mine[0].is_like(others[0]) and not any(a.agrees_with(b) for a in mine for b in others)


def _values(sentence: str) -> Iterator[Part]:
    for value in parse_sentence(sentence).values:
        written = sentence[value.start : value.end]
        start = value.start + len(written) - len(written.lstrip())
        yield start, value.end, written.strip()


def _names(sentence: str) -> Iterator[Part]:
    reading = parse_sentence(sentence)
    for word in reading.words:
        if word.concept in reading.names and word.text[0].isupper() and len(word.text) > 2 and word.start:
            yield word.start, word.start + len(word.text), word.text


def as_passage(text: str) -> Passage:
    return Passage(1, Hit("c", "d", "text.txt", 1, 1, 0, len(text), text, None, 1.0, Ranks(1, 1)))


def verdicts_on(texts: Iterable[str]) -> Iterator[tuple[str, str, Verdict]]:
    """Checks the claims of the texts; yields (kind, claim, verdict)."""
    for text in texts:
        passage = as_passage(text)
        for kind, claim in cases(passage):
            yield kind, claim, attribute(Claim(claim, (1,), new_line=False), {1: passage}).verdict


def shares(found: Iterable[tuple[str, str, Verdict]]) -> dict[str, dict[str, float]]:
    counts: dict[str, Counter[str]] = {}
    for kind, _, verdict in found:
        counts.setdefault(kind, Counter())[verdict] += 1
    return {
        kind: {"n": n.total()} | {v: round(n[v] / n.total(), 3) for v in VERDICTS}
        for kind, n in counts.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--half", choices=(*HALVES, "both"), default="both")
    parser.add_argument("--limit", type=int, help="texts of each set")
    parser.add_argument("--show", action="store_true", help="print the claims with the wrong verdict")
    given = parser.parse_args()
    wanted = HALVES if given.half == "both" else (given.half,)
    results = {}
    for path in given.sets:
        texts = [text for text in texts_of(path) if half_of(text) in wanted][: given.limit]
        found = list(verdicts_on(texts))
        results[path.stem] = shares(found)
        if given.show:
            wrong = [(k, v, c) for k, c, v in found if (v == "supported") != (k == "verbatim")]
            sys.stdout.writelines(f"{kind}: {verdict}: {claim}\n" for kind, verdict, claim in wrong)
    sys.stdout.write(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
