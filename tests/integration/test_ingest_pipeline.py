"""Ingesting documents with the real store, queue, sandbox and embedder."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from ingest.chunk import chunk
from ingest.pipeline import BATCH, TURN, Pipeline
from ingest.sandbox import ParserSandbox, parse_limits
from ingest.worker import Worker
from ragapp.bootstrap import IngestRuntime, build_runtime, build_service
from ragapp.errors import ModelError
from ragapp.protocols import Embedder, WrappedEmbedder
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Job, SearchQuery, UploadSpec, Vectors
from tests.serving import parser, settings_in

PATIENCE = 120.0
"""Seconds to wait for something that must happen; how soon is not what is tested."""

FACTS = [f"# Town {i}\n\nThe mayor of town {i} is called Ada. It has {i} bridges.\n\n" for i in range(12)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, lease_seconds=2)


@pytest.fixture
def service(settings: Settings) -> Iterator[RagService]:
    with closing(build_service(settings)) as service:
        yield service


@pytest.fixture
def runtime(settings: Settings) -> Iterator[IngestRuntime]:
    runtime = build_runtime(settings)
    yield runtime
    runtime.store.close()


@pytest.fixture(scope="module")
def sandbox() -> ParserSandbox:
    return parser(parse_limits(Settings()))


class UnreliableEmbedder(WrappedEmbedder):
    """The real one, but it does not answer while `broken`; counts the passages it embedded."""

    def __init__(self, real: Embedder) -> None:
        super().__init__(real)
        self.broken = False
        self.embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.broken:
            raise ModelError("It does not answer.")
        self.embedded += len(texts)
        return super().embed_passages(texts)


def pipeline(
    runtime: IngestRuntime, sandbox: ParserSandbox, embedder: Callable[[], Embedder] | None = None
) -> Pipeline:
    return Pipeline(
        store=runtime.store,
        queue=runtime.queue,
        embedder_of=(lambda _: embedder()) if embedder else runtime.embedders.of,
        sandbox=sandbox,
        chunker=chunk,
        chunk_tokens=240,
        data_file_rows=10_000,
        observer=runtime.observer,
        replaced=runtime.forget_replaced,
    )


def one_stage(runtime: IngestRuntime, work: Pipeline, stop: Event | None = None) -> Job:
    job = runtime.queue.claim("test")
    assert job is not None
    work.work(job, stop or Event(), lambda _: None)
    return job


def upload(service: RagService, name: str, text: str) -> str:
    return service.upload(UploadSpec(name), io.BytesIO(text.encode())).document.id


def test_a_document_is_found_by_keywords_first_and_then_by_meaning(
    service: RagService, runtime: IngestRuntime, sandbox: ParserSandbox
) -> None:
    id_ = upload(service, "towns.md", "".join(FACTS))
    work = pipeline(runtime, sandbox)
    one_stage(runtime, work)
    document = service.document(id_)
    assert (document.status, document.embedded, document.chunks) == ("searchable", 0, 12)
    assert service.search(SearchQuery("bridges of town 7", mode="words")).hits[0].heading == "Town 7"
    one_stage(runtime, work)
    assert service.document(id_).status == "ready"
    hit = service.search(SearchQuery("Who governs town 5?", mode="dense")).hits[0]
    assert service.document_text(id_).text[hit.start : hit.end] == hit.text


def test_every_document_is_searchable_before_the_first_is_embedded(
    service: RagService, runtime: IngestRuntime, sandbox: ParserSandbox
) -> None:
    ids = [upload(service, f"{i}.md", fact) for i, fact in enumerate(FACTS[:3])]
    work = pipeline(runtime, sandbox)
    for _ in ids:
        one_stage(runtime, work)
    assert {service.document(id_).status for id_ in ids} == {"searchable"}


def test_a_bad_document_fails_with_its_reason_and_the_next_is_ingested(
    service: RagService, runtime: IngestRuntime, sandbox: ParserSandbox
) -> None:
    bad, good = upload(service, "bad.pdf", "no PDF"), upload(service, "good.txt", "All is well.")
    work = pipeline(runtime, sandbox)
    for _ in range(3):
        one_stage(runtime, work)
    assert service.document(bad).status == "failed"
    assert "not a PDF" in str(service.document(bad).error)
    assert service.document(good).status == "ready"


def test_a_model_that_does_not_answer_costs_no_document_and_no_finished_batch(
    service: RagService, runtime: IngestRuntime, sandbox: ParserSandbox
) -> None:
    chunks = 3 * BATCH
    id_ = upload(service, "long.md", "".join(f"# H{i}\n\nText {i}.\n\n" for i in range(chunks)))
    embedder = UnreliableEmbedder(runtime.embedder.get())
    work = pipeline(runtime, sandbox, lambda: embedder)
    one_stage(runtime, work)
    stop = Event()
    job = runtime.queue.claim("test")
    assert job is not None
    work.work(job, stop, lambda _: stop.set())  # stops after the first batch
    assert service.document(id_).embedded == BATCH
    embedder.broken = True
    with pytest.raises(ModelError):
        one_stage(runtime, work)
    assert service.document(id_).status == "searchable"
    assert "does not answer" in service.job(id_).why
    assert runtime.queue.claim("test") is None, "it is tried again later"
    embedder.broken = False
    service.retry_job(id_)
    one_stage(runtime, work)
    assert service.document(id_).status == "ready"
    assert embedder.embedded == chunks


def test_a_long_document_yields_to_documents_that_arrive_meanwhile(
    service: RagService, runtime: IngestRuntime, sandbox: ParserSandbox
) -> None:
    long = upload(service, "long.md", "".join(f"# H{i}\n\n{i}.\n\n" for i in range(BATCH * TURN + 1)))
    work = pipeline(runtime, sandbox)
    one_stage(runtime, work)
    one_stage(runtime, work)
    new = upload(service, "new.txt", "Something new.")
    assert service.document(long).embedded == BATCH * TURN
    assert [one_stage(runtime, work).document_id for _ in range(2)] == [new, long]
    assert service.document(long).status == "ready"


def test_work_on_a_deleted_document_ends_without_an_error(
    service: RagService, runtime: IngestRuntime, sandbox: ParserSandbox
) -> None:
    id_ = upload(service, "gone.txt", "Soon gone.")
    work = pipeline(runtime, sandbox)
    one_stage(runtime, work)
    job = runtime.queue.claim("test")
    assert job is not None
    service.delete_document(id_)
    work.work(job, Event(), lambda _: None)
    assert service.documents() == []


def test_a_worker_gives_up_when_its_patience_ends(
    service: RagService, runtime: IngestRuntime, sandbox: ParserSandbox, settings: Settings
) -> None:
    id_ = upload(service, "a.txt", "Some text.")
    embedder = UnreliableEmbedder(runtime.embedder.get())
    embedder.broken = True
    work = pipeline(runtime, sandbox, lambda: embedder)
    with pytest.raises(ModelError):
        Worker(runtime.queue, work, settings.lease_seconds, patience=1).run(Event(), lambda _: None)
    assert service.document(id_).status == "searchable"


def test_the_worker_process_ingests_documents_and_exits_with_its_parent(
    service: RagService, settings: Settings
) -> None:
    id_ = upload(service, "towns.md", "".join(FACTS))
    with worker(settings) as process:
        wait_until(lambda: service.document(id_).status == "ready")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_the_worker_returns_its_job_on_sigterm(
    service: RagService, runtime: IngestRuntime, settings: Settings
) -> None:
    id_ = upload(service, "long.md", "".join(f"# H{i}\n\n{FACTS[i % 12]}\n\n" for i in range(2000)))
    with worker(settings) as process:
        wait_until(lambda: service.document(id_).embedded > 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert service.document(id_).status == "searchable"
    assert runtime.queue.claim("next") is not None, "it did not give its work back"


def worker(settings: Settings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ragapp.cli", "worker", "--data-dir", str(settings.data_dir)]
    environment = os.environ | {"RAGAPP_LEASE_SECONDS": "2", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
