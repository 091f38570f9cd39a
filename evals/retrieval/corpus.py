"""The corpus of a dataset, ingested once into a separate data folder."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import Progress

from evals.retrieval.types import CorpusDocument, RetrievalDataset
from evals.workspace import open_workspace
from ragapp.bootstrap import ingest_fingerprint
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import UploadSpec

ID = "id"
"""The metadata key with the corpus id of a document, exactly as in the dataset."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """An ingested corpus. `corpus_ids` are by document id; `failures` describe documents that could not be
    ingested.

    `bare` searches without the reranker. `failed` and `empty` are the corpus ids of documents that could not
    be parsed, and of those without chunks.
    """

    service: RagService
    bare: RagService
    collection: str
    corpus_ids: Mapping[str, str]
    chunks: int
    failures: tuple[str, ...]
    failed: frozenset[str]
    empty: frozenset[str]
    embedder: str
    recipe: str


@contextmanager
def open_corpus(dataset: RetrievalDataset, settings: Settings, progress: Progress) -> Iterator[Corpus]:
    """Ingests missing documents, and opens the corpus."""
    with open_workspace(dataset.name, dataset.corpus_sha256, settings) as workspace:
        _upload_missing(dataset, workspace.service, workspace.collection, progress)
        workspace.ingest_pending(progress)
        documents = workspace.service.documents(workspace.collection)
        yield Corpus(
            service=workspace.service,
            bare=workspace.bare,
            collection=workspace.collection,
            corpus_ids={document.id: document.metadata[ID] for document in documents},
            chunks=sum(document.chunks for document in documents),
            failures=tuple(f"{d.metadata[ID]}: {d.error}" for d in documents if d.status == "failed"),
            failed=frozenset(d.metadata[ID] for d in documents if d.status == "failed"),
            empty=frozenset(d.metadata[ID] for d in documents if d.status != "failed" and not d.chunks),
            embedder=workspace.embedder,
            recipe=ingest_fingerprint(workspace.settings),
        )


def as_markdown(document: CorpusDocument) -> bytes:
    """The document as Markdown: the title as a heading, then the text."""
    title = " ".join(document.title.split())
    return (f"# {title}\n\n{document.text}" if title else document.text).encode()


def _upload_missing(
    dataset: RetrievalDataset, service: RagService, collection: str, progress: Progress
) -> None:
    """Uploads documents that are missing or failed before, except those without any text."""
    there = {d.metadata[ID] for d in service.documents(collection) if d.status != "failed"}
    missing = [d for d in dataset.corpus if d.id not in there and (d.text.strip() or d.title.strip())]
    for document in progress.track(missing, description="uploading documents") if missing else ():
        service.upload(
            UploadSpec(f"{document.id}.md", collection, source=document.id, metadata={ID: document.id}),
            io.BytesIO(as_markdown(document)),
        )
