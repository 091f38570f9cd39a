"""What the server can be ordered to do beside itself: commands that could as well be given in a terminal."""

from __future__ import annotations

from ragapp.types import Order


def doctor(*, repair: bool) -> Order:
    if repair:
        return Order("repair", "Check and repair everything", ("doctor",), ("--repair", "--json"))
    return Order("doctor", "Check everything", ("doctor",), ("--json",))


def reindex(collection: str, embedder: str | None) -> Order:
    """`embedder`: by default that of the settings."""
    options = ("--json",) if embedder is None else ("--json", f"--embedder={embedder}")
    title = f"Reindex {collection} with {embedder or 'the embedder of the settings'}"
    return Order("reindex", title, ("collections", "reindex"), options, (collection,), patient=True)


def fetch_model(name: str) -> Order:
    return Order("fetch", f"Fetch {name}", ("models", "fetch"), (), (name,))
