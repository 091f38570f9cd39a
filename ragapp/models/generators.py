"""Building generators: local models, and clients of model servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ragapp.errors import UsageError
from ragapp.models.catalog import load_catalog
from ragapp.models.chat import Dialect
from ragapp.models.chat_generator import ChatGenerator
from ragapp.models.deadlines import Deadlines
from ragapp.models.endpoints import public_url
from ragapp.models.hub_models import hub_model_path, missing_hub_model, parse_hub_name
from ragapp.models.langchain_chat import LangChainChat
from ragapp.models.learned import LearnedStore
from ragapp.models.local_generator import LocalGenerator, why_missing
from ragapp.models.model_folder import locate
from ragapp.models.ollama import LARGE_CONTEXT, SMALL_CONTEXT, OllamaChat, ollama_url
from ragapp.models.openai_chat import OpenAIChat, openai_address
from ragapp.models.profiles import LARGE_PARAMETERS, Profiler, ProfileSettings, ask_server
from ragapp.models.served_models import ServedModel
from ragapp.protocols import Generator
from ragapp.settings import Settings

_DEFAULT_GENERATOR = "qwen2.5-coder-1.5b-instruct"


LEARNED_FILE = "models-learned.json"
"""In the data folder: what replies have shown of models."""


def build_generator(name: str, settings: Settings, threads: int) -> Generator:
    """The generator of that name. A local one is unavailable until its file is there.

    Raises UsageError for an unknown generator, ModelError when the GGUF file of `local:PATH` does not exist.
    """
    match name.partition(":"):
        case ("local", "", ""):
            return _local_generator(_DEFAULT_GENERATOR, settings, threads)
        case ("local", ":", model) if model:
            return _local_generator(model, settings, threads)
        case ("openai", ":", model) if model:
            return _openai_generator(model, settings)
        case ("ollama", ":", model) if model:
            return _ollama_generator(model, settings)
        case (provider, ":", model) if model and provider not in ("", "extractive"):
            deadlines = _deadlines(settings)
            return ChatGenerator(
                name,
                LangChainChat(provider, model, deadlines),
                f"Check the connection to {provider}, its key and the model's name.",
                deadlines,
                profiler=_profiler(name, model, lambda: None, settings),
                thinking_tokens=settings.thinking_tokens,
            )
        case _:
            raise UsageError(
                f"RAGAPP_GENERATOR: unknown generator {name!r}. Available: "
                "extractive, local, local:/path/model.gguf, local:hf:REPOSITORY:FILE, ollama:MODEL, "
                "openai:MODEL, openai:MODEL@URL, provider:MODEL, and the plugins that `ragapp plugins` lists."
            )


def _local_generator(name_or_path: str, settings: Settings, threads: int) -> Generator:
    entry = load_catalog().get(name_or_path)
    missing: Callable[[], str | None] = _never_missing
    if entry is not None:
        model = settings.models_dir / entry.name / entry.files[0].name
        missing = partial(why_missing, entry, settings.models_dir)
    elif (hub := parse_hub_name(name_or_path)) is not None:
        model = hub_model_path(hub, settings.models_dir)
        missing = partial(missing_hub_model, name_or_path, hub, settings.models_dir)
    else:
        model = locate(name_or_path, settings.models_dir)
    profiler = _profiler(f"local:{model.stem}", model.stem, lambda: None, settings)
    return LocalGenerator(
        model,
        missing,
        threads,
        _deadlines(settings),
        thinking_tokens=settings.thinking_tokens,
        profiler=profiler,
    )


def _never_missing() -> None:
    """For a file that existed when the generator was built."""


def _openai_generator(named: str, settings: Settings) -> Generator:
    """The model of the server that the name gives after an `@`, or else of RAGAPP_OPENAI_BASE_URL."""
    model, _, own = named.partition("@http")
    url = f"http{own}" if own else settings.openai_base_url
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    name, deadlines = f"{model} at {public_url(url) if url else 'OpenAI'}", _deadlines(settings)
    ask = partial(ask_server, url, key, model) if url else lambda: None
    return ChatGenerator(
        name,
        OpenAIChat(model, partial(openai_address, url, key), deadlines),
        "Check RAGAPP_OPENAI_BASE_URL, RAGAPP_OPENAI_API_KEY and the model's name in RAGAPP_GENERATOR.",
        deadlines,
        profiler=_profiler(name, model, ask, settings),
        thinking_tokens=settings.thinking_tokens,
        # Most servers accept the older name, OpenAI itself only the newer one.
        dialect=Dialect() if url else Dialect(frozenset({"max_tokens"})),
    )


def _ollama_generator(model: str, settings: Settings) -> Generator:
    url, deadlines = ollama_url(settings.ollama_url), _deadlines(settings)
    name = f"{model} at Ollama ({public_url(url)})"

    def ask() -> ServedModel | None:
        """The model as it is with the context that is requested for it."""
        served = ask_server(url, None, model)
        if served is None:
            return None
        small = (served.parameters or 0) < LARGE_PARAMETERS
        wanted = settings.context_tokens or (SMALL_CONTEXT if small else LARGE_CONTEXT)
        return replace(served, context_tokens=min(wanted, served.trained_tokens or wanted))

    profiler = _profiler(name, model, ask, settings)
    return ChatGenerator(
        name,
        OllamaChat(model, url, lambda: profiler.profile().context_tokens or SMALL_CONTEXT, deadlines),
        f"Check that Ollama runs, and that `ollama list` has the model: `ragapp models pull {model}` "
        f"fetches it.",
        deadlines,
        profiler=profiler,
        thinking_tokens=settings.thinking_tokens,
    )


def _profiler(name: str, model: str, ask: Callable[[], ServedModel | None], settings: Settings) -> Profiler:
    chosen = ProfileSettings(settings.model_class, settings.context_tokens)
    return Profiler(name, model, ask, LearnedStore(settings.data_dir / LEARNED_FILE), chosen)


def _deadlines(settings: Settings) -> Deadlines:
    return Deadlines(
        first=settings.first_token_seconds,
        between=settings.generator_timeout,
        whole=settings.generator_seconds,
    )
