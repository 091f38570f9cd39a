"""From settings to models: the one place that knows which adapter a name asks for."""

from __future__ import annotations

from pathlib import Path

from ragapp.errors import UsageError
from ragapp.models.catalog import Role, load_catalog
from ragapp.models.hub import download_model
from ragapp.models.local_embedders import OnnxFolder, folder_fingerprint, onnx_folder
from ragapp.models.model_folder import locate, usable_entry
from ragapp.protocols import Embedder, Generator, Reranker
from ragapp.settings import Settings


def build_embedder(settings: Settings) -> Embedder:
    """The embedder that `settings.embedder` names: a catalogued model, a folder, or a hub repository.

    Raises ModelError when its files are missing or damaged, with the command that brings them, and
    UsageError when the name is another kind of model's.
    """
    name, models_dir = settings.embedder, settings.models_dir
    entry = load_catalog().get(name)
    if entry is None:
        is_folder = Path(name).expanduser().is_dir()
        folder = locate(name, models_dir) if is_folder else download_model(name, models_dir / ".hub")
        return _folder_embedder(folder, settings)
    if entry.role != "embedder":
        raise UsageError(f"RAGAPP_EMBEDDER={name!r} is no embedder. There are: {_names('embedder')}.")
    entry = usable_entry(entry, models_dir)
    folder = locate(entry.name, models_dir)
    if entry.recipe is None:
        return _sentence_embedder(folder, entry.fingerprint, settings)
    parts = OnnxFolder(folder / entry.files[0].name, folder / "tokenizer.json", entry.recipe)
    return _onnx_embedder(parts, entry.fingerprint, settings)


def build_reranker(name: str, settings: Settings) -> Reranker:
    """The catalogued reranker of that name.

    Raises UsageError when the name is no reranker's, ModelError when its files are missing or damaged.
    """
    entry = load_catalog().get(name)
    if entry is None or entry.role != "reranker":
        raise UsageError(f"{name!r} is no reranker. There are: {_names('reranker')}.")
    entry = usable_entry(entry, settings.models_dir)
    folder = locate(entry.name, settings.models_dir)
    from ragapp.models.reranker import OnnxReranker  # noqa: PLC0415  onnxruntime is heavy

    return OnnxReranker(
        folder / entry.files[0].name, folder / "tokenizer.json", entry.fingerprint, settings.threads
    )


def build_generators(settings: Settings) -> list[Generator]:
    """Those that `settings.generator` lists, in its order, each behind a breaker; none for `extractive`.

    Raises UsageError for a name that is none, ModelError when the GGUF file of `local:PATH` does not exist.
    """
    names = [name.strip() for name in settings.generator.split(",")]
    return [_behind_a_breaker(name, settings) for name in names if name != "extractive"]


def build_large_generator(settings: Settings) -> Generator | None:
    """The one that `settings.generator_large` names, behind a breaker. Raises as `build_generators` does."""
    if settings.generator_large is None:
        return None
    return _behind_a_breaker(settings.generator_large, settings)


def _behind_a_breaker(name: str, settings: Settings) -> Generator:
    from ragapp.models.circuit_breaker import CircuitBreakerGenerator  # noqa: PLC0415  extractive answers need no client of servers
    from ragapp.models.generators import build_generator  # noqa: PLC0415

    return CircuitBreakerGenerator(build_generator(name, settings))


def _folder_embedder(folder: Path, settings: Settings) -> Embedder:
    onnx = onnx_folder(folder)
    if onnx is None:
        return _sentence_embedder(folder, folder_fingerprint(folder, settings.models_dir), settings)
    name = folder_fingerprint(folder, settings.models_dir, onnx.recipe)
    return _onnx_embedder(onnx, name, settings)


def _onnx_embedder(parts: OnnxFolder, fingerprint: str, settings: Settings) -> Embedder:
    from ragapp.models.onnx_embedder import OnnxEmbedder  # noqa: PLC0415  onnxruntime is heavy

    return OnnxEmbedder(parts.weights, parts.tokenizer, parts.recipe, fingerprint, settings.threads)


def _sentence_embedder(folder: Path, fingerprint: str, settings: Settings) -> Embedder:
    from ragapp.models.sentence_embedder import SentenceEmbedder  # noqa: PLC0415  PyTorch is very heavy

    return SentenceEmbedder(folder, fingerprint, settings.threads)


def _names(role: Role) -> str:
    return ", ".join(entry.name for entry in load_catalog().values() if entry.role == role)
