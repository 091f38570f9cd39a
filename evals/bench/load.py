"""Load test: a server with concurrent questions, searches and an ingest, and with faulty model servers."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from evals.bench.faulty_model import Misbehaviour, faulty_model
from evals.bench.load_clients import ClientGroup, Load, apply_load
from evals.bench.process import Served, serving
from evals.retrieval.types import CorpusDocument, RetrievalDataset
from ragapp.bootstrap import build_service
from ragapp.client import RagappClient
from ragapp.errors import BusyError
from ragapp.settings import Settings
from ragapp.text.clean import clean
from ragapp.types import UploadSpec

MODEL_SILENCE = "5"
"""The generator timeout in these measurements, in seconds."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """The number of concurrent users of each kind, and the duration in seconds."""

    askers: int = 200
    searchers: int = 1000
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """The result of one phase. `lost` counts accepted documents that did not become ready. `sound` is the
    result of `ragapp doctor` afterwards. Memory is in MiB, without mapped files.
    """

    name: str
    loads: tuple[Load, ...]
    ingested: int
    lost: int
    sound: bool
    peak_mib: dict[str, float]
    idle_mib: dict[str, float]


def measure(
    dataset: RetrievalDataset, pressure: Pressure, models: Sequence[Misbehaviour]
) -> list[LoadOutcome]:
    """Measures the load of all clients with extractive answers, then of questions alone with each kind of
    faulty model.
    """
    clients = [_askers(dataset, pressure.askers), _searchers(dataset, pressure.searchers)]
    outcomes = [
        _run_phase("extractive", {"RAGAPP_GENERATOR": "extractive"}, dataset, clients, pressure.seconds)
    ]
    for behaviour in models:
        with faulty_model(behaviour) as model:
            settings = {
                "RAGAPP_GENERATOR": "openai:unruly",
                "RAGAPP_OPENAI_BASE_URL": model.url,
                "RAGAPP_OPENAI_API_KEY": "none",
                "RAGAPP_GENERATOR_TIMEOUT": MODEL_SILENCE,
            }
            name = f"a model that {behaviour}"
            outcomes.append(_run_phase(name, settings, dataset, clients[:1], pressure.seconds))
    return outcomes


def _run_phase(
    name: str,
    settings: dict[str, str],
    dataset: RetrievalDataset,
    clients: Sequence[ClientGroup],
    seconds: float,
) -> LoadOutcome:
    half = len(dataset.corpus) // 2
    with serving(settings) as served:
        _ingest_documents(served, dataset.corpus[:half], threading.Event())
        _until_ready(served)
        idle = dict(served.peak_mib)
        with _ingesting(served, dataset.corpus[half:]) as accepted:
            loads = apply_load(served.url, clients, seconds)
        lost = _until_ready(served)
        peak = dict(served.peak_mib)
        sound = _is_sound(served)
    return LoadOutcome(name, tuple(loads), half + len(accepted), lost, sound, peak, idle)


@contextmanager
def _ingesting(served: Served, documents: Sequence[CorpusDocument]) -> Iterator[list[str]]:
    """Uploads documents while the block runs; yields the ids of those that were accepted."""
    stop, accepted = threading.Event(), list[str]()
    thread = threading.Thread(target=lambda: accepted.extend(_ingest_documents(served, documents, stop)))
    thread.start()
    try:
        yield accepted
    finally:
        stop.set()
        thread.join()


def _ingest_documents(
    served: Served, documents: Sequence[CorpusDocument], stop: threading.Event
) -> list[str]:
    accepted = []
    with RagappClient(served.url) as client:
        for document in documents:
            if stop.is_set():
                break
            try:
                data = io.BytesIO(_text(document).encode())
                accepted.append(client.upload(UploadSpec(_name(document)), data).document.id)
            except BusyError as error:
                stop.wait(error.retry_after or 1.0)
    return accepted


def _until_ready(served: Served) -> int:
    """Waits for the queue to empty; returns how many documents failed."""
    with RagappClient(served.url) as client:
        while any(job.status != "failed" for job in client.jobs(count=1000)):
            time.sleep(0.5)
        return len(client.jobs(count=1000))


def _is_sound(served: Served) -> bool:
    service = build_service(Settings(data_dir=served.data_dir, generator="extractive"))
    try:
        return service.doctor().ok
    finally:
        service.close()


def _askers(dataset: RetrievalDataset, count: int) -> ClientGroup:
    known = {_name(document): clean(_text(document)) for document in dataset.corpus}

    def fault(response: httpx.Response) -> str | None:
        cited = response.json()["citations"]
        right = all(one["quote"] in known[one["document_name"]] for one in cited)
        return None if right else "a quote that no document has"

    bodies = [{"question": query, "use_cache": False} for query in dataset.queries.values()]
    return ClientGroup("question", count, "/v1/ask", bodies, fault)


def _searchers(dataset: RetrievalDataset, count: int) -> ClientGroup:
    known = {_name(document): clean(_text(document)) for document in dataset.corpus}

    def fault(response: httpx.Response) -> str | None:
        hits = response.json()["hits"]
        right = hits and all(hit["text"] in known[hit["document_name"]] for hit in hits)
        return None if right else "a hit that no document has"

    return ClientGroup("search", count, "/v1/search", [{"query": q} for q in dataset.queries.values()], fault)


def _name(document: CorpusDocument) -> str:
    return f"{document.id}.txt"


def _text(document: CorpusDocument) -> str:
    return f"{document.title}\n\n{document.text}\n"
