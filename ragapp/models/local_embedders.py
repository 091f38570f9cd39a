"""Embedders in a folder of the user: reading from its files how a text becomes a vector."""

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

Config = TypeVar("Config", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class OnnxFolder:
    weights: Path
    tokenizer: Path
    options: EmbeddingOptions


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
    candidates = (folder / "model.onnx", folder / "onnx" / "model.onnx")
    weights = next((path for path in candidates if path.is_file()), None)
    if weights is None or (folder / "model.safetensors").is_file():
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


def folder_fingerprint(folder: Path, models_dir: Path, options: EmbeddingOptions | None = None) -> str:
    """Depends on every weight, tokenizer and configuration file of the folder."""
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
