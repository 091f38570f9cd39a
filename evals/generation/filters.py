"""Whether a draft's own document answers it: asked of that document alone, as a user would ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from evals.generation.drafts import DraftedQuestion, SourceDocument
from ragapp.protocols import Embedder
from ragapp.service import RagService
from ragapp.types import SearchQuery, Vectors

READ = 8
"""Passages that an answer is made from."""


def answers_itself(draft: DraftedQuestion, source: SourceDocument, service: RagService) -> bool:
    """The evidence is in a passage that would be read, when only this document is asked.

    Of this document alone: whether a search of all documents finds it is what the set is there to measure,
    and dropping what is hard to find would make it blind to that. Raises ModelError.
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
"""Cosine from which two questions count as one. The cache's threshold for bge-small lies near it."""


def distinct(drafts: Iterable[DraftedQuestion], embedder: Embedder) -> Iterator[DraftedQuestion]:
    """Those that are not near-duplicates of one before them."""
    kept: Vectors = np.empty((0, embedder.dimension), np.float32)
    for draft in drafts:
        vector = embedder.embed_query(draft.question)
        if len(kept) and float((kept @ vector).max()) >= ALIKE:
            continue
        kept = np.vstack([kept, vector])
        yield draft
