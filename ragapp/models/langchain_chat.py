"""Chat models of all providers that LangChain supports."""

from __future__ import annotations

import os
from collections.abc import Generator as Coroutine
from typing import TYPE_CHECKING, Any

from ragapp.models.chat import ChatRequest, Delta, ending_of
from ragapp.models.deadlines import Connections, Deadlines

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

_REASONS = ("finish_reason", "stop_reason", "done_reason", "stopReason")
_SECRET = ("_KEY", "_TOKEN", "_SECRET")


class LangChainChat:
    """A model of a provider whose package is installed.

    The provider's client owns the connections, so an abandoned one only ends with the client's timeout.
    """

    def __init__(self, provider: str, model: str, deadlines: Deadlines) -> None:
        self._provider = provider
        self._model = model
        self._deadlines = deadlines

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys in the environment, where each provider's client finds its own."""
        return tuple(
            value for name, value in os.environ.items() if name.endswith(_SECRET) and len(value) >= 8
        )

    def stream(self, request: ChatRequest, _connections: Connections) -> Coroutine[Delta, None, None]:
        model = self._connect(request)
        ended = False
        for chunk in model.stream(request.messages):
            delta = _delta_of(chunk)
            ended = ended or delta.ending is not None
            yield delta
        if not ended:  # these clients raise when a stream breaks off, and not all return a finish reason
            yield Delta(ending="complete")

    def _connect(self, request: ChatRequest) -> BaseChatModel:
        from langchain.chat_models import init_chat_model  # noqa: PLC0415  heavy

        options: dict[str, Any] = {"timeout": max(self._deadlines.first, self._deadlines.between)}
        if request.dialect.accepts("temperature"):
            options["temperature"] = 0
        if request.dialect.limit is not None:
            options["max_tokens"] = request.max_tokens
        model: BaseChatModel = init_chat_model(self._model, model_provider=self._provider, **options)
        return model


def _delta_of(chunk: AIMessageChunk) -> Delta:
    thinking = str(chunk.additional_kwargs.get("reasoning_content") or "")
    blocks = chunk.content if isinstance(chunk.content, list) else []
    for block in blocks:
        if isinstance(block, dict) and block.get("type") in {"thinking", "reasoning", "reasoning_content"}:
            thinking += str(block)
    reasons = (chunk.response_metadata.get(name) for name in _REASONS)
    return Delta(
        str(chunk.text), thinking, next((found for one in reasons if (found := ending_of(one))), None)
    )
