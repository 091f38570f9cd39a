"""One tantivy folder: the inverted index of a collection's chunks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tantivy import Document, Index, Occur, Query, Schema, SchemaBuilder, Searcher

from ragapp.errors import StorageError
from ragapp.files.permissions import close_to_others, open_to_others, private_folder
from ragapp.indexes.analyzer import build_analyzer, spaced
from ragapp.indexes.local.files import file_digest
from ragapp.indexes.ranking import Candidates, best
from ragapp.types import IndexEntry, Ranking

HEAP_BYTES = 32_000_000
"""Memory that a writer fills before it writes a segment; tantivy requires at least 15 MB."""
MANAGED = ".managed.json"
REWRITTEN = frozenset({"meta.json", MANAGED})
"""All other files are segments, which are written once, under a name that is never reused."""
LOCKS = frozenset({".tantivy-meta.lock", ".tantivy-writer.lock"})
SCORE_DECIMALS = 4
"""Scores are rounded so that equal chunks tie: tantivy adds up a score in an order that depends on the
segment."""

COMMON = 0.3
"""Keywords in a larger share of the chunks hardly matter: on SciFact, nDCG@10 is 0.701 and Recall@100 0.936
without them, 0.700 and 0.937 with them. (Without those in a tenth of the chunks: 0.686 and 0.916.)"""
MIN_SKIPPED_POSTINGS = 50_000
"""Common keywords are skipped when that saves so many postings, which take 0.1 ms to read and score."""

Digests = Mapping[str, str]


class TantivyFolder:
    """A tantivy index in a folder.

    Heading and text are one field: nDCG@10 on SciFact is 0.700, and at best 0.698 with a field for each.
    """

    def __init__(self, folder: Path) -> None:
        """Opens the index, or creates an empty one. Raises StorageError."""
        self._path = folder
        self._schema = _schema()
        self._analyzer = build_analyzer()
        try:
            private_folder(folder)
            self._index = Index(self._schema, path=str(folder))
        except (OSError, ValueError) as error:
            raise StorageError(f"Cannot open the keyword index in {folder}: {error}.") from error
        self._index.register_tokenizer("words", self._analyzer)
        self._index.config_reader("manual")  # no watching thread: we know when to reload

    def apply(self, touched: AbstractSet[int], entries: Iterable[IndexEntry]) -> None:
        """Removes the versions `touched`, then adds `entries`, in one commit. Raises StorageError."""
        try:
            writer = self._index.writer(HEAP_BYTES, 1)
            try:
                self._remove_uncommitted()
                # By a query: tantivy's Python binding silently ignores deletions by an unsigned term.
                writer.delete_documents_by_query(self._of_versions(touched))
                for entry in entries:
                    writer.add_document(_document(entry))
                writer.commit()
            finally:
                # Merges rewrite files, so the digests are only final after them. This also releases
                # the writer's lock.
                writer.wait_merging_threads()
                close_to_others(open_to_others(self._path))  # whatever the umask of this process is
        except ValueError as error:  # tantivy raises it for every error of the file system
            raise StorageError(f"Cannot write the keyword index: {error}. Is the disk full?") from error

    def _remove_uncommitted(self) -> None:
        """Removes what a process that was killed during a commit has left: its lists of deleted documents.

        tantivy would write lists of the same names again, and refuses to replace a file. To be called while
        the writer holds its lock.
        """
        committed = self._meta()["opstamp"]
        for path in self._path.glob("*.del"):
            written_at = path.name.split(".")[1]
            if written_at.isdecimal() and int(written_at) > committed:
                path.unlink(missing_ok=True)

    def _meta(self) -> Any:
        """What the last commit consists of. Raises StorageError."""
        try:
            return json.loads((self._path / "meta.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StorageError(f"Cannot read the keyword index: {error}.") from error

    def holds_removed(self) -> bool:
        """Whether segments still hold removed chunks, which only merging drops. Raises StorageError."""
        return any(segment["deletes"] is not None for segment in self._meta()["segments"])

    def searcher(self) -> Searcher:
        """An immutable searcher over the last commit. Raises StorageError."""
        try:
            self._index.reload()
            return self._index.searcher()
        except ValueError as error:
            raise StorageError(f"Cannot read the keyword index: {error}.") from error

    def search(self, searcher: Searcher, query: str, k: int, within: AbstractSet[int] | None) -> Ranking:
        """The `k` chunks with the highest BM25 score (k1 1.2, b 0.75), ties by key.

        In a large index, common keywords of the query only count when its rare ones find too little.
        """
        keywords = Counter(self._analyzer.analyze(spaced(query)))
        if not keywords or not searcher.num_docs:
            return ()

        def candidates(counted: Counter[str], n: int) -> Candidates:
            return _search(searcher, self._query(counted, within), n)

        if (rare := _rare(searcher, keywords)) != keywords:
            ranking = best(k, searcher.num_docs, partial(candidates, rare))
            if len(ranking) == k:
                return ranking
        return best(k, searcher.num_docs, partial(candidates, keywords))

    def _query(self, keywords: Counter[str], within: AbstractSet[int] | None) -> Query:
        """Weights each keyword by its count in the query. Keywords are terms already: nothing is parsed."""
        terms = [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, "text", keyword, "freq"), count))
            for keyword, count in keywords.items()
        ]
        any_keyword = Query.boolean_query(terms)
        if within is None:
            return any_keyword
        allowed = Query.const_score_query(self._of_versions(within), 0.0)
        return Query.boolean_query([(Occur.Must, any_keyword), (Occur.Must, allowed)])

    def _of_versions(self, versions: AbstractSet[int]) -> Query:
        return Query.term_set_query(self._schema, "version", sorted(versions))


def _rare(searcher: Searcher, keywords: Counter[str]) -> Counter[str]:
    """`keywords` without the common ones, where skipping those is worth it and others remain."""
    frequencies = {keyword: searcher.doc_freq("text", keyword) for keyword in keywords}
    common = {keyword for keyword, count in frequencies.items() if count > COMMON * searcher.num_docs}
    if sum(frequencies[keyword] for keyword in common) < MIN_SKIPPED_POSTINGS or common == keywords.keys():
        return keywords
    return Counter({keyword: count for keyword, count in keywords.items() if keyword not in common})


def _search(searcher: Searcher, query: Query, n: int) -> Candidates:
    hits = searcher.search(query, limit=n, count=False).hits
    scores = np.array([score for score, _ in hits], np.float64).round(SCORE_DECIMALS)
    keys = searcher.fast_field_values("key", [address for _, address in hits])
    return np.array(keys, np.int64), scores


def keys_of(searcher: Searcher) -> NDArray[np.int64]:
    """The keys of all chunks, ascending."""
    hits = searcher.search(Query.all_query(), limit=max(1, searcher.num_docs), count=False).hits
    keys = searcher.fast_field_values("key", [address for _, address in hits])
    return np.sort(np.array(keys, np.int64))


def digests_of(folder: Path, known: Digests) -> dict[str, str]:
    """The digest of each file of a tantivy folder. Segments in `known` are not read. Raises OSError."""
    names = sorted(path.name for path in folder.iterdir() if path.name not in LOCKS)
    fixed = {name: digest for name, digest in known.items() if name not in REWRITTEN}
    return {name: fixed.get(name) or file_digest(folder / name) for name in names}


def _document(entry: IndexEntry) -> Document:
    document = Document()
    document.add_unsigned("key", entry.key)
    document.add_unsigned("version", entry.version_id)
    document.add_text("text", spaced(f"{entry.heading}\n{entry.text}" if entry.heading else entry.text))
    return document


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("version", indexed=True)
    builder.add_text_field("text", tokenizer_name="words", index_option="freq")
    return builder.build()
