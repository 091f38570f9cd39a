"""The cross-encoder reranker, with its real model, and rerankers in a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ragapp.errors import ModelError
from ragapp.models.build import build_reranker
from ragapp.protocols import Reranker
from ragapp.settings import Settings
from ragapp.testing.rerankers import PASSAGES, QUESTION, RerankerContract


@pytest.fixture(scope="module")
def catalogued(model_folder: Callable[[str], Path]) -> Reranker:
    model_folder("ms-marco-MiniLM-L-12-v2")
    return build_reranker("ms-marco-MiniLM-L-12-v2", Settings())


class TestReranker(RerankerContract):
    @pytest.fixture
    def reranker(self, catalogued: Reranker) -> Reranker:
        return catalogued


CONFIG = {
    "architectures": ["BertForSequenceClassification"],
    "model_type": "bert",
    "id2label": {"0": "LABEL_0"},
}


@pytest.fixture
def folder(tmp_path: Path, model_folder: Callable[[str], Path]) -> Path:
    """A user's own ONNX cross-encoder."""
    folder = tmp_path / "mine"
    shutil.copytree(model_folder("ms-marco-MiniLM-L-12-v2"), folder)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    return folder


def test_a_folder_with_onnx_weights_scores_like_the_catalogue(folder: Path, catalogued: Reranker) -> None:
    mine = build_reranker(str(folder), Settings(models_dir=folder.parent))
    np.testing.assert_array_equal(mine.score(QUESTION, PASSAGES), catalogued.score(QUESTION, PASSAGES))
    assert mine.fingerprint.startswith("mine@")
    assert mine.fingerprint != catalogued.fingerprint


def test_a_reranker_reads_as_many_tokens_as_its_tokenizer_allows(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 32}))
    short = build_reranker(str(folder), Settings(models_dir=folder.parent))
    long = PASSAGES[1] + " Herons fish." * 50
    np.testing.assert_array_equal(short.score(QUESTION, [long]), short.score(QUESTION, [long + " More."]))


@pytest.mark.parametrize(
    "config",
    [
        {**CONFIG, "architectures": ["BertModel"]},
        {**CONFIG, "id2label": {"0": "no", "1": "yes"}},
        {},
    ],
)
def test_a_folder_that_is_no_cross_encoder_is_refused(folder: Path, config: dict[str, object]) -> None:
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="is not a reranker"):
        build_reranker(str(folder), Settings(models_dir=folder.parent))


def test_a_folder_with_safetensors_is_a_reranker_too(folder: Path) -> None:
    from transformers import BertConfig, BertForSequenceClassification

    (folder / "model.onnx").unlink()
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertForSequenceClassification(BertConfig(**size, num_labels=1)).save_pretrained(folder)
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    settings = Settings(models_dir=folder.parent, threads=1)
    scores = build_reranker(str(folder), settings).score(QUESTION, PASSAGES)
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert ((scores > 0) & (scores < 1)).all()
    assert build_reranker(str(folder), settings).score(QUESTION, []).shape == (0,)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickle"):
        build_reranker(str(folder), settings)


def test_the_error_for_a_missing_reranker_says_where_it_was_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"neither a name of `ragapp models list` nor a folder"):
        build_reranker("nobody/nothing", Settings(models_dir=tmp_path))
