"""Embedders and rerankers in a folder of the user: reading from its files how the model is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ragapp.errors import ModelError
from ragapp.files.permissions import private_folder
from ragapp.models.catalog import EmbeddingOptions, Pooling, fingerprint
from ragapp.models.model_folder import share, shared_folder

RERANKER_TOKENS = 512
"""Tokens of query and passage together that rerankers read. Chunks and questions are shorter."""

Config = TypeVar("Config", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class OnnxFolder:
    weights: Path
    tokenizer: Path
    options: EmbeddingOptions


@dataclass(frozen=True, slots=True)
class RerankerFolder:
    """The files of an ONNX reranker, which reads `max_tokens` of query and passage together."""

    weights: Path
    tokenizer: Path
    max_tokens: int


class _ModelConfig(BaseModel):
    model_config = ConfigDict(extra="ignore")
    architectures: tuple[str, ...] = ()
    id2label: Mapping[str, str] = Field(default_factory=dict)


class _TokenizerConfig(BaseModel):
    model_config = ConfigDict(extra="ignore")
    model_max_length: float = Field(default=512, gt=8)


class _PoolingConfig(BaseModel):
    model_config = ConfigDict(extra="ignore")
    pooling_mode_cls_token: bool = False
    pooling_mode_mean_tokens: bool = False


class _SentenceConfig(BaseModel):
    model_config = ConfigDict(extra="ignore")
    max_seq_length: int = Field(default=512, gt=2)


class _PromptConfig(BaseModel):
    model_config = ConfigDict(extra="ignore")
    prompts: Mapping[str, str] = Field(default_factory=dict)


def onnx_folder(folder: Path) -> OnnxFolder | None:
    """The files of an ONNX embedder in sentence-transformers' layout; None when the weights are not ONNX.

    Raises ModelError when the weights are ONNX and there is no configuration of the pooling.
    """
    weights = _onnx_weights(folder)
    if weights is None:
        return None
    sentence = _read(_SentenceConfig, folder / "sentence_bert_config.json")
    prompts = _read(_PromptConfig, folder / "config_sentence_transformers.json").prompts
    options = EmbeddingOptions(
        pooling=_pooling(folder),
        max_tokens=sentence.max_seq_length,
        query_prefix=prompts.get("query", ""),
        passage_prefix=prompts.get("document", ""),
    )
    return OnnxFolder(weights, folder / "tokenizer.json", options)


def reranker_folder(folder: Path) -> RerankerFolder | None:
    """The files of an ONNX reranker; None when the weights are not ONNX.

    Raises ModelError when the folder is not that of a cross-encoder with a single score.
    """
    config = _read(_ModelConfig, folder / "config.json")
    is_classifier = any(name.endswith("ForSequenceClassification") for name in config.architectures)
    if not is_classifier or len(config.id2label) > 1:
        raise ModelError(
            f"{folder} is not a reranker: its config.json must name an architecture "
            "…ForSequenceClassification with one label. Use a cross-encoder, such as "
            "cross-encoder/ms-marco-MiniLM-L-6-v2."
        )
    weights = _onnx_weights(folder)
    if weights is None:
        return None
    limit = _read(_TokenizerConfig, folder / "tokenizer_config.json").model_max_length
    return RerankerFolder(weights, folder / "tokenizer.json", int(min(limit, RERANKER_TOKENS)))


def _onnx_weights(folder: Path) -> Path | None:
    """The ONNX weights, unless the folder has safetensors."""
    if (folder / "model.safetensors").is_file():
        return None
    candidates = (folder / "model.onnx", folder / "onnx" / "model.onnx")
    return next((path for path in candidates if path.is_file()), None)


def folder_fingerprint(folder: Path, models_dir: Path, options: EmbeddingOptions | None = None) -> str:
    """A fingerprint of the model in the folder: of all its weight, tokenizer and configuration files."""
    kinds = {".onnx", ".safetensors", ".json", ".txt", ".model"}
    paths = sorted(path for path in folder.rglob("*") if path.suffix in kinds and path.is_file())
    digests = {path.relative_to(folder).as_posix(): cached_sha256(path, models_dir) for path in paths}
    return fingerprint(folder.name, digests, options)


def _pooling(folder: Path) -> Pooling:
    path = folder / "1_Pooling" / "config.json"
    config = _read(_PoolingConfig, path)
    if config.pooling_mode_cls_token:
        return "cls"
    if config.pooling_mode_mean_tokens:
        return "mean"
    raise ModelError(
        f"{folder} does not specify how its vectors are pooled: add sentence-transformers' "
        f'1_Pooling/config.json with "pooling_mode_mean_tokens" or "pooling_mode_cls_token" true.'
    )


def _read(kind: type[Config], path: Path) -> Config:
    if not path.is_file():
        return kind()
    try:
        return kind.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}). Get the model's files again.") from error


def cached_sha256(path: Path, models_dir: Path) -> str:
    """The sha256 of `path`, which is only read again when its size or modification time has changed."""
    now = path.stat()
    signature = [now.st_size, now.st_mtime_ns]
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()
    cached = models_dir / ".digests" / f"{name}.json"
    if cached.is_file():
        entry = json.loads(cached.read_text(encoding="utf-8"))
        if entry["stamp"] == signature:
            return str(entry["sha256"])
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    _write(cached, models_dir, json.dumps({"path": str(path), "stamp": signature, "sha256": digest}))
    return digest


def _write(path: Path, models_dir: Path, text: str) -> None:
    shared_folder(models_dir)
    private_folder(path.parent)
    share(path.parent, models_dir)
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    share(new, models_dir)
    new.replace(path)
