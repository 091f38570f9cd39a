"""A chat model of any provider that LangChain speaks to."""

from __future__ import annotations

import os
from collections.abc import Generator as Coroutine
from typing import TYPE_CHECKING, Any

from ragapp.models.deltas import ChatRequest, Delta, ending_of
from ragapp.models.patience import Line, Patience

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

_REASONS = ("finish_reason", "stop_reason", "done_reason", "stopReason")
_SECRET = ("_KEY", "_TOKEN", "_SECRET")


class LangChainChat:
    """A model of a provider whose package is installed.

    Its connections are its client's own: one that is given up ends with the client's timeout.
    """

    def __init__(self, provider: str, model: str, patience: Patience) -> None:
        self._provider = provider
        self._model = model
        self._patience = patience

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the environment holds as keys: each provider's client reads its own there."""
        return tuple(
            value for name, value in os.environ.items() if name.endswith(_SECRET) and len(value) >= 8
        )

    def stream(self, request: ChatRequest, _line: Line) -> Coroutine[Delta, None, None]:
        model = self._connect(request)
        ended = False
        for chunk in model.stream(request.messages):
            delta = _delta_of(chunk)
            ended = ended or delta.ending is not None
            yield delta
        if not ended:  # these clients raise when a stream breaks off, and not all tell why one ends
            yield Delta(ending="complete")

    def _connect(self, request: ChatRequest) -> BaseChatModel:
        from langchain.chat_models import init_chat_model  # noqa: PLC0415  heavy

        options: dict[str, Any] = {"timeout": max(self._patience.first, self._patience.between)}
        if request.dialect.takes("temperature"):
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
