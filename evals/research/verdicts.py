"""Measures how often the groundedness check supports original and altered sentences of a SQuAD dataset.

    python -m evals.research.verdicts XQUAD_EN_JSON [MRPC_TRAIN_TXT] [CLAIMS_JSONL …]

Claims are sentences of the documents, checked against the original after one change.
MRPC (Dolan and Brockett, IWP 2005) adds pairs of headlines that people labelled as paraphrases or not;
`{"claim", "evidence": [sentence, …], "label"}` lines add claims that people labelled.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np

from evals.answers.summary import VERDICTS
from evals.datasets.answering import load_answer_dataset
from ragapp.answering.groundedness.check import groundedness
from ragapp.text.sentences import sentence_spans

_NUMBER = re.compile(r"\d+")
_VERB = re.compile(r"\b(is|was|are|were|has|had|can|could|will|would)\b(?! not)")
_NEGATED = re.compile(r"\b(?:not?|never|without|nor|neither|none)\b|n['’]t", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z] )[A-Z][a-z]{3,}")

Pair = tuple[str, str]
"""(claim, quote)"""

Labelled = tuple[str, Sequence[str]]
"""(claim, quotes)"""

Alter = Callable[[str], str | None]


def squad_pairs(path: Path) -> Iterator[tuple[str, Iterable[Pair]]]:
    """(kind of claim, its pairs) over all paragraphs of the dataset."""
    paragraphs = [text for file in load_answer_dataset(path).files for text in _paragraphs(file.read())]
    sentences = [[text[a:b] for a, b in sentence_spans(text)] for text in paragraphs]
    every = [sentence for own in sentences for sentence in own]
    yield "the sentence itself", [(one, one) for one in every]
    yield "another sentence of the paragraph", [pair for own in sentences for pair in permutations(own, 2)]
    yield "one number changed", _altered(every, _other_number)
    yield "a not put in", _altered(every, _negated)
    yield "one name changed", _altered(every, _renamer(every))


def altered_pairs(texts: Sequence[Sequence[str]]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """(kind of alteration, altered sentence, the sentences of its text)"""
    every = [sentence for text in texts for sentence in text]
    alterations = {"a number": _other_number, "a not": _negated, "a name": _renamer(every)}
    for kind, alter in alterations.items():
        for text in texts:
            for sentence in text:
                if (altered := alter(sentence)) is not None:
                    yield kind, altered, text


def mrpc_pairs(path: Path) -> Iterator[tuple[str, Iterable[Pair]]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    for label, kind in (("1", "MRPC, a paraphrase"), ("0", "MRPC, no paraphrase")):
        yield kind, [(row[3], row[4]) for row in rows if len(row) == 5 and row[0] == label]


def labelled_claims(path: Path) -> Iterator[tuple[str, Iterable[Labelled]]]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for label in VERDICTS:
        found = [(row["claim"], row["evidence"]) for row in rows if row["label"] == label]
        if found:
            yield f"{path.stem}, judged {label}", found


def shares(pairs: Iterable[Pair | Labelled]) -> dict[str, float]:
    """The share of the claims with each verdict, and the number of claims."""
    counts = Counter(groundedness(claim, [said] if isinstance(said, str) else said) for claim, said in pairs)
    total = counts.total()
    return {"n": total} | {verdict: round(counts[verdict] / max(1, total), 3) for verdict in VERDICTS}


def _paragraphs(data: bytes) -> list[str]:
    return data.decode().split("\n\n")


def _altered(sentences: Iterable[str], alter: Alter) -> list[Pair]:
    return [(altered, one) for one in sentences if (altered := alter(one)) is not None]


def _other_number(sentence: str) -> str | None:
    """The sentence with its first number increased by one."""
    found = _NUMBER.search(sentence)
    return sentence[: found.start()] + str(int(found[0]) + 1) + sentence[found.end() :] if found else None


def _negated(sentence: str) -> str | None:
    if _NEGATED.search(sentence) or not _VERB.search(sentence):
        return None
    return _VERB.sub(r"\1 not", sentence, count=1)


def _renamer(sentences: Iterable[str]) -> Alter:
    """Returns a function that replaces the first name of a sentence by one drawn from all sentences."""
    names = sorted({name for sentence in sentences for name in _NAME.findall(sentence)})
    rng = np.random.default_rng(0)

    def rename(sentence: str) -> str | None:
        found, other = _NAME.search(sentence), names[rng.integers(len(names))]
        if found is None or found[0] == other:
            return None
        return f"{sentence[: found.start()]}{other}{sentence[found.end() :]}"

    return rename


def main() -> None:
    squad, *others = map(Path, sys.argv[1:])
    kinds: list[tuple[str, Iterable[Pair | Labelled]]] = [*squad_pairs(squad)]
    for path in others:
        kinds += labelled_claims(path) if path.suffix == ".jsonl" else mrpc_pairs(path)
    sys.stdout.write(json.dumps({kind: shares(pairs) for kind, pairs in kinds}, indent=1) + "\n")


if __name__ == "__main__":
    main()
