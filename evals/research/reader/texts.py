"""Plain texts that rule-made questions are drawn from, by half: abstracts and cited web pages."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from evals.research.reader.cloze import cloze_questions
from evals.research.reader.examples import Asked, Half, Place, half_of

_LONGEST = 1500  # characters of a text


def rule_made(data: Path, half: Half, seed: int) -> Iterator[Asked]:
    """Questions by rules over the texts of one half, in a fixed order."""
    rng = random.Random(f"cloze {seed} {half}")
    for name, title, text in [*_abstracts(data), *_medical(data), *_pages(data)]:
        if half_of(name) == half:
            yield from cloze_questions(Place("rules", name, title), text[:_LONGEST], rng)


def _abstracts(data: Path) -> Iterator[tuple[str, str, str]]:
    with (data / "scifact/corpus.jsonl").open(encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            yield f"scifact {row['_id']}", row["title"], row["text"]


def _medical(data: Path) -> Iterator[tuple[str, str, str]]:
    rows = json.loads((data / "pubmedqa/dev.json").read_text(encoding="utf-8"))
    for key, row in rows.items():
        yield f"pubmedqa {key}", "", " ".join(row["CONTEXTS"])


def _pages(data: Path) -> Iterator[tuple[str, str, str]]:
    """The pages that WiCE's claims cite. Their first line may name the page."""
    mark = "(meta data) TITLE: "
    with (data / "claims/wice.jsonl").open(encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            first, *rest = row["evidence"]
            title = first.removeprefix(mark) if first.startswith(mark) else ""
            for at in range(0, len(rest), 10):
                yield f"wice {row['evidence'][0]}", title[:80], " ".join(rest[at : at + 10])
