"""A server over a small library, for tests that only read or that make collections of their own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from rich.progress import Progress

import evals.data
from evals.datasets.beir import load_beir
from evals.retrieval.corpus import open_corpus
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import UploadSpec
from tests.serving import LIBRARY, ingest_all, serving, settings_in
from tests.sharing import copy_of

SCIFACT = Path(evals.data.__file__).parent / "scifact-mini"


@pytest.fixture(scope="session")
def library_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("library"), max_upload_bytes=100_000)


@pytest.fixture(scope="session")
def library(library_settings: Settings) -> Iterator[RagService]:
    service = build_service(library_settings)
    for name, data in LIBRARY.items():
        service.upload(UploadSpec(name), io.BytesIO(data))
    ingest_all(library_settings)
    yield service
    service.close()


@pytest.fixture(scope="session")
def library_app(library: RagService, library_settings: Settings) -> FastAPI:
    return create_app(library, library_settings)


@pytest.fixture(scope="session")
def library_url(library_app: FastAPI) -> Iterator[str]:
    with serving(library_app) as url:
        yield url


@pytest.fixture
def http(library_url: str) -> Iterator[httpx.Client]:
    """Plain HTTP: what a program in any language would see."""
    with httpx.Client(base_url=library_url, timeout=60) as http:
        yield http


@pytest.fixture(scope="session")
def eval_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of evaluations, with the sample of SciFact in it: embedding that takes a minute."""

    def ingest(folder: Path) -> None:
        settings = Settings(data_dir=folder)
        with Progress(disable=True) as progress, open_corpus(load_beir(SCIFACT), settings, progress):
            pass

    return copy_of("evals", ingest, tmp_path_factory)
