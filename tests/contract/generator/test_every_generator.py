"""The contract of generators, for a remote one over real HTTP, and the local one with a real, tiny model."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ragapp.errors import ModelError
from ragapp.models.build import build_generators
from ragapp.protocols import Generator
from ragapp.settings import Settings
from ragapp.testing.generators import PROMPT, SYSTEM, GeneratorContract
from tests.contract.generator.library import OpenAIServer, served


class TestServed(GeneratorContract):
    @pytest.fixture
    def generator(self, server: OpenAIServer) -> Generator:
        return served(server, "good")


class TestLocal(GeneratorContract):
    @pytest.fixture
    def generator(self, local: Generator) -> Generator:
        return local


def test_no_request_is_sent_before_the_first_piece_is_asked_for(server: OpenAIServer) -> None:
    pieces = served(server, "good").generate(SYSTEM, PROMPT, 16)
    time.sleep(0.3)  # a request that was sent already would have arrived
    assert server.requests == []
    next(pieces)
    assert len(server.requests) == 1


def test_no_model_is_loaded_before_the_first_piece_is_asked_for(tmp_path: Path) -> None:
    (generator,) = build_generators(Settings(generator="local", models_dir=tmp_path))
    pieces = generator.generate(SYSTEM, PROMPT, 16)
    with pytest.raises(ModelError, match="ragapp models fetch"):
        next(pieces)


def test_it_can_be_closed_twice(server: OpenAIServer) -> None:
    generator = served(server, "good")
    generator.close()
    generator.close()
