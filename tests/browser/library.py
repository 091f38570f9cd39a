"""The page over a service in this process, with small documents and a chosen generator."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from evals.service.service import SharedEvaluationService
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import UploadSpec
from tests.browser.waiting import answers, wait_until
from tests.ports import free_port
from tests.serving import ingest_all, serving


@dataclass(frozen=True, slots=True)
class Site:
    """The page's address, and the service that it is a client of."""

    address: str
    service: RagService


@contextmanager
def site_over(settings: Settings, documents: Mapping[str, bytes]) -> Iterator[Site]:
    """The documents are searchable when it is entered; everything ends with it."""
    service = build_service(settings, evals=lambda it: SharedEvaluationService(it, settings.data_dir))
    with closing(service):
        for name, data in documents.items():
            service.upload(UploadSpec(name), io.BytesIO(data))
        ingest_all(settings)
        with serving(create_app(service, settings)) as api, page_of(api) as address:
            yield Site(address, service)


@contextmanager
def page_of(api: str) -> Iterator[str]:
    """The page's address, while it runs as a client of that API."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "ui", "--api-url", api, "--port", str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(address))
        yield address
    finally:
        process.terminate()
        process.wait(60)
