"""Building models from settings: the only place that knows which adapter a name means."""

from __future__ import annotations

import os
from pathlib import Path

from ragapp.errors import UsageError
from ragapp.models.catalog import Role, load_catalog
from ragapp.models.downloads import download_model
from ragapp.models.local_embedders import OnnxFolder, folder_fingerprint, onnx_folder
from ragapp.models.model_folder import locate, usable_entry
from ragapp.protocols import Embedder, Generator, Reranker
from ragapp.settings import Settings


def build_embedder(settings: Settings) -> Embedder:
    """The embedder that `settings.embedder` names: a model of the catalogue, a folder, or a hub repository.

    Raises ModelError when its files are missing or damaged, with the command that fetches them, and
    UsageError when the name is that of another kind of model.
    """
    name, models_dir = settings.embedder, settings.models_dir
    entry = load_catalog().get(name)
    if entry is None:
        is_folder = Path(name).expanduser().is_dir()
        folder = locate(name, models_dir) if is_folder else download_model(name, models_dir / ".hub")
        return _folder_embedder(folder, settings)
    if entry.role != "embedder":
        raise UsageError(f"Unknown embedder RAGAPP_EMBEDDER={name!r}. Available: {_names('embedder')}.")
    entry = usable_entry(entry, models_dir)
    folder = locate(entry.name, models_dir)
    if entry.options is None:
        return _sentence_embedder(folder, entry.fingerprint, settings)
    parts = OnnxFolder(folder / entry.files[0].name, folder / "tokenizer.json", entry.options)
    return _onnx_embedder(parts, entry.fingerprint, settings)


def build_reranker(name: str, settings: Settings) -> Reranker:
    """The reranker of the catalogue with that name.

    Raises UsageError for an unknown reranker, ModelError when its files are missing or damaged.
    """
    entry = load_catalog().get(name)
    if entry is None or entry.role != "reranker":
        raise UsageError(f"Unknown reranker {name!r}. Available: {_names('reranker')}.")
    entry = usable_entry(entry, settings.models_dir)
    folder = locate(entry.name, settings.models_dir)
    from ragapp.models.onnx_models import OnnxReranker  # noqa: PLC0415  onnxruntime is heavy

    return OnnxReranker(
        folder / entry.files[0].name, folder / "tokenizer.json", entry.fingerprint, _threads(settings)
    )


def build_generators(settings: Settings) -> list[Generator]:
    """The generators that `settings.generator` lists, each with a circuit breaker; `extractive` adds none.

    Raises UsageError for an unknown generator, ModelError when the GGUF file of `local:PATH` does not exist.
    """
    names = [name.strip() for name in settings.generator.split(",")]
    return [_generator(name, settings) for name in names if name != "extractive"]


def build_large_generator(settings: Settings) -> Generator | None:
    """The generator that `settings.generator_large` names. Raises as `build_generators` does."""
    if settings.generator_large is None:
        return None
    return _generator(settings.generator_large, settings)


def _generator(name: str, settings: Settings) -> Generator:
    # Extractive answers need no client of model servers.
    from ragapp.models.circuit_breaker import CircuitBreakerGenerator  # noqa: PLC0415
    from ragapp.models.generators import build_generator  # noqa: PLC0415

    return CircuitBreakerGenerator(build_generator(name, settings, _threads(settings)))


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


def _threads(settings: Settings) -> int:
    """The number of threads that a model may use: by default one for each core of this process."""
    if settings.threads:
        return settings.threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _names(role: Role) -> str:
    return ", ".join(entry.name for entry in load_catalog().values() if entry.role == role)
