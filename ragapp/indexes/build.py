"""The search index that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ragapp.errors import UsageError
from ragapp.indexes.change_log import ChangeSource
from ragapp.indexes.local.index import LocalIndex
from ragapp.plugins import INDEXES
from ragapp.protocols import SearchIndex
from ragapp.settings import Settings

if TYPE_CHECKING:
    from ragapp.indexes.qdrant.client import QdrantSettings

QDRANT = "qdrant:"


def build_index(settings: Settings, database: ChangeSource) -> SearchIndex:
    """Builds the configured index.

    Raises UsageError if it is unknown, its plugin cannot be used, or the Qdrant client is not installed.
    """
    plugin = INDEXES.build(settings.index, settings, database)
    if plugin is not None:
        return plugin
    if settings.index == "faiss":
        return LocalIndex(settings.indexes_dir, database)
    if not settings.index.startswith(QDRANT):
        raise UsageError(
            f"Unknown search index RAGAPP_INDEX={settings.index!r}. Available: {INDEXES.available()}. After "
            "`qdrant:` come the URLs of the nodes, as in qdrant:http://node1:6333,http://node2:6333"
        )
    try:
        from ragapp.indexes.qdrant.index import QdrantIndex  # noqa: PLC0415  it is optional
    except ImportError as error:
        raise UsageError(f"Qdrant needs its client ({error}). Run `pip install 'ragapp[server]'`.") from error
    return QdrantIndex(_qdrant(settings), database)


def _qdrant(settings: Settings) -> QdrantSettings:
    from ragapp.indexes.qdrant.client import QdrantSettings  # noqa: PLC0415

    key = settings.qdrant_api_key
    urls = settings.index.removeprefix(QDRANT).split(",")
    return QdrantSettings(
        urls=tuple(url.strip() for url in urls),
        api_key=key.get_secret_value() if key is not None else None,
        prefix=settings.qdrant_prefix,
        shards=settings.qdrant_shards,
        replicas=settings.qdrant_replicas,
        timeout=settings.qdrant_timeout,
    )
