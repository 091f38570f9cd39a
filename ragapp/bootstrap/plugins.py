"""Which plugins the settings name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ragapp.settings import Settings


def names_in_use(settings: Settings) -> Mapping[str, frozenset[str]]:
    """The names that the settings choose, by kind of plugin. A kind that no setting chooses is left out."""
    generators = [*settings.generator.split(","), settings.generator_large, settings.judge]
    chosen: Mapping[str, Sequence[str | None]] = {
        "embedders": [settings.embedder],
        "rerankers": [settings.reranker, settings.support_model],
        "generators": generators,
    }
    return {kind: frozenset(_name(value) for value in values if value) for kind, values in chosen.items()}


def _name(chosen: str) -> str:
    return chosen.strip().partition(":")[0]
