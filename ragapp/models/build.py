"""From settings to models: the one place that knows which adapter a name asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ragapp.errors import UsageError
from ragapp.models.addresses import public_url
from ragapp.models.catalog import Role, load_catalog
from ragapp.models.chat_generator import ChatGenerator
from ragapp.models.circuit_breaker import CircuitBreakerGenerator
from ragapp.models.dialect import Dialect
from ragapp.models.hub import download_model
from ragapp.models.langchain_chat import LangChainChat
from ragapp.models.local_embedders import OnnxFolder, folder_fingerprint, onnx_folder
from ragapp.models.local_generator import LocalGenerator, why_missing
from ragapp.models.model_folder import locate
from ragapp.models.openai_chat import OpenAIChat, openai_address
from ragapp.models.patience import Patience
from ragapp.models.threads import thread_count
from ragapp.protocols import Embedder, Generator, Reranker
from ragapp.settings import Settings

_DEFAULT_GENERATOR = "qwen2.5-coder-1.5b-instruct"


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
    folder = locate(name, models_dir)
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
    made = (_generator(name, settings) for name in names if name != "extractive")
    return [CircuitBreakerGenerator(generator) for generator in made]


def build_large_generator(settings: Settings) -> Generator | None:
    """The one that `settings.generator_large` names, behind a breaker. Raises as `build_generators` does."""
    if settings.generator_large is None:
        return None
    return CircuitBreakerGenerator(_generator(settings.generator_large, settings))


def _generator(name: str, settings: Settings) -> Generator:
    """The local one says itself that it is unavailable while its file is not there, and writes from the
    moment it is."""
    match name.partition(":"):
        case ("local", "", ""):
            return _local_generator(_DEFAULT_GENERATOR, settings)
        case ("local", ":", model) if model:
            return _local_generator(model, settings)
        case ("openai", ":", model) if model:
            return _openai_generator(model, settings)
        case (provider, ":", model) if model and provider not in ("", "extractive"):
            patience = _patience(settings)
            return ChatGenerator(
                name,
                LangChainChat(provider, model, patience),
                f"Check that {provider} can be reached, its key and the model's name.",
                patience,
                thinking_tokens=settings.thinking_tokens,
            )
        case _:
            raise UsageError(
                f"RAGAPP_GENERATOR={settings.generator!r}: {name!r} is not one of extractive, local, "
                "local:/path/model.gguf, openai:MODEL or provider:MODEL."
            )


def _local_generator(name_or_path: str, settings: Settings) -> Generator:
    entry = load_catalog().get(name_or_path)
    missing: Callable[[], str | None] = _never_missing
    if entry is not None:
        model = settings.models_dir / entry.name / entry.files[0].name
        missing = partial(why_missing, entry, settings.models_dir)
    else:
        model = locate(name_or_path, settings.models_dir)
    threads = thread_count(settings.threads)
    return LocalGenerator(model, missing, threads, _patience(settings), settings.thinking_tokens)


def _never_missing() -> None:
    """For a file that was there when the generator was made."""


def _openai_generator(model: str, settings: Settings) -> Generator:
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    url, patience = settings.openai_base_url, _patience(settings)
    return ChatGenerator(
        f"{model} at {public_url(url) if url else 'OpenAI'}",
        OpenAIChat(model, partial(openai_address, url, key), patience),
        "Check RAGAPP_OPENAI_BASE_URL, RAGAPP_OPENAI_API_KEY and the model's name in RAGAPP_GENERATOR.",
        patience,
        thinking_tokens=settings.thinking_tokens,
        # Other servers know the older name best, and OpenAI itself the newer one.
        dialect=Dialect() if url else Dialect(frozenset({"max_tokens"})),
    )


def _patience(settings: Settings) -> Patience:
    return Patience(
        first=settings.first_token_seconds,
        between=settings.generator_timeout,
        whole=settings.generator_seconds,
    )


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
