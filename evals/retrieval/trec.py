"""TREC run files: `query Q0 document rank score tag`, a line each, as trec_eval reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evals.datasets.reading import lines, wrong
from evals.retrieval.metrics import strictly_descending
from evals.retrieval.types import Ranking
from evals.runs import write_whole
from ragapp.errors import UsageError


def write_trec(path: Path, run: Ranking, tag: str) -> None:
    """Writes the whole rankings. Raises UsageError for an id with a space in it, which cannot be written."""
    written = []
    for query, ranking in run.items():
        for rank, (document, score) in enumerate(strictly_descending(ranking), start=1):
            if query.split() != [query] or document.split() != [document]:
                raise UsageError(
                    f"TREC run files part fields by spaces and cannot hold the ids {query!r} and "
                    f"{document!r}. Leave --trec-out out; the JSON run file holds any id."
                )
            written.append(f"{query} Q0 {document} {rank} {score!r} {tag}\n")
    write_whole(path, "".join(written).encode())


def read_trec(path: Path) -> Ranking:
    """Rankings by query, in the order that trec_eval sees: by 32-bit score, ties by document id downwards.

    Raises UsageError, with the line, for what is no TREC run.
    """
    found: dict[str, dict[str, float]] = {}
    for number, line in lines(path):
        query, document, score = _fields(f"{path}, line {number}", line)
        ranking = found.setdefault(query, {})
        if document in ranking:
            raise wrong(f"{path}, line {number}", f"query {query!r} has document {document!r} twice")
        ranking[document] = score
    if not found:
        raise UsageError(f"{path} holds no ranking. Pass a TREC run file.")
    return {query: _as_trec_eval_orders(ranking) for query, ranking in found.items()}


def _fields(where: str, line: str) -> tuple[str, str, float]:
    fields = line.split()
    if len(fields) != 6:
        raise wrong(where, f"6 fields parted by spaces are needed, {len(fields)} are there")
    try:
        return fields[0], fields[2], float(fields[4])
    except ValueError:
        raise wrong(where, f"the score {fields[4]!r} is not a number") from None


def _as_trec_eval_orders(ranking: dict[str, float]) -> tuple[tuple[str, float], ...]:
    as_read = [(document, float(np.float32(score))) for document, score in ranking.items()]
    return tuple(sorted(as_read, key=lambda one: (one[1], one[0]), reverse=True))
