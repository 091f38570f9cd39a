"""TREC run files: `query Q0 document rank score tag`, one per line, as trec_eval reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evals.datasets.reading import lines, wrong
from evals.retrieval.metrics import strictly_descending
from evals.retrieval.types import Ranking
from evals.runs import write_whole
from ragapp.errors import UsageError


def write_trec(path: Path, run: Ranking, tag: str) -> None:
    """Writes complete rankings.

    Raises UsageError for an id that contains a space, which the format does not allow.
    """
    written = []
    for query, ranking in run.items():
        for rank, (document, score) in enumerate(strictly_descending(ranking), start=1):
            if query.split() != [query] or document.split() != [document]:
                raise UsageError(
                    f"TREC run files separate fields by spaces, so they cannot contain the ids {query!r} "
                    f"and {document!r}. Leave out --trec-out; the JSON run file supports all ids."
                )
            written.append(f"{query} Q0 {document} {rank} {score!r} {tag}\n")
    write_whole(path, "".join(written).encode())


def read_trec(path: Path) -> Ranking:
    """Reads rankings by query, ordered as in trec_eval: by 32-bit score, then by descending document id.

    Raises UsageError, with the line number, if the file is not a TREC run.
    """
    found: dict[str, dict[str, float]] = {}
    for number, line in lines(path):
        query, document, score = _fields(f"{path}, line {number}", line)
        ranking = found.setdefault(query, {})
        if document in ranking:
            raise wrong(f"{path}, line {number}", f"query {query!r} lists document {document!r} twice")
        ranking[document] = score
    if not found:
        raise UsageError(f"{path} contains no ranking. Pass a TREC run file.")
    return {query: _as_trec_eval_orders(ranking) for query, ranking in found.items()}


def _fields(where: str, line: str) -> tuple[str, str, float]:
    fields = line.split()
    if len(fields) != 6:
        raise wrong(where, f"expected 6 fields separated by spaces, found {len(fields)}")
    try:
        return fields[0], fields[2], float(fields[4])
    except ValueError:
        raise wrong(where, f"the score {fields[4]!r} is not a number") from None


def _as_trec_eval_orders(ranking: dict[str, float]) -> tuple[tuple[str, float], ...]:
    as_read = [(document, float(np.float32(score))) for document, score in ranking.items()]
    return tuple(sorted(as_read, key=lambda one: (one[1], one[0]), reverse=True))
