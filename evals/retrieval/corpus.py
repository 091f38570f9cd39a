"""A dataset's corpus as ragapp has it: through the real ingest, once, into a data folder of its own."""

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
"""The metadata key that holds a document's corpus id, exactly as the dataset spells it."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """An ingested corpus. `corpus_ids` are by document id; `failures` say what could not be ingested.

    `bare` searches it without the reranker. `failed` and `empty` are corpus ids: of what could not be
    parsed, and of what has no chunk.
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
    """Ingests what is not there yet, and opens it."""
    with open_workspace(dataset.name, dataset.corpus_sha256, settings) as workspace:
        _upload(dataset, workspace.service, workspace.collection, progress)
        workspace.work_off(progress)
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
    """The title as a heading, then the text, as a person would hand them in."""
    title = " ".join(document.title.split())
    return (f"# {title}\n\n{document.text}" if title else document.text).encode()


def _upload(dataset: RetrievalDataset, service: RagService, collection: str, progress: Progress) -> None:
    """Hands in what is missing or failed before; a document without any text has nothing to be found."""
    there = {d.metadata[ID] for d in service.documents(collection) if d.status != "failed"}
    missing = [d for d in dataset.corpus if d.id not in there and (d.text.strip() or d.title.strip())]
    for document in progress.track(missing, description="handing in documents") if missing else ():
        service.upload(
            UploadSpec(f"{document.id}.md", collection, source=document.id, metadata={ID: document.id}),
            io.BytesIO(as_markdown(document)),
        )
