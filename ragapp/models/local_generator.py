"""The local generator: a GGUF model on this machine, used like any remote model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Generator as Coroutine
from dataclasses import replace
from pathlib import Path

from ragapp.errors import ModelError
from ragapp.models.catalog import CatalogEntry
from ragapp.models.chat_generator import ChatGenerator
from ragapp.models.deadlines import Deadlines
from ragapp.models.endpoints import Address
from ragapp.models.llama_process import LlamaProcess
from ragapp.models.model_folder import is_installed, status
from ragapp.models.openai_chat import OpenAIChat
from ragapp.models.profiles import Profiler
from ragapp.types import Ending, GeneratorProfile, ModelClass

_REMEDY = (
    "Ask again, or set RAGAPP_GENERATOR=extractive to work without it. If it was too slow, raise "
    "RAGAPP_GENERATOR_FIRST_TOKEN_SECONDS and RAGAPP_GENERATOR_TIMEOUT, or lower RAGAPP_PROMPT_TOKENS."
)


_CONTEXT_TOKENS: Mapping[ModelClass, int] = {"small": 4096, "large": 8192}
"""Tokens of context of a model, which take memory in proportion."""


class LocalGenerator:
    """Generates with the GGUF file `model`. While that is not usable yet, `missing` returns the reason."""

    def __init__(
        self,
        model: Path,
        missing: Callable[[], str | None],
        threads: int,
        deadlines: Deadlines,
        *,
        thinking_tokens: int,
        profiler: Profiler,
    ) -> None:
        """Starts nothing before the first prompt."""
        known = profiler.known()
        self._context = known.context_tokens or _CONTEXT_TOKENS[known.model_class]
        self._server = LlamaProcess(model, threads, self._context)
        self._missing = missing
        self._chat = ChatGenerator(
            f"{model.stem} on this machine",
            OpenAIChat("local", self._address, deadlines, proxied=False),
            _REMEDY,
            deadlines,
            profiler=profiler,
            thinking_tokens=thinking_tokens,
        )

    @property
    def name(self) -> str:
        return self._chat.name

    def profile(self) -> GeneratorProfile:
        return replace(self._chat.profile(), context_tokens=self._context)

    def unavailable(self) -> str | None:
        return self._missing() or self._server.given_up()

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        return (yield from self._chat.generate(system, prompt, max_tokens))

    def count_tokens(self, text: str) -> int | None:
        """The number of tokens by the model's own tokenizer. Starts the server; None when it does not
        respond.
        """
        if self.unavailable() is not None:
            return None
        return self._server.count_tokens(text)

    def warm_up(self, system: str) -> None:
        """Loads the model and has it process `system`, so that later prompts need not process it again."""
        self._chat.read_ahead(system)

    def close(self) -> None:
        """Ends the server, which the next prompt would start again."""
        self._server.close()

    def _address(self) -> Address:
        reason = self.unavailable()
        if reason is not None:
            raise ModelError(reason)
        address = self._server.address()
        return Address(f"{address.url}/v1", address.api_key)


def why_missing(entry: CatalogEntry, models_dir: Path) -> str | None:
    """Why a model of the catalogue cannot be used yet; None when it is installed."""
    if is_installed(entry, models_dir):
        return None
    now = status(entry, models_dir)
    if now.fetching:
        return f"The model {entry.name} is being fetched ({now.present / entry.size:.0%} so far)."
    return f"The model {entry.name} is not installed: run `ragapp models fetch {entry.name}`."
