"""One tantivy folder: the inverted index of a collection's chunks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tantivy import Document, Index, Occur, Query, Schema, SchemaBuilder, Searcher

from ragapp.errors import StorageError
from ragapp.files.permissions import close_to_others, open_to_others, private_folder
from ragapp.indexes.analyzer import analyser, spaced
from ragapp.indexes.local.files import file_digest
from ragapp.indexes.ranking import Candidates, best
from ragapp.types import IndexEntry, Ranking

HEAP_BYTES = 32_000_000
"""What a writer gathers before it writes a segment; tantivy asks for 15 MB at least."""
MANAGED = ".managed.json"
REWRITTEN = frozenset({"meta.json", MANAGED})
"""All other files are segments: written once, under a name that is never used again."""
LOCKS = frozenset({".tantivy-meta.lock", ".tantivy-writer.lock"})
SCORE_DECIMALS = 4
"""The order in which tantivy adds up a score depends on the segment; chunks with one text must tie."""

COMMON = 0.3
"""Words in a larger share of the chunks tell little: on SciFact, without them nDCG@10 is .701 and Recall@100
.936, with them .700 and .937. (Without those in a tenth of the chunks: .686 and .916.)"""
WORTH_LEAVING_OUT = 50_000
"""Occurrences of common words, in chunks. Each is read and scored: so many take a tenth of a millisecond."""

Digests = Mapping[str, str]


class Generation:
    """Heading and text are one field: on SciFact nDCG@10 is .700, with a field each at best .698."""

    def __init__(self, folder: Path) -> None:
        """Opens the folder, or makes an empty index in it. Raises StorageError."""
        self._path = folder
        self._schema = _schema()
        self._analyser = analyser()
        try:
            private_folder(folder)
            self._index = Index(self._schema, path=str(folder))
        except (OSError, ValueError) as error:
            raise StorageError(f"Cannot open the keyword index in {folder}: {error}.") from error
        self._index.register_tokenizer("words", self._analyser)
        self._index.config_reader("manual")  # we know when there is something new: no watching thread

    def apply(self, touched: AbstractSet[int], entries: Iterable[IndexEntry]) -> None:
        """Takes the versions `touched` out and `entries` in, in one commit. Raises StorageError."""
        try:
            writer = self._index.writer(HEAP_BYTES, 1)
            try:
                # By a query: tantivy's Python deletes by term miss every unsigned value, without a word.
                writer.delete_documents_by_query(self._of_versions(touched))
                for entry in entries:
                    writer.add_document(_document(entry))
                writer.commit()
            finally:
                # Merges rewrite files: nobody may take stock of the folder before they have ended. This
                # also lets the writer's lock go.
                writer.wait_merging_threads()
                close_to_others(open_to_others(self._path))  # where the umask of this process is another one
        except ValueError as error:  # what tantivy raises for every error of the file system
            raise StorageError(f"Cannot write the keyword index: {error}. Is the disk full?") from error

    def holds_removed(self) -> bool:
        """Whether segments still have the words of chunks that were taken out: merging drops these.

        Raises StorageError.
        """
        try:
            meta = json.loads((self._path / "meta.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StorageError(f"Cannot read the keyword index: {error}.") from error
        return any(segment["deletes"] is not None for segment in meta["segments"])

    def searcher(self) -> Searcher:
        """An immutable view of the last commit. Raises StorageError."""
        try:
            self._index.reload()
            return self._index.searcher()
        except ValueError as error:
            raise StorageError(f"Cannot read the keyword index: {error}.") from error

    def search(self, searcher: Searcher, query: str, k: int, within: AbstractSet[int] | None) -> Ranking:
        """The `k` chunks with the highest BM25 score (k1 1.2, b .75), ties by key.

        In a large index, the query's common words count only when its rarer ones find too little.
        """
        words = Counter(self._analyser.analyze(spaced(query)))
        if not words or not searcher.num_docs:
            return ()

        def candidates(asked: Counter[str], n: int) -> Candidates:
            return _found(searcher, self._query(asked, within), n)

        if (telling := _telling(searcher, words)) != words:
            ranking = best(k, searcher.num_docs, partial(candidates, telling))
            if len(ranking) == k:
                return ranking
        return best(k, searcher.num_docs, partial(candidates, words))

    def _query(self, words: Counter[str], within: AbstractSet[int] | None) -> Query:
        """A word that a query repeats counts as often. Words are terms already: nothing is parsed."""
        terms = [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, "text", word, "freq"), count))
            for word, count in words.items()
        ]
        any_word = Query.boolean_query(terms)
        if within is None:
            return any_word
        allowed = Query.const_score_query(self._of_versions(within), 0.0)
        return Query.boolean_query([(Occur.Must, any_word), (Occur.Must, allowed)])

    def _of_versions(self, versions: AbstractSet[int]) -> Query:
        return Query.term_set_query(self._schema, "version", sorted(versions))


def _telling(searcher: Searcher, words: Counter[str]) -> Counter[str]:
    """`words` without the common ones, where leaving those out is worth it and others remain."""
    occur = {word: searcher.doc_freq("text", word) for word in words}
    common = {word for word, count in occur.items() if count > COMMON * searcher.num_docs}
    if sum(occur[word] for word in common) < WORTH_LEAVING_OUT or common == words.keys():
        return words
    return Counter({word: count for word, count in words.items() if word not in common})


def _found(searcher: Searcher, query: Query, n: int) -> Candidates:
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
    """The digest of each file of a tantivy folder; of segments in `known`, the known one. Raises OSError."""
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
