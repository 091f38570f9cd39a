"""The profile of a generator: what its server says, what its name tells, and what its replies have shown."""

from __future__ import annotations

import ipaddress
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import httpx

from ragapp.models.learned import LearnedStore
from ragapp.models.served_models import ServedModel, ServerReader, parameters_in
from ragapp.types import GeneratorProfile, ModelClass

LARGE_PARAMETERS = 3_500_000_000
"""From this size on, models follow the instructions of the large template: docs/research/models.md."""

LARGE_CONTEXT = 8192
"""A served model whose size is unknown counts as large from this context on."""

HOSTED_SPEED = 2000.0
"""Prompt tokens a second of the providers' own models, which are large."""

_HOSTED: tuple[tuple[str, int], ...] = (
    (r"gpt-4\.1", 1_000_000),
    (r"gpt-5", 272_000),
    (r"gpt-4o|gpt-4-turbo|chatgpt-4o", 128_000),
    (r"gpt-4(?!\d)", 8192),
    (r"gpt-3\.5", 16_000),
    (r"o[134](?:-|$)", 128_000),
    (r"claude", 200_000),
    (r"gemini", 1_000_000),
    (r"mistral-(?:large|medium|small)|magistral|codestral", 128_000),
    (r"command-(?:r|a)", 128_000),
    (r"deepseek-(?:chat|reasoner)", 64_000),
    (r"grok", 128_000),
)
"""Models of providers that do not say their context, by the beginning of the name."""

_ASK_SECONDS = 2.0
_FRESH_SECONDS = 600.0
_CHANGE = 1.25
"""The ratio of a new measured speed to the stored one from which it is stored."""


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """What the user has set; it takes precedence over what the server says."""

    model_class: Literal["auto", "small", "large"] = "auto"
    context_tokens: int | None = None


class Profiler:
    """The profile of one generator. `ask` returns what the server says of the model; it is asked now and
    then.

    Safe for threads.
    """

    def __init__(
        self,
        name: str,
        model: str,
        ask: Callable[[], ServedModel | None] = lambda: None,
        learned: LearnedStore | None = None,
        chosen: ProfileSettings | None = None,
    ) -> None:
        self._name = name
        self._model = model
        self._ask = ask
        self._learned = learned or LearnedStore(None)
        self._chosen = chosen or ProfileSettings()
        self._lock = threading.Lock()
        self._served: ServedModel | None = None
        self._asked_at: float | None = None

    def profile(self) -> GeneratorProfile:
        """What is known. Asks the server now and then, which takes some milliseconds, or two seconds in
        vain.
        """
        return self._profile(self._current())

    def _profile(self, served: ServedModel | None) -> GeneratorProfile:
        learned = self._learned.get(self._name)
        hosted = _hosted_context(self._model)
        limits = [
            self._chosen.context_tokens or (served and served.context_tokens) or hosted,
            learned.context_tokens,
        ]
        speed = learned.read_tokens_per_second or (HOSTED_SPEED if hosted else None)
        thinks = learned.thinks or (served is not None and "thinking" in served.abilities)
        context = min((limit for limit in limits if limit), default=None)
        return GeneratorProfile(self._class(served, hosted), context, speed, thinks)

    def known(self) -> GeneratorProfile:
        """What is known of the model, without asking the server."""
        return self._profile(self._served)

    def learn(
        self, *, thinks: bool = False, speed: float | None = None, context_tokens: int | None = None
    ) -> None:
        """Records what a reply has shown. Arguments of None add nothing."""
        known = self._learned.get(self._name)
        new = replace(known, thinks=known.thinks or thinks)
        if speed is not None and _differs(speed, known.read_tokens_per_second):
            new = replace(new, read_tokens_per_second=round(speed, 1))
        if context_tokens is not None:
            new = replace(new, context_tokens=context_tokens)
        self._learned.put(self._name, new)

    def _class(self, served: ServedModel | None, hosted: int | None) -> ModelClass:
        if self._chosen.model_class != "auto":
            return self._chosen.model_class
        parameters = (served and served.parameters) or parameters_in(self._model)
        if parameters is not None:
            return "large" if parameters >= LARGE_PARAMETERS else "small"
        context = served.context_tokens if served else None
        return "large" if hosted or (context or 0) >= LARGE_CONTEXT else "small"

    def _current(self) -> ServedModel | None:
        with self._lock:
            now = time.monotonic()
            if self._asked_at is None or now - self._asked_at > _FRESH_SECONDS:
                self._served, self._asked_at = self._ask() or self._served, now
            return self._served


def ask_server(url: str, api_key: str | None, model: str, *, proxied: bool = True) -> ServedModel | None:
    """What the server at that URL says of the model; None when it says nothing or does not answer.

    Only servers in a private network are asked at other paths than `/v1/models`.
    """
    try:
        reader = ServerReader(url, api_key, seconds=_ASK_SECONDS, proxied=proxied)
        server = reader.read(own_paths=is_private(httpx.URL(url).host))
    except (httpx.InvalidURL, ValueError):
        return None
    if server is None:
        return None
    named = {one.name: one for one in server.models}
    only = server.models[0] if len(server.models) == 1 else None
    return named.get(model) or named.get(f"{model}:latest") or only


def is_private(host: str) -> bool:
    """Whether a host is this machine or in a private network, as its name or address shows."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".localhost"))
    return address.is_private or address.is_loopback


def _hosted_context(model: str) -> int | None:
    bare = model.rpartition("/")[2].lower()
    return next((context for pattern, context in _HOSTED if re.match(pattern, bare)), None)


def _differs(new: float, known: float | None) -> bool:
    return known is None or not 1 / _CHANGE < new / known < _CHANGE
