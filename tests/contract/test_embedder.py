"""The contract of embedders, for the real models on both runtimes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ragapp.models.build import build_embedder
from ragapp.protocols import Embedder
from ragapp.settings import Settings
from ragapp.testing.embedders import PASSAGES, EmbedderContract

EMBEDDERS = ["bge-small-en-v1.5", "all-MiniLM-L6-v2-int8", "all-MiniLM-L6-v2"]


@pytest.fixture(scope="module", params=EMBEDDERS)
def loaded(request: pytest.FixtureRequest, model_folder: Callable[[str], Path]) -> Embedder:
    model_folder(request.param)
    return build_embedder(Settings(embedder=request.param))


class TestEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, loaded: Embedder) -> Embedder:
        return loaded

    def test_digits_and_ideographs_are_tokens_of_their_own(self, embedder: Embedder) -> None:
        text = "Größe: 3.5 % in 東京"
        assert {"3", "東"} <= {text[start:end] for start, end in embedder.token_spans(text)}


def test_each_model_has_a_fingerprint_of_its_own(model_folder: Callable[[str], Path]) -> None:
    for name in EMBEDDERS:
        model_folder(name)
    fingerprints = {build_embedder(Settings(embedder=name)).fingerprint for name in EMBEDDERS}
    assert len(fingerprints) == len(EMBEDDERS)


def test_onnx_and_sentence_transformers_agree(model_folder: Callable[[str], Path]) -> None:
    model_folder("all-MiniLM-L6-v2")
    model_folder("all-MiniLM-L6-v2-int8")
    ours = build_embedder(Settings(embedder="all-MiniLM-L6-v2-int8"))
    theirs = build_embedder(Settings(embedder="all-MiniLM-L6-v2"))
    real = [passage for passage in PASSAGES if passage]
    cosines = (ours.embed_passages(real) * theirs.embed_passages(real)).sum(axis=1)
    assert cosines.min() >= 0.999
    assert ours.max_tokens == theirs.max_tokens


def test_the_default_embedder_works_without_pytorch(model_folder: Callable[[str], Path]) -> None:
    model_folder("bge-small-en-v1.5")
    script = (
        "import sys; from ragapp.settings import Settings; from ragapp.models.build import build_embedder; "
        "build_embedder(Settings()).embed_query('Who?'); "
        "print([name for name in ('torch', 'transformers', 'langchain') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
