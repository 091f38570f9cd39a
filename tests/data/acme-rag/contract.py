"""The contract suites, for this package: `pytest contract.py`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from acme_rag.index import MemoryIndex
from acme_rag.models import EchoGenerator, LetterEmbedder, OverlapReranker
from acme_rag.reading import lines, parse, shelf

from ragapp.indexes.change_log import ChangeSource
from ragapp.protocols import Chunker, Embedder, Generator, Parser, Reranker, SearchIndex, SourceFinder
from ragapp.settings import Settings
from ragapp.testing.chunkers import ChunkerContract
from ragapp.testing.embedders import EmbedderContract
from ragapp.testing.generators import GeneratorContract
from ragapp.testing.parsers import ParserContract
from ragapp.testing.rerankers import RerankerContract
from ragapp.testing.search_index import FollowingContract, OpenAt
from ragapp.testing.sources import SourceContract


class TestSource(SourceContract):
    @pytest.fixture
    def find(self) -> SourceFinder:
        return shelf

    @pytest.fixture
    def address(self) -> str:
        return "acme://birds"


class TestParser(ParserContract):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse

    @pytest.fixture
    def name(self) -> str:
        return "herons.acme"

    @pytest.fixture
    def document(self) -> bytes:
        return b"ACME\nHerons fish at dusk.\n"

    @pytest.fixture
    def phrases(self) -> Sequence[str]:
        return ["Herons fish"]


class TestChunker(ChunkerContract):
    @pytest.fixture
    def chunker(self) -> Chunker:
        return lines


class TestEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return LetterEmbedder("", Settings())


class TestReranker(RerankerContract):
    @pytest.fixture
    def reranker(self) -> Reranker:
        return OverlapReranker("", Settings())


class TestGenerator(GeneratorContract):
    @pytest.fixture
    def generator(self) -> Generator:
        return EchoGenerator("", Settings())


def open_index(_folder: Path, database: ChangeSource) -> SearchIndex:
    return MemoryIndex("", Settings(), database)


class TestIndex(FollowingContract):
    """How it follows the change log. Its ranking knows plurals and no more, so the rest would fail."""

    survives_restarts = False

    @pytest.fixture
    def open_at(self) -> OpenAt:
        return open_index
