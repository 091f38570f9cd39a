"""Well-known open models by size, and which of them fit the memory of this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass

MEMORY_SHARE = 0.6
"""The share of the memory that a model may take: its context and other programs need the rest."""


@dataclass(frozen=True, slots=True)
class SuggestedModel:
    """A model by its name in Ollama's library. `gigabytes` are those of its 4-bit weights."""

    name: str
    gigabytes: float
    about: str


SUGGESTED = (
    SuggestedModel("qwen3:1.7b", 1.4, "short answers, runs on most processors"),
    SuggestedModel("qwen3:4b", 2.5, "reads whole passages, slow without a graphics card"),
    SuggestedModel("qwen3:8b", 5.2, "good answers with a graphics card of 8 GB"),
    SuggestedModel("qwen3:14b", 9.3, "better ones with 12 GB"),
    SuggestedModel("gpt-oss:20b", 14.0, "fast for its size with 16 GB"),
    SuggestedModel("qwen3:32b", 20.0, "with 24 GB"),
    SuggestedModel("llama3.3:70b", 43.0, "with 48 GB"),
)


def fitting_models(memory: int | None = None, count: int = 3) -> list[SuggestedModel]:
    """The `count` largest models that fit `memory`, in bytes; by default that of this machine."""
    available = memory if memory is not None else _memory()
    fitting = [one for one in SUGGESTED if one.gigabytes * 1e9 <= available * MEMORY_SHARE]
    return fitting[-count:]


def _memory() -> int:
    """The bytes of memory of this machine; 0 if the system does not say."""
    if not hasattr(os, "sysconf"):
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
