"""Measures the agreement of the judge model with known labels: original and altered sentences of a SQuAD
dataset.

    RAGAPP_JUDGE=openai:MODEL python -m evals.research.judge XQUAD_EN_JSON [COUNT]

A sentence supports itself, but not a copy in which a number, a name or a negation was altered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evals.answers.judging import Agreement, ModelJudge, Opinion, agreement, open_judge
from evals.datasets.sampling import lot
from evals.research.verdicts import squad_pairs
from ragapp.errors import UsageError
from ragapp.settings import Settings

TRUE = "the sentence itself"
OTHER = "another sentence of the paragraph"
"""Left out, because a neighbouring sentence may support the claim as well."""

Labelled = tuple[str, str, bool]
"""(claim, quote, supported)"""


def labelled(path: Path, count: int) -> list[Labelled]:
    """Draws up to `count` claims of each kind by hash."""
    found = []
    for kind, pairs in squad_pairs(path):
        if kind != OTHER:
            drawn = sorted(pairs, key=lambda pair: lot(pair[0], seed=0))[:count]
            found += [(claim, quote, kind == TRUE) for claim, quote in drawn]
    return found


def judge_labels(judge: ModelJudge, pairs: Sequence[Labelled]) -> Agreement:
    """Compares the verdicts of the judge with the labels. Raises ModelError."""
    opinions = [Opinion(judge.supports([quote], claim), supported) for claim, quote, supported in pairs]
    return agreement(judge, opinions)


def main() -> None:
    path, *count = sys.argv[1:]
    judge = open_judge(Settings())
    if judge is None:
        raise UsageError("No judge is set. Set RAGAPP_JUDGE, to openai:MODEL for example.")
    found = judge_labels(judge, labelled(Path(path), int(count[0]) if count else 50))
    sys.stdout.write(json.dumps(asdict(found), indent=1) + "\n")


if __name__ == "__main__":
    main()
