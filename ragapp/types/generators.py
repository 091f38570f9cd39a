"""What is known of a generator's model: how much it reads, how well it writes, and how fast it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ModelClass = Literal["small", "large"]
"""A small model shortens a sentence that it copies. A large one combines passages in its own words."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that a server on this machine offers. `generator` is the RAGAPP_GENERATOR that uses it.

    `context_tokens` and `parameters` are None where the server does not say.
    """

    server: str
    url: str
    name: str
    generator: str
    context_tokens: int | None = None
    parameters: int | None = None
    abilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneratorProfile:
    """The facts that prompts are fitted to. A fact is None when neither the server nor an earlier reply has
    shown it.

    `context_tokens` limits prompt and reply together. `read_tokens_per_second` is the speed at which the
    model processes a prompt. `thinks` is whether it reasons before it answers.
    """

    model_class: ModelClass = "small"
    context_tokens: int | None = None
    read_tokens_per_second: float | None = None
    thinks: bool = False
