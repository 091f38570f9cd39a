"""Reads claims that people labelled from the public sets under `shared/data`, one half of them."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.research.entailment.examples import ClaimPair, is_trained
from ragapp.answering.terms import stems

_YES, _NO = 0.97, 0.02
_WINDOW = 3
"""The most sentences of a text that are compared with a claim at once."""

_STS_SUPPORT = ((4.75, _YES), (4.0, 0.85), (3.0, 0.3), (0.0, _NO))
"""The support that a similarity of STS-B stands for: at 4, unimportant details differ."""


def public_pairs(data: Path, rng: random.Random) -> Iterator[ClaimPair]:
    """The pairs of the trained half of every public set. MRPC only measures: its licence is for research."""
    yield from _begin(data)
    yield from _wice(data, rng)
    yield from _qags(data)
    yield from _stsb(data, {sentence for row in mrpc_rows(data) for sentence in row[1:]})
    yield from _scifact(data)


def mrpc_rows(data: Path) -> Iterator[tuple[str, str, str]]:
    """The rows of MRPC: (label, sentence, sentence)."""
    with (data / "cache-pairs/mrpc_train.txt").open(encoding="utf-8-sig", newline="") as lines:
        for row in list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            if len(row) == 5:
                yield row[0], row[3], row[4]


def windows(claim: str, sentences: Sequence[str], count: int) -> list[str]:
    """The runs of up to three sentences that share the most words with the claim, best first."""
    wanted = frozenset(stems(claim))
    own = [frozenset(stems(sentence)) for sentence in sentences]
    runs = []
    for size in range(1, _WINDOW + 1):
        for first in range(len(sentences) - size + 1):
            shared = wanted & frozenset[str]().union(*own[first : first + size])
            runs.append((-len(shared), size, first))
    return [" ".join(sentences[first : first + size]) for _, size, first in sorted(runs)[:count]]


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _begin(data: Path) -> Iterator[ClaimPair]:
    for row in rows_of(data / "claims/begin_wow.jsonl"):
        if is_trained(" ".join(row["evidence"])):
            yield ClaimPair("begin", row["claim"], row["evidence"][0], _soft(row["label"]))


def _wice(data: Path, rng: random.Random) -> Iterator[ClaimPair]:
    for row in rows_of(data / "claims/wice.jsonl"):
        if not is_trained(" ".join(row["evidence"])):
            continue
        claim, sentences = row["claim"], row["evidence"]
        gold = " ".join(sentences[at] for at in row["supporting"][:4])
        if gold:
            yield ClaimPair("wice", claim, gold, _soft(row["label"], partial=0.15))
        best = windows(claim, sentences, 3)
        if row["label"] == "supported":
            yield ClaimPair("wice", claim, best[0], 0.75)
            others = [s for at, s in enumerate(sentences) if at not in row["supporting"] and len(s) > 40]
            yield from (ClaimPair("wice", claim, one, _NO) for one in rng.sample(others, min(2, len(others))))
        else:
            yield from (ClaimPair("wice", claim, one, _soft(row["label"], partial=0.1)) for one in best[:2])


def _qags(data: Path) -> Iterator[ClaimPair]:
    for row in rows_of(data / "claims/qags_xsum.jsonl"):
        if is_trained(" ".join(row["evidence"])):
            from ragapp.text.sentences import sentence_spans  # noqa: PLC0415

            text = " ".join(row["evidence"])
            sentences = [text[a:b] for a, b in sentence_spans(text)]
            support = 0.8 if row["label"] == "supported" else 0.05
            yield from (
                ClaimPair("qags", row["claim"], one, support) for one in windows(row["claim"], sentences, 2)
            )


def _stsb(data: Path, held_out: set[str]) -> Iterator[ClaimPair]:
    for name in ("train", "dev"):
        with (data / f"cache-pairs/stsb-en-{name}.csv").open(encoding="utf-8", newline="") as lines:
            for one, other, score in csv.reader(lines):
                if {one, other} & held_out:
                    continue
                support = next(share for least, share in _STS_SUPPORT if float(score) >= least)
                yield ClaimPair("stsb", one, other, support)


def _scifact(data: Path) -> Iterator[ClaimPair]:
    """Claims about abstracts. Those that are only cited hold nothing that decides."""
    texts = {row["_id"]: row["text"] for row in rows_of(data / "scifact/queries.jsonl")}
    abstracts = {row["_id"]: row["text"] for row in rows_of(data / "scifact/corpus.jsonl")}
    from ragapp.text.sentences import sentence_spans  # noqa: PLC0415

    for row in json.loads((data / "scifact/evidence.json").read_text("utf-8")):
        claim = texts.get(row["id"])
        if claim is None:
            continue
        name = row["doc"] or row["cited"][0]
        abstract = abstracts.get(name, "")
        sentences = [abstract[a:b] for a, b in sentence_spans(abstract)]
        if not row["doc"]:
            yield from (ClaimPair("scifact", claim, one, _NO) for one in windows(claim, sentences, 1))
        elif max(row["sents"], default=0) < len(sentences):
            gold = " ".join(sentences[at] for at in row["sents"][:3])
            yield ClaimPair("scifact", claim, gold, 0.95 if row["label"] == "SUPPORT" else _NO)


def _soft(label: str, partial: float = 0.1) -> float:
    return {"supported": 0.95, "partial": partial}.get(label, 0.03)
