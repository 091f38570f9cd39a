"""What writes answers: local models, and clients of servers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ragapp.errors import UsageError
from ragapp.models.addresses import public_url
from ragapp.models.catalog import load_catalog
from ragapp.models.chat import ChatGenerator
from ragapp.models.dialect import Dialect
from ragapp.models.langchain_chat import LangChainChat
from ragapp.models.library import locate
from ragapp.models.local import LocalGenerator, why_missing
from ragapp.models.openai_chat import OpenAIChat, openai_address
from ragapp.models.patience import Patience
from ragapp.models.threads import thread_count
from ragapp.protocols import Generator
from ragapp.settings import Settings

_DEFAULT_GENERATOR = "qwen2.5-coder-1.5b-instruct"


def build_generator(name: str, settings: Settings) -> Generator:
    """The generator of that name. A local one is unavailable as long as its file is not there.

    Raises UsageError for a name that is none, ModelError when the GGUF file of `local:PATH` does not exist.
    """
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
