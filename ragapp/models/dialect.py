"""Which parts of a chat request a server takes, learnt from what it refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

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
_HELPLESS = frozenset({401, 402, 403, 429, 503})
"""Statuses that say something about the caller or the moment, and nothing about the request."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """`dropped` are the parts that are left out because the server refuses them."""

    dropped: frozenset[Option] = frozenset()

    def takes(self, option: Option) -> bool:
        return option not in self.dropped

    @property
    def limit(self) -> Option | None:
        """The name under which the bound on tokens is sent; None when the server knows neither."""
        return next((name for name in _LIMITS if self.takes(name)), None)

    def without_refused(self, said: str, param: str | None, status: int | None) -> Dialect | None:
        """The dialect without what a refusal names; None when it names nothing that was sent.

        A message may also name what should be sent instead, so only what was sent counts, and `param`, the
        field in which some servers name the culprit, goes first.
        """
        if status in _HELPLESS:
            return None
        blamed = self._sent_as(param) or self._named_in(said)
        return Dialect(self.dropped | {blamed}) if blamed else None

    def _sent(self) -> list[Option]:
        names: list[Option] = ["temperature", "system", "stream"]
        return [name for name in (self.limit, *names) if name is not None and self.takes(name)]

    def _sent_as(self, param: str | None) -> Option | None:
        if param is not None and param.startswith("messages"):
            return "system" if param.endswith("role") and self.takes("system") else None
        return next((name for name in self._sent() if param == name), None)

    def _named_in(self, said: str) -> Option | None:
        """The one that is named first: what is refused stands before what is advised."""
        found = [(match.start(), name) for name in self._sent() if (match := _NAMED[name].search(said))]
        return min(found)[1] if found else None
