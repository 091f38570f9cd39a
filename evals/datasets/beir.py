"""Reads the BEIR layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv.

Thakur et al., "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval
Models", NeurIPS 2021 (https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset).
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from evals.datasets.reading import lines, read_rows, wrong
from evals.retrieval.types import CorpusDocument, Qrels, RetrievalDataset
from ragapp.errors import UsageError

RowT = TypeVar("RowT", bound="_Row")

_LAYOUT = "A BEIR folder holds corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv"


class _Row(BaseModel):
    """A line of corpus.jsonl or queries.jsonl. Some public datasets have numbers as ids."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(alias="_id", min_length=1)
    text: str


class _CorpusRow(_Row):
    title: str | None = None


class _QueryRow(_Row):
    text: str = Field(pattern=r"\S")


def load_beir(folder: Path, split: str | None = None) -> RetrievalDataset:
    """Reads and checks the dataset in `folder`; its name is the folder's.

    `split` may be left out if there is only one. Raises UsageError, with file and line, for faults that would
    silently distort scores, such as a duplicate id or a judgement of an unknown query or document.
    """
    folder = folder.resolve()
    corpus_file, queries_file = _file(folder / "corpus.jsonl"), _file(folder / "queries.jsonl")
    qrels_file = _qrels_file(folder / "qrels", split)
    rows = _rows(corpus_file, _CorpusRow)
    corpus = tuple(CorpusDocument(row.id, row.title or "", row.text) for row in rows)
    queries = {row.id: row.text for row in _rows(queries_file, _QueryRow)}
    qrels = _qrels(qrels_file, queries, {document.id for document in corpus})
    return RetrievalDataset(
        name=folder.name,
        split=qrels_file.stem,
        corpus=corpus,
        queries={query: queries[query] for query in qrels},
        qrels=qrels,
        corpus_sha256=_digest(corpus_file),
        sha256=_digest(corpus_file, queries_file, qrels_file),
    )


def _file(path: Path) -> Path:
    if not path.is_file():
        raise UsageError(f"{path} does not exist. {_LAYOUT}; pass that folder.")
    return path


def _qrels_file(folder: Path, split: str | None) -> Path:
    found = sorted(folder.glob("*.tsv"))
    names = ", ".join(path.stem for path in found)
    if split is not None and folder / f"{split}.tsv" not in found:
        raise UsageError(f"{folder} has no split {split!r}. Available: {names or 'none'}.")
    if split is not None:
        return folder / f"{split}.tsv"
    if len(found) > 1:
        raise UsageError(f"{folder} has several splits. Choose one with --split: {names}.")
    return found[0] if found else _file(folder / "SPLIT.tsv")


def _rows(path: Path, layout: type[RowT]) -> Iterator[RowT]:
    seen: set[str] = set()
    for where, row in read_rows(path, layout):
        if row.id in seen:
            raise wrong(where, f"the id {row.id!r} is used twice; ids must be unique")
        seen.add(row.id)
        yield row


def _qrels(path: Path, queries: Container[str], corpus: Container[str]) -> Qrels:
    """The judgements by query. The first line is a header, as always in BEIR."""
    judgements = lines(path)
    number, header = next(judgements, (1, ""))
    if not header.lower().startswith("query-id"):
        raise wrong(f"{path}, line {number}", "the header `query-id<TAB>corpus-id<TAB>score` must come first")
    qrels: dict[str, dict[str, int]] = {}
    for number, line in judgements:
        query, document, grade = _judgement(path, number, line)
        if query not in queries:
            raise wrong(f"{path}, line {number}", f"queries.jsonl has no query {query!r}")
        if document not in corpus:
            raise wrong(f"{path}, line {number}", f"corpus.jsonl has no document {document!r}")
        if document in qrels.setdefault(query, {}):
            raise wrong(f"{path}, line {number}", f"query {query!r} judges document {document!r} twice")
        qrels[query][document] = grade
    if not qrels:
        raise UsageError(f"{path} judges no query. Choose another split with --split.")
    return qrels


def _judgement(path: Path, number: int, line: str) -> tuple[str, str, int]:
    fields = line.split("\t")
    if len(fields) != 3:
        raise wrong(f"{path}, line {number}", f"expected 3 fields separated by tabs, found {len(fields)}")
    try:
        return fields[0], fields[1], int(fields[2])
    except ValueError:
        raise wrong(f"{path}, line {number}", f"the score {fields[2]!r} is not a whole number") from None


def _digest(*paths: Path) -> str:
    """The SHA-256 of the digests of the files, which also changes if bytes move from one file to another."""
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as data:
            whole.update(hashlib.file_digest(data, "sha256").digest())
    return whole.hexdigest()
