"""What a chat model is asked, and what comes of it piece by piece, whoever serves it."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ragapp.models.dialect import Dialect
from ragapp.models.patience import Line
from ragapp.types import Ending


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """`max_tokens` bounds all that is written, thinking included."""

    system: str
    prompt: str
    max_tokens: int
    dialect: Dialect

    @property
    def messages(self) -> list[tuple[str, str]]:
        """(role, text) pairs; one alone for a model that takes no system message."""
        if not self.system:
            return [("user", self.prompt)]
        if not self.dialect.takes("system"):
            return [("user", f"{self.system}\n\n{self.prompt}")]
        return [("system", self.system), ("user", self.prompt)]


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of a reply: text, thinking in a field of its own, and at the end how it ended."""

    text: str = ""
    thinking: str = ""
    ending: Ending | None = None


class Chat(Protocol):
    """A model that can be asked. Its errors are its own; `secrets` must not be repeated from them."""

    @property
    def secrets(self) -> tuple[str, ...]: ...

    def stream(self, request: ChatRequest, line: Line) -> Coroutine[Delta, None, None]:
        """Asks over connections that the line can cut, where the model's client lets us."""


@dataclass(frozen=True, slots=True)
class Status:
    """Of a reply that was a refusal: the HTTP status, or the one that its text tells."""

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A server's words for why it does not write; `param` is the option that it blames, if it says."""

    def __init__(self, message: str, response: Status, param: str | None = None) -> None:
        super().__init__(message)
        self.response = response
        self.param = param


_ENDINGS: Mapping[str, Ending] = {
    **dict.fromkeys(
        ("stop", "eos", "eos_token", "end_turn", "stop_sequence", "complete", "completed"), "complete"
    ),
    **dict.fromkeys(("tool_calls", "tool_use", "function_call", "end", "done"), "complete"),
    **dict.fromkeys(("length", "max_tokens", "max_output_tokens", "model_length"), "length"),
    **dict.fromkeys(("model_context_window_exceeded", "context_length"), "length"),
    **dict.fromkeys(("content_filter", "content_filtered", "safety", "refusal", "recitation"), "filtered"),
    **dict.fromkeys(
        ("blocklist", "prohibited_content", "guardrail_intervened", "spii", "sensitive"), "filtered"
    ),
}


def ending_of(reason: object) -> Ending | None:
    """What a server's finish reason means; None where it gives none yet. An unknown one is no end."""
    if not isinstance(reason, str) or not reason:
        return None
    return _ENDINGS.get(reason.lower(), "interrupted")
