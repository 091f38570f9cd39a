"""How far the judge model agrees with labels: true and altered sentences of a set in SQuAD layout.

    RAGAPP_JUDGE=openai:MODEL python -m evals.research.judge XQUAD_EN_JSON [COUNT]

Sentences are supported by themselves; those with a number, a name or a negation altered are not.
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
"""Left out: a neighbour may support a sentence all the same."""

Labelled = tuple[str, str, bool]
"""(claim, quote, supported)"""


def labelled(path: Path, count: int) -> list[Labelled]:
    """Up to `count` of each kind, drawn by hash."""
    found = []
    for kind, pairs in squad_pairs(path):
        if kind != OTHER:
            drawn = sorted(pairs, key=lambda pair: lot(pair[0], seed=0))[:count]
            found += [(claim, quote, kind == TRUE) for claim, quote in drawn]
    return found


def judge_labels(judge: ModelJudge, pairs: Sequence[Labelled]) -> Agreement:
    """Raises ModelError."""
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
