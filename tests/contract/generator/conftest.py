"""Generators: a remote one, and the local one with a real, tiny model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ragapp.models.build import build_generators
from ragapp.protocols import Generator
from ragapp.settings import Settings
from tests.contract.generator.library import OpenAIServer


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def local(model_folder: Callable[[str], Path]) -> Iterator[Generator]:
    model_folder("smollm2-135m-instruct")
    (generator,) = build_generators(Settings(generator="local:smollm2-135m-instruct", threads=1))
    yield generator
    generator.close()
