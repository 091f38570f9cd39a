"""Building models from settings: the only place that knows which adapter a name means."""

from __future__ import annotations

import os
from pathlib import Path

from ragapp.errors import UsageError
from ragapp.models.catalog import Role, load_catalog
from ragapp.models.choice import generator_in_use
from ragapp.models.downloads import download_model
from ragapp.models.local_models import (
    RERANKER_TOKENS,
    OnnxFolder,
    RerankerFolder,
    folder_fingerprint,
    onnx_folder,
    reranker_folder,
)
from ragapp.models.model_folder import locate, usable_entry
from ragapp.plugins import EMBEDDERS, GENERATORS, RERANKERS
from ragapp.protocols import Embedder, Entailment, Generator, Reader, Reranker
from ragapp.settings import Settings


def build_embedder(settings: Settings) -> Embedder:
    """The embedder that `settings.embedder` names: of the catalogue, a plugin, a folder, or a hub repository.

    Raises ModelError when its files are missing or damaged, with the command that fetches them, and
    UsageError when the name is that of another kind of model, or the plugin cannot be used.
    """
    name, catalog = settings.embedder, load_catalog()
    plugin = EMBEDDERS.build(name, settings, taken=catalog)
    if plugin is not None:
        return plugin
    entry = catalog.get(name)
    if entry is None:
        return _folder_embedder(_located(name, settings), settings)
    if entry.role != "embedder":
        raise UsageError(f"Unknown embedder RAGAPP_EMBEDDER={name!r}. Available: {_names('embedder')}.")
    entry = usable_entry(entry, settings.models_dir)
    folder = locate(entry.name, settings.models_dir)
    if entry.options is None:
        return _sentence_embedder(folder, entry.fingerprint, settings)
    parts = OnnxFolder(folder / entry.files[0].name, folder / "tokenizer.json", entry.options)
    return _onnx_embedder(parts, entry.fingerprint, settings)


def build_reranker(name: str, settings: Settings) -> Reranker:
    """The reranker of that name: of the catalogue, a plugin, a folder, or a hub repository.

    Raises ModelError when its files are missing or damaged, with the command that fetches them, and
    UsageError when the name is that of another kind of model, or the plugin cannot be used.
    """
    catalog = load_catalog()
    plugin = RERANKERS.build(name, settings, taken=catalog)
    if plugin is not None:
        return plugin
    entry = catalog.get(name)
    if entry is None:
        return _folder_reranker(_located(name, settings), settings)
    if entry.role != "reranker":
        raise UsageError(f"Unknown reranker {name!r}. Available: {_names('reranker')}.")
    entry = usable_entry(entry, settings.models_dir)
    folder = locate(entry.name, settings.models_dir)
    parts = RerankerFolder(folder / entry.files[0].name, folder / "tokenizer.json", RERANKER_TOKENS)
    return _onnx_reranker(parts, entry.fingerprint, settings)


def build_generators(settings: Settings, chosen: str | None = None) -> list[Generator]:
    """The generators that the settings name, in their order."""
    return list(build_named_generators(settings, chosen).values())


def build_named_generators(settings: Settings, chosen: str | None = None) -> dict[str, Generator]:
    """The generators that `chosen` lists, by name, each with a circuit breaker; `extractive` adds none.

    By default those of RAGAPP_GENERATOR, or else the kept choice.

    A plugin of that name goes before a provider of LangChain. Raises UsageError for an unknown generator or a
    plugin that cannot be used, ModelError when the GGUF file of `local:PATH` does not exist.
    """
    names = [name.strip() for name in (chosen or generator_in_use(settings)).split(",")]
    return {name: _generator(name, settings) for name in names if name != "extractive"}


def build_large_generator(settings: Settings) -> Generator | None:
    """The generator that `settings.generator_large` names. Raises as `build_generators` does."""
    if settings.generator_large is None:
        return None
    return _generator(settings.generator_large, settings)


def _generator(name: str, settings: Settings) -> Generator:
    # Extractive answers need no client of model servers.
    from ragapp.models.circuit_breaker import CircuitBreakerGenerator  # noqa: PLC0415
    from ragapp.models.generators import build_generator  # noqa: PLC0415

    generator = GENERATORS.build(name, settings)
    if generator is None:
        generator = build_generator(name, settings, _threads(settings))
    return CircuitBreakerGenerator(generator)


def _located(name: str, settings: Settings) -> Path:
    """The folder of that path, or of the hub repository of that name. Raises ModelError."""
    if Path(name).expanduser().is_dir():
        return locate(name, settings.models_dir)
    return download_model(name, settings.models_dir / ".hub")


def _folder_embedder(folder: Path, settings: Settings) -> Embedder:
    onnx = onnx_folder(folder)
    if onnx is None:
        return _sentence_embedder(folder, folder_fingerprint(folder, settings.models_dir), settings)
    name = folder_fingerprint(folder, settings.models_dir, onnx.options)
    return _onnx_embedder(onnx, name, settings)


def _onnx_embedder(parts: OnnxFolder, fingerprint: str, settings: Settings) -> Embedder:
    from ragapp.models.onnx_models import OnnxEmbedder  # noqa: PLC0415  onnxruntime is heavy

    return OnnxEmbedder(parts.weights, parts.tokenizer, parts.options, fingerprint, _threads(settings))


def _sentence_embedder(folder: Path, fingerprint: str, settings: Settings) -> Embedder:
    from ragapp.models.sentence_embedder import SentenceEmbedder  # noqa: PLC0415  PyTorch is very heavy

    return SentenceEmbedder(folder, fingerprint, settings.threads)


def _folder_reranker(folder: Path, settings: Settings) -> Reranker:
    onnx, name = reranker_folder(folder), folder_fingerprint(folder, settings.models_dir)
    if onnx is not None:
        return _onnx_reranker(onnx, name, settings)
    from ragapp.models.sentence_reranker import SentenceReranker  # noqa: PLC0415  PyTorch is very heavy

    return SentenceReranker(folder, name, settings.threads)


def _onnx_reranker(parts: RerankerFolder, fingerprint: str, settings: Settings) -> Reranker:
    from ragapp.models.onnx_models import OnnxReranker  # noqa: PLC0415  onnxruntime is heavy

    return OnnxReranker(parts.weights, parts.tokenizer, parts.max_tokens, fingerprint, _threads(settings))


def build_reader(settings: Settings) -> Reader:
    """The reader that comes with the package. Raises ModelError."""
    from ragapp.models.reader import OnnxReader  # noqa: PLC0415  onnxruntime is heavy

    return OnnxReader(threads=_threads(settings))


def build_entailment(settings: Settings) -> Entailment:
    """The entailment model that comes with the package. Raises ModelError."""
    from ragapp.models.entailment import OnnxEntailment  # noqa: PLC0415  onnxruntime is heavy

    return OnnxEntailment(threads=_threads(settings))


def _threads(settings: Settings) -> int:
    """The number of threads that a model may use: by default one for each core of this process."""
    if settings.threads:
        return settings.threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _names(role: Role) -> str:
    return ", ".join(entry.name for entry in load_catalog().values() if entry.role == role)
