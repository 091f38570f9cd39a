"""Filters drafts: those that their own document does not answer, and near-duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from evals.generation.drafts import DraftedQuestion, SourceDocument
from ragapp.protocols import Embedder
from ragapp.service import RagService
from ragapp.types import SearchQuery, Vectors

READ = 8
"""The number of passages from which an answer is made."""


def answers_itself(draft: DraftedQuestion, source: SourceDocument, service: RagService) -> bool:
    """Whether the evidence is in a passage that is read when only this document is searched.

    The other documents are not searched: whether a search finds the evidence among them is what the set is
    meant to measure, so questions that are hard to find must stay. Raises ModelError.
    """
    found = service.search(
        SearchQuery(
            draft.question,
            collection=source.document.collection,
            k=READ,
            filters={"source": source.document.source},
        )
    )
    return any(
        hit.document_id == draft.document_id and hit.start < draft.end and draft.start < hit.end
        for hit in found.hits
    )


ALIKE = 0.95
"""The cosine from which two questions count as duplicates, close to the threshold of the cache for bge-small.
"""


def distinct(drafts: Iterable[DraftedQuestion], embedder: Embedder) -> Iterator[DraftedQuestion]:
    """The drafts that are not near-duplicates of an earlier one."""
    distinct_vectors: Vectors = np.empty((0, embedder.dimension), np.float32)
    for draft in drafts:
        vector = embedder.embed_query(draft.question)
        if len(distinct_vectors) and float((distinct_vectors @ vector).max()) >= ALIKE:
            continue
        distinct_vectors = np.vstack([distinct_vectors, vector])
        yield draft
