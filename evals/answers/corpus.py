"""The files of a dataset, ingested once into a separate data folder."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import Progress

from evals.answers.types import HALF, ID, AnswerDataset
from evals.datasets.halves import halves
from evals.workspace import open_workspace
from ragapp.bootstrap import ingest_fingerprint
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import UploadSpec


@dataclass(frozen=True, slots=True)
class AnswerCorpus:
    """An ingested dataset. `ids` maps document ids to ids of the dataset; `failures` could not be
    ingested.
    """

    service: RagService
    collection: str
    ids: Mapping[str, str]
    failures: tuple[str, ...]
    embedder: str
    recipe: str


@contextmanager
def open_answer_corpus(
    dataset: AnswerDataset, settings: Settings, progress: Progress
) -> Iterator[AnswerCorpus]:
    """Ingests missing files, and opens the corpus with the generator of `settings`."""
    with open_workspace(dataset.name, dataset.corpus_sha256, settings) as workspace:
        _upload_files(dataset, workspace.service, workspace.collection)
        workspace.ingest_pending(progress)
        documents = workspace.service.documents(workspace.collection)
        yield AnswerCorpus(
            service=workspace.service,
            collection=workspace.collection,
            ids={document.id: document.metadata[ID] for document in documents},
            failures=tuple(f"{d.name}: {d.error}" for d in documents if d.status == "failed"),
            embedder=workspace.embedder,
            recipe=ingest_fingerprint(workspace.settings),
        )


def _upload_files(dataset: AnswerDataset, service: RagService, collection: str) -> None:
    there = {d.metadata[ID] for d in service.documents(collection) if d.status != "failed"}
    half = halves(dataset.files)
    for file in dataset.files:
        if file.id not in there:
            metadata = {ID: file.id, HALF: half[file.id]}
            data = io.BytesIO(file.read())
            service.upload(UploadSpec(file.name, collection, source=file.id, metadata=metadata), data)
