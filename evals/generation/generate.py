"""Generates a question set from a collection: drafts questions, filters and writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from evals.datasets.sampling import lot
from evals.generation.by_model import written_drafts
from evals.generation.by_rules import rule_drafts
from evals.generation.drafts import DraftedQuestion, SourceDocument, write_set
from evals.generation.feedback import feedback_drafts
from evals.generation.filters import answers_itself, distinct
from ragapp.errors import UsageError
from ragapp.protocols import Embedder, Generator
from ragapp.service import RagService

MakeDrafts = Callable[[SourceDocument], Iterable[DraftedQuestion]]


@dataclass(frozen=True, slots=True)
class GeneratedSet:
    """The JSON of `ragapp eval make --json`. `dropped` counts questions without an answer in their own
    document.
    """

    questions: int
    by_kind: dict[str, int]
    documents: int
    dropped: int
    file: str


def generate_set(
    service: RagService,
    collection: str,
    file: Path,
    *,
    count: int,
    seed: int,
    embedder: Embedder,
    generator: Generator | None,
) -> GeneratedSet:
    """Generates up to `count` questions with the generator, or by rules if it is None.

    The documents take turns, so that a long one does not dominate. Raises UsageError for a collection without
    suitable text, and ModelError.
    """
    sources = _sources(service, collection)
    make: MakeDrafts = rule_drafts if generator is None else lambda one: written_drafts(one, generator)
    by_id = {source.document.id: source for source in sources}
    drafts_kept: list[DraftedQuestion] = []
    dropped = 0
    for draft in distinct(_interleaved_drafts(sources, make, seed, shuffled=generator is None), embedder):
        if answers_itself(draft, by_id[str(draft.document_id)], service):
            drafts_kept.append(draft)
        else:
            dropped += 1
        if len(drafts_kept) == count:
            break
    return _written(service, collection, file, drafts_kept, dropped)


def generate_from_feedback(service: RagService, collection: str, file: Path) -> GeneratedSet:
    """Generates a question for each answer that a reader has corrected or approved.

    Raises UsageError if there is none."""
    drafts = list(feedback_drafts(service.history.with_feedback(collection)))
    if not drafts:
        raise UsageError(
            f"No answer from {collection!r} has been corrected or approved yet. Give feedback with `ragapp "
            "answers feedback` or on the web page."
        )
    return _written(service, collection, file, drafts, dropped=0)


def _sources(service: RagService, collection: str) -> list[SourceDocument]:
    documents = [one for one in service.documents(collection) if one.live_version is not None]
    if not documents:
        raise UsageError(
            f"Collection {collection!r} has no documents. Ingest some, or select another with -c."
        )
    return [SourceDocument(one, service.document_text(one.id, one.live_version)) for one in documents]


def _interleaved_drafts(
    sources: Sequence[SourceDocument], make: MakeDrafts, seed: int, *, shuffled: bool
) -> Iterator[DraftedQuestion]:
    """Yields the first draft of each document, then the second of each, and so on; drawn by seed if they are
    cheap.
    """
    ordered = sorted(sources, key=lambda source: lot(source.document.id, seed))
    return _interleaved(_mixed(make(source), seed) if shuffled else make(source) for source in ordered)


def _mixed(drafts: Iterable[DraftedQuestion], seed: int) -> Iterator[DraftedQuestion]:
    """Interleaves the kinds of questions."""
    by_kind: dict[str, list[DraftedQuestion]] = {}
    for draft in drafts:
        by_kind.setdefault(draft.kind, []).append(draft)
    return _interleaved(sorted(ones, key=lambda draft: lot(draft.id, seed)) for ones in by_kind.values())


def _interleaved(columns: Iterable[Iterable[DraftedQuestion]]) -> Iterator[DraftedQuestion]:
    return (draft for draft in chain.from_iterable(zip_longest(*columns)) if draft is not None)


def _written(
    service: RagService, collection: str, file: Path, drafts: Sequence[DraftedQuestion], dropped: int
) -> GeneratedSet:
    files = {}
    for document in service.documents(collection):
        if document.live_version is not None:
            with service.document_bytes(document.id) as data:
                files[document.id] = (document.name, data.read())
    known = [draft for draft in drafts if draft.document_id is None or draft.document_id in files]
    write_set(file, known, files)
    kinds = [draft.kind for draft in known]
    by_kind = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    return GeneratedSet(len(known), by_kind, len(files), dropped, str(file))
