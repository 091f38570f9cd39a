"""What the replies and errors of a model teach about it, kept in the data folder."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ragapp.files.atomic import replacing


@dataclass(frozen=True, slots=True)
class Learned:
    """What the replies of a model have shown: whether it thinks, its speed and the limit that it named."""

    thinks: bool = False
    read_tokens_per_second: float | None = None
    context_tokens: int | None = None


class LearnedStore:
    """Keeps what was learned, by the generator's name, in a JSON file of the data folder. Safe for threads.

    A file that is damaged, or that cannot be written, only means that it is learned again.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, Learned] | None = None

    def get(self, name: str) -> Learned:
        with self._lock:
            return self._read().get(name, Learned())

    def put(self, name: str, learned: Learned) -> None:
        with self._lock:
            known = self._read()
            if known.get(name, Learned()) == learned:
                return
            known[name] = learned
            if self._path is not None and self._path.parent.is_dir():
                with suppress(OSError), replacing(self._path) as file:
                    file.write(
                        json.dumps({key: asdict(value) for key, value in known.items()}, indent=1).encode()
                    )

    def _read(self) -> dict[str, Learned]:
        if self._known is None:
            self._known = _learned_in(self._path)
        return self._known


def _learned_in(path: Path | None) -> dict[str, Learned]:
    if path is None or not path.is_file():
        return {}
    try:
        stored = json.loads(path.read_text("utf-8"))
        return {str(name): Learned(**values) for name, values in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


_LIMIT = re.compile(
    r"(?:maximum context length is|context (?:length|size|window)(?: of)?(?: \w+){0,3}?"
    r"|n_ctx\W{1,4}|<=|limit of)\s*"
    r"\(?(\d{3,8})",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"context (?:length|size|window)|context_length|too many tokens|prompt is too long|"
    r"exceed[a-z]{0,3}\b.{0,40}\btokens|"
    r"\btokens?\b.{0,60}\bexceed|n_ctx|input is too long|max_total_tokens|inputs` tokens",
    re.IGNORECASE,
)


def context_named_in(error: str, sent: int) -> int | None:
    """The context that a server's error names; three quarters of what was sent, in tokens, if it gives no
    number.

    None when the error is about something else.
    """
    if not _TOO_LONG.search(error):
        return None
    numbers = [int(found) for found in _LIMIT.findall(error)]
    return min(numbers, default=max(512, sent * 3 // 4))


def read_speed(reply: Mapping[str, Any]) -> float | None:
    """The speed at which the server read the prompt, if the last part of its reply states it."""
    timings = reply.get("timings")
    if isinstance(timings, dict) and (timings.get("prompt_n") or 0) >= _ENOUGH_TOKENS:
        return _positive(timings.get("prompt_per_second"))
    count, nanoseconds = reply.get("prompt_eval_count"), reply.get("prompt_eval_duration")
    if (
        isinstance(count, int)
        and count >= _ENOUGH_TOKENS
        and isinstance(nanoseconds, int)
        and nanoseconds > 0
    ):
        return count * 1e9 / nanoseconds
    return None


_ENOUGH_TOKENS = 64
"""Fewer tokens, when the rest of a prompt was cached, say nothing about the speed."""


def _positive(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
