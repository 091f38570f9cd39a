"""The catalogue: every model that `ragapp models` knows by name, pinned to the byte."""

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
class Part:
    """Consecutive bytes of a model file: the `member` of the wheel of `package` (`name==version`)."""

    package: str
    member: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model: its parts, concatenated, have this size in bytes and this digest.

    `hub_path` is the same file's path in the model's hub repository, where the hub has these bytes. A file
    without parts comes from the hub alone.
    """

    name: str
    size: int
    sha256: str
    parts: tuple[Part, ...] = ()
    hub_path: str | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How text becomes one vector: what stands before it, where it is cut, how tokens are pooled."""

    pooling: Pooling
    max_tokens: int
    query_prefix: str = ""
    passage_prefix: str = ""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A pinned model. Its first file holds the weights; `recipe` is set for ONNX embedders.

    `revision` is the commit of the hub repository. `alternative` names the entry of the same model in other
    bytes, from another publisher, which is fetched and used when this one cannot be had.
    """

    name: str
    role: Role
    runtime: Runtime
    hub: str
    licence: str
    about: str
    files: tuple[ModelFile, ...]
    recipe: Recipe | None = None
    revision: str | None = None
    alternative: str | None = None

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    @property
    def fingerprint(self) -> str:
        """Changes with any byte of its files and with its recipe."""
        return fingerprint(self.name, {file.name: file.sha256 for file in self.files}, self.recipe)


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
        raise NotFoundError(f"No model is named {name!r}. There are: {', '.join(catalog)}.")
    return catalog[name]


def embedder_name(wanted: str) -> str | None:
    """The name of the catalogued embedder with that fingerprint."""
    entries = load_catalog().values()
    return next((one.name for one in entries if one.role == "embedder" and one.fingerprint == wanted), None)


def fingerprint(name: str, digests: Mapping[str, str], recipe: Recipe | None) -> str:
    """`name@` and 16 hex digits that bind the files (sha256 by name) and the recipe."""
    bound = [
        sorted(digests.items()),
        recipe and [recipe.pooling, recipe.max_tokens, recipe.query_prefix, recipe.passage_prefix],
    ]
    return f"{name}@{hashlib.sha256(json.dumps(bound).encode()).hexdigest()[:16]}"
