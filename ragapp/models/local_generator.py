"""The local generator: a GGUF model on this machine, spoken to as any served model is."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Generator as Coroutine
from pathlib import Path

from ragapp.errors import ModelError
from ragapp.models.addresses import Address
from ragapp.models.catalog import CatalogEntry
from ragapp.models.chat_generator import ChatGenerator
from ragapp.models.llama_process import LlamaProcess
from ragapp.models.model_folder import is_installed, status
from ragapp.models.openai_chat import OpenAIChat
from ragapp.models.patience import Patience
from ragapp.types import Ending

_REMEDY = (
    "Ask again, or set RAGAPP_GENERATOR=extractive to do without it. If it was too slow, raise "
    "RAGAPP_GENERATOR_FIRST_TOKEN_SECONDS and RAGAPP_GENERATOR_TIMEOUT, or lower RAGAPP_PROMPT_TOKENS."
)


class LocalGenerator:
    """Writes with the GGUF file `model`, which may still be on its way: `missing` says so, or None."""

    def __init__(
        self,
        model: Path,
        missing: Callable[[], str | None],
        threads: int,
        patience: Patience,
        thinking_tokens: int,
    ) -> None:
        """Nothing is started before the first prompt."""
        self._server = LlamaProcess(model, threads)
        self._missing = missing
        self._chat = ChatGenerator(
            f"{model.stem} on this machine",
            OpenAIChat("local", self._where, patience, proxied=False),
            _REMEDY,
            patience,
            thinking_tokens=thinking_tokens,
        )

    @property
    def name(self) -> str:
        return self._chat.name

    def unavailable(self) -> str | None:
        return self._missing() or self._server.given_up()

    def generate(self, system: str, prompt: str, max_tokens: int) -> Coroutine[str, None, Ending | None]:
        return (yield from self._chat.generate(system, prompt, max_tokens))

    def count_tokens(self, text: str) -> int | None:
        """As the model's own tokenizer counts. Starts the server; None when it does not answer."""
        if self.unavailable() is not None:
            return None
        return self._server.count_tokens(text)

    def warm_up(self, system: str) -> None:
        """Loads the model and has it read `system`, which later prompts then need not have read again."""
        self._chat.read_ahead(system)

    def close(self) -> None:
        """Ends the server. It would start again with the next prompt."""
        self._server.close()

    def _where(self) -> Address:
        why = self.unavailable()
        if why is not None:
            raise ModelError(why)
        address = self._server.address()
        return Address(f"{address.url}/v1", address.api_key)


def why_missing(entry: CatalogEntry, models_dir: Path) -> str | None:
    """Why a catalogued model cannot be used just now; None when it is here."""
    if is_installed(entry, models_dir):
        return None
    now = status(entry, models_dir)
    if now.fetching:
        return f"The model {entry.name} is being fetched ({now.present / entry.size:.0%} is here)."
    return f"The model {entry.name} is not on this machine: run `ragapp models fetch {entry.name}`."
