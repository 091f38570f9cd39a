"""Finds the model servers that run on this machine, on their default ports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from ragapp.models.ollama import ollama_url
from ragapp.models.served_models import OLLAMA, ModelServer, ServedModel, ServerReader
from ragapp.settings import Settings
from ragapp.types import FoundModel

USUAL_PORTS: Mapping[int, str] = {
    11434: "Ollama",
    1234: "LM Studio",
    8080: "llama.cpp, LocalAI, Text Generation Inference",
    8000: "vLLM, TensorRT-LLM",
    30000: "SGLang",
    3000: "Text Generation Inference",
    5001: "KoboldCpp",
    1337: "Jan",
    4891: "GPT4All",
}
"""The ports that are tried, and whose they usually are."""

_SECONDS = 2.0
_OURS = "ragapp"
"""What our own API calls the owner of its models, which are collections."""


def find_models(settings: Settings, ports: Sequence[int] | None = None) -> list[FoundModel]:
    """The models of the servers on this machine, of Ollama's address and of RAGAPP_OPENAI_BASE_URL.

    `ports` are those to try on this machine, by default the usual ones.
    Takes as long as the slowest server, two seconds at most for each of its replies.
    """
    tried = USUAL_PORTS if ports is None else ports
    urls = dict.fromkeys([ollama_url(settings.ollama_url), *(f"http://127.0.0.1:{port}" for port in tried)])
    keys: dict[str, str | None] = dict.fromkeys(urls)
    if settings.openai_base_url:
        key = settings.openai_api_key
        keys[settings.openai_base_url] = key.get_secret_value() if key else None
    with ThreadPoolExecutor(len(keys), thread_name_prefix="find-models") as pool:
        servers = [one for one in pool.map(_read, keys, keys.values()) if one is not None]
    return _distinct(found for server in servers for found in _found(server))


def _read(url: str, key: str | None) -> ModelServer | None:
    try:
        return ServerReader(url, key, seconds=_SECONDS, proxied=False).read()
    except (httpx.InvalidURL, ValueError):
        return None


def _found(server: ModelServer) -> list[FoundModel]:
    if server.owner == _OURS:
        return []
    return [
        FoundModel(
            server=server.kind,
            url=server.url,
            name=model.name,
            generator=_spec(server, model),
            context_tokens=model.trained_tokens or model.context_tokens,
            parameters=model.parameters,
            abilities=tuple(sorted(model.abilities)),
        )
        for model in server.models
    ]


def _distinct(models: Iterable[FoundModel]) -> list[FoundModel]:
    """Each model once: two of the addresses may be the same server's."""
    return list({(one.url, one.name): one for one in models}.values())


def _spec(server: ModelServer, model: ServedModel) -> str:
    """The value of RAGAPP_GENERATOR that uses the model."""
    if server.kind == OLLAMA and server.url == ollama_url(None):
        return f"ollama:{model.name}"
    return f"openai:{model.name}@{server.url}/v1"
