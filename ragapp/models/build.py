"""From settings to models: the one place that knows which adapter a name asks for."""

from __future__ import annotations

from pathlib import Path

from ragapp.models.catalog import load_catalog
from ragapp.models.folders import OnnxFolder, folder_fingerprint, onnx_folder
from ragapp.models.hub import download_model
from ragapp.models.library import locate
from ragapp.protocols import Embedder
from ragapp.settings import Settings


def build_embedder(settings: Settings) -> Embedder:
    """The embedder that `settings.embedder` names: a catalogued model, a folder, or a hub repository.

    Raises ModelError when its files are missing or damaged, with the command that brings them.
    """
    name, models_dir = settings.embedder, settings.models_dir
    entry = load_catalog().get(name)
    if entry is None:
        is_folder = Path(name).expanduser().is_dir()
        folder = locate(name, models_dir) if is_folder else download_model(name, models_dir / ".hub")
        return _folder_embedder(folder, settings)
    folder = locate(name, models_dir)
    if entry.recipe is None:
        return _sentence_embedder(folder, entry.fingerprint, settings)
    parts = OnnxFolder(folder / entry.files[0].name, folder / "tokenizer.json", entry.recipe)
    return _onnx_embedder(parts, entry.fingerprint, settings)


def _folder_embedder(folder: Path, settings: Settings) -> Embedder:
    onnx = onnx_folder(folder)
    if onnx is None:
        return _sentence_embedder(folder, folder_fingerprint(folder, settings.models_dir), settings)
    name = folder_fingerprint(folder, settings.models_dir, onnx.recipe)
    return _onnx_embedder(onnx, name, settings)


def _onnx_embedder(parts: OnnxFolder, fingerprint: str, settings: Settings) -> Embedder:
    from ragapp.models.onnx import OnnxEmbedder  # noqa: PLC0415  onnxruntime is heavy

    return OnnxEmbedder(parts.weights, parts.tokenizer, parts.recipe, fingerprint, settings.threads)


def _sentence_embedder(folder: Path, fingerprint: str, settings: Settings) -> Embedder:
    from ragapp.models.sentence import SentenceEmbedder  # noqa: PLC0415  PyTorch is very heavy

    return SentenceEmbedder(folder, fingerprint, settings.threads)
