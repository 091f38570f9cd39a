"""Which plugins are in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ragapp.models.choice import generator_in_use
from ragapp.plugins import CHUNKERS, PARSERS
from ragapp.settings import Settings


def names_in_use(settings: Settings) -> Mapping[str, frozenset[str]]:
    """The names that the settings choose, by kind of plugin. A kind that no setting chooses is left out."""
    generators = [*generator_in_use(settings).split(","), settings.generator_large, settings.judge]
    chosen: Mapping[str, Sequence[str | None]] = {
        "chunkers": [settings.chunker],
        "embedders": [settings.embedder],
        "rerankers": [settings.reranker, settings.support_model],
        "indexes": [settings.index],
        "generators": generators,
        "cache_stores": [settings.resolved_cache_store],
    }
    return {kind: frozenset(_name(value) for value in values if value) for kind, values in chosen.items()}


def _name(chosen: str) -> str:
    return chosen.strip().partition(":")[0]


def readers_in_use(settings: Settings) -> str:
    """The parsers and the chunker that are plugins, with their versions; "" when there are none."""
    chunkers = (one for one in CHUNKERS.installed() if one.name == settings.chunker)
    return " ".join(f"{one.name}={one.package}-{one.version}" for one in (*chunkers, *PARSERS.installed()))
