"""A request to a chat model, and the deltas of its reply, whichever server it has."""

from __future__ import annotations

import re
from collections.abc import Generator as Coroutine
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ragapp.models.deadlines import Connections
from ragapp.types import Ending

Option = Literal["temperature", "max_tokens", "max_completion_tokens", "system", "stream"]

_NAMED: dict[Option, re.Pattern[str]] = {
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "max_tokens": re.compile(r"\bmax_tokens\b|\bmax_new_tokens\b", re.IGNORECASE),
    "max_completion_tokens": re.compile(r"\bmax_completion_tokens\b", re.IGNORECASE),
    "system": re.compile(
        r"\bsystem\b.{0,40}\b(?:role|message|prompt|instruction)|\b(?:role|message|prompt|instruction)s?\b.{0,40}"
        r"\bsystem\b|\bdeveloper instruction|\broles? must alternate|\bonly user and assistant|"
        r"\bfirst message must be .{0,20}user|\brole\b.{0,60}\b(?:user|assistant)\b",
        re.IGNORECASE | re.DOTALL,
    ),
    "stream": re.compile(
        r"\bstream(?:ing|ed)?\b.{0,60}\b(?:not|un)[ -]?(?:supported|allowed|available|implemented|enabled)"
        r"|\b(?:not|n't|cannot) (?:support|allow)\w* .{0,20}\bstream|\bverified to stream\b",
        re.IGNORECASE | re.DOTALL,
    ),
}
_LIMITS: tuple[Option, Option] = ("max_tokens", "max_completion_tokens")
_UNRELATED = frozenset({401, 402, 403, 429, 503})
"""Statuses that depend on the caller or the moment, not on the options of the request."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The options that a server accepts: all but `dropped`, which it refused."""

    dropped: frozenset[Option] = frozenset()

    def accepts(self, option: Option) -> bool:
        return option not in self.dropped

    @property
    def limit(self) -> Option | None:
        """The name of the option that limits tokens; None when the server accepts neither."""
        return next((name for name in _LIMITS if self.accepts(name)), None)

    def without_refused(self, message: str, param: str | None, status: int | None) -> Dialect | None:
        """The dialect without the option that a refusal names; None when it names none that was sent.

        A message may also name the option to send instead, so only options that were sent count. `param`, in
        which some servers name the refused option, takes precedence.
        """
        if status in _UNRELATED:
            return None
        refused = self._sent_as(param) or self._named_in(message)
        return Dialect(self.dropped | {refused}) if refused else None

    def _sent(self) -> list[Option]:
        names: list[Option] = ["temperature", "system", "stream"]
        return [name for name in (self.limit, *names) if name is not None and self.accepts(name)]

    def _sent_as(self, param: str | None) -> Option | None:
        if param is not None and param.startswith("messages"):
            return "system" if param.endswith("role") and self.accepts("system") else None
        return next((name for name in self._sent() if param == name), None)

    def _named_in(self, message: str) -> Option | None:
        """The option that is named first: messages name the refused option before the one to use instead."""
        found = [(match.start(), name) for name in self._sent() if (match := _NAMED[name].search(message))]
        return min(found)[1] if found else None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request for a chat completion. `max_tokens` limits all generated tokens, including reasoning."""

    system: str
    prompt: str
    max_tokens: int
    dialect: Dialect

    @property
    def messages(self) -> list[tuple[str, str]]:
        """(role, text) pairs; a single one for a model that accepts no system message."""
        if not self.system:
            return [("user", self.prompt)]
        if not self.dialect.accepts("system"):
            return [("user", f"{self.system}\n\n{self.prompt}")]
        return [("system", self.system), ("user", self.prompt)]


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of a reply: text, thinking that is sent separately, and at the end, how it ended.

    `read_speed` is the speed at which the server read the prompt, in tokens a second, where it says so.
    """

    text: str = ""
    thinking: str = ""
    ending: Ending | None = None
    read_speed: float | None = None


class ChatModel(Protocol):
    """A chat model. It raises errors of its own client, from which `secrets` must be redacted."""

    @property
    def secrets(self) -> tuple[str, ...]: ...

    def stream(self, request: ChatRequest, connections: Connections) -> Coroutine[Delta, None, None]:
        """Sends the request, over connections that `connections` can shut down if the client allows that."""


@dataclass(frozen=True, slots=True)
class Status:
    """The HTTP status of a refusal, or the status that its text names."""

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A server's error message; `param` is the option that it names as the cause, if any."""

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
    """The meaning of a server's finish reason; None when there is none yet. Unknown ones mean
    `interrupted`."""
    if not isinstance(reason, str) or not reason:
        return None
    return _ENDINGS.get(reason.lower(), "interrupted")
