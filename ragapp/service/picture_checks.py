"""The doctor's look at the pictures of pages on this machine: there are none of deleted documents."""

from __future__ import annotations

from ragapp.errors import NotFoundError
from ragapp.protocols import DocumentStore, PageRenderer
from ragapp.types import Check


def check_pictures(renderer: PageRenderer, store: DocumentStore, *, repair: bool) -> Check:
    """With `repair`, those of documents deleted at another replica, or while they were drawn, are removed."""
    name = "there are no pictures of deleted documents"
    drawn = renderer.kept_of()  # before the truth is read: what comes in meanwhile is no stray
    strays = [document_id for document_id in sorted(drawn) if _is_gone(store, document_id)]
    if not strays:
        return Check(name, ok=True, detail="ok")
    if not repair:
        ids = ", ".join(strays)
        return Check(name, ok=False, detail=f"left behind by {ids}; `ragapp doctor --repair` removes them")
    for stray in strays:
        renderer.forget(stray)
    return Check(name, ok=True, detail=f"ok, {len(strays)} removed")


def _is_gone(store: DocumentStore, document_id: str) -> bool:
    try:
        store.document(document_id)
    except NotFoundError:
        return True
    return False
