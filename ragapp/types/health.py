"""Health checks, models and disk use of the installation."""

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
    """The names of the models in use. `generator_unavailable` says why no generator is available, if so."""

    embedder: str
    reranker: str | None
    generator: str
    generator_unavailable: str | None = None


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model of the catalogue on this machine. `present` is the number of its bytes that are here."""

    name: str
    role: str
    licence: str
    about: str
    bytes: int
    present: int
    installed: bool
    fetching: bool


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes on disk by purpose, and the free space on the disk of the data folder."""

    database: int
    originals: int
    views: int
    cache: int
    models: int
    free: int
