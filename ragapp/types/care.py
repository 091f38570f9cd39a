"""How the application itself is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class DoctorReport:
    ok: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class ModelNames:
    """The models in use, for people. `generator_unavailable` says why none writes just now, if so."""

    embedder: str
    reranker: str | None
    generator: str
    generator_unavailable: str | None = None
