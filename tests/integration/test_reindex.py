"""A collection gets another embedder while it is searched and written to."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ragapp.bootstrap import IngestRuntime, build_runtime, build_service
from ragapp.errors import EmbedderMismatch, ModelError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import SearchQuery, UploadSpec
from tests.serving import process_queue

OTHER = "all-MiniLM-L6-v2-int8"
TEXTS = {
    "heron": "Herons stand in shallow water and wait for fish.",
    "rust": "Iron that meets water and air slowly turns to rust.",
    "bread": "Yeast makes gas, and so the dough of bread rises.",
}


class Died(Exception):
    pass


@pytest.fixture
def settings(tmp_path: Path, model_folder: Callable[[str], Path]) -> Settings:
    model_folder("bge-small-en-v1.5")
    model_folder(OTHER)
    return Settings(data_dir=tmp_path, generator="extractive", cache=False)


@pytest.fixture
def runtime(settings: Settings) -> IngestRuntime:
    return build_runtime(settings)


@pytest.fixture
def service(settings: Settings, runtime: IngestRuntime) -> Iterator[RagService]:
    with closing(build_service(settings, runtime)) as service:
        ingest(service, runtime, settings, TEXTS)
        yield service


def ingest(service: RagService, runtime: IngestRuntime, settings: Settings, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        service.upload(UploadSpec(f"{name}.txt"), io.BytesIO(text.encode()))
    process_queue(runtime, settings)


def nothing(done: int, total: int) -> None:
    """Progress that nobody watches."""


def found(service: RagService, query: str) -> str:
    return service.search(SearchQuery(query, mode="dense", k=1)).hits[0].document_name


def test_search_continues_and_then_uses_the_new_vectors(
    service: RagService, runtime: IngestRuntime, settings: Settings
) -> None:
    former = service.collection("default").embedder
    seen = []
    service.reindex("default", OTHER, lambda *_: seen.append(found(service, "corrosion of metal")))
    assert set(seen) == {"rust.txt"}
    assert service.collection("default").embedder != former
    assert found(service, "corrosion of metal") == "rust.txt"
    ingest(service, runtime, settings, {"bees": "Bees dance to tell each other where flowers are."})
    assert found(service, "insects that talk by moving") == "bees.txt"
    assert service.doctor().ok

    again: list[int] = []
    service.reindex("default", None, lambda done, _: again.append(done))
    assert again == [1], "going back embeds only what came in meanwhile"
    assert service.collection("default").embedder == former


def test_another_process_follows_the_switch(service: RagService, settings: Settings) -> None:
    with closing(build_service(settings)) as other:
        assert found(other, "corrosion of metal") == "rust.txt"
        service.reindex("default", OTHER, nothing)
        assert found(other, "corrosion of metal") == "rust.txt"
        assert len(list((settings.data_dir / "views/1").glob("vectors-*.view"))) == 1


def test_documents_added_during_embedding_are_embedded_too(
    service: RagService, runtime: IngestRuntime, settings: Settings
) -> None:
    late = iter([{"bees": "Bees dance to tell each other where flowers are."}])

    def on_progress(done: int, total: int) -> None:
        for texts in late:
            ingest(service, runtime, settings, texts)

    service.reindex("default", OTHER, on_progress)
    assert found(service, "insects that talk by moving") == "bees.txt"
    assert service.doctor().ok


def test_a_crash_loses_no_vector_and_changes_nothing(service: RagService, runtime: IngestRuntime) -> None:
    before = service.collection("default")

    def die(done: int, total: int) -> None:
        raise Died

    with pytest.raises(Died):
        service.reindex("default", OTHER, die)
    assert service.collection("default") == before
    assert found(service, "corrosion of metal") == "rust.txt"
    other = runtime.embedders.named(OTHER).fingerprint
    assert runtime.store.missing_vectors(before, other) == 0
    assert service.doctor().ok


def test_an_embedder_that_cannot_be_found_changes_nothing(service: RagService) -> None:
    before = service.collection("default")
    with pytest.raises(ModelError):
        service.reindex("default", "/no/such/folder", nothing)
    assert service.collection("default") == before


def test_a_collection_of_an_unknown_embedder_says_what_to_run(
    service: RagService, runtime: IngestRuntime
) -> None:
    collection = runtime.store.create_collection("strange", "nobody@0123456789abcdef", 8)
    with pytest.raises(EmbedderMismatch, match="ragapp collections reindex strange"):
        runtime.embedders.of(collection)
