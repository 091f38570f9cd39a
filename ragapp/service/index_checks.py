"""The doctor's look at the views: they agree with the truth, and there are none of deleted collections."""

from __future__ import annotations

from collections.abc import Callable

from ragapp.errors import NotFoundError, ServerUnavailable
from ragapp.protocols import DocumentStore, PageRenderer, SearchIndex
from ragapp.types import Check, Collection

Collections = Callable[[], list[Collection]]


def check_indexes(index: SearchIndex, collections: Collections, *, repair: bool) -> list[Check]:
    """With `repair`, views that differ are mended, and those of deleted collections removed."""
    try:
        checks = [_check_strays(index, collections, repair=repair)]
        return checks + [_check_index(index, one, repair=repair) for one in collections()]
    except ServerUnavailable as error:
        return [Check("the views can be reached", ok=False, detail=str(error))]


def _check_index(index: SearchIndex, collection: Collection, *, repair: bool) -> Check:
    name = f"the views of collection {collection.name!r} agree with its documents"
    found = index.verify(collection)
    if found is not None and repair:
        index.rebuild(collection)
        found = index.verify(collection)
    return Check(name, found is None, found or "ok")


def _check_strays(index: SearchIndex, collections: Collections, *, repair: bool) -> Check:
    name = "there are no views of deleted collections"
    viewed = index.collection_ids()  # before the truth is read: whatever is made meanwhile is no stray
    strays = sorted(viewed - {one.id for one in collections()})
    if not strays:
        return Check(name, ok=True, detail="ok")
    if not repair:
        ids = ", ".join(map(str, strays))
        return Check(name, ok=False, detail=f"left behind by {ids}; `ragapp doctor --repair` removes them")
    for stray in strays:
        index.drop(stray)
    return Check(name, ok=True, detail=f"ok, {len(strays)} removed")


def check_page_images(renderer: PageRenderer, store: DocumentStore, *, repair: bool) -> Check:
    """With `repair`, those of documents deleted at another replica, or while they were drawn, are removed."""
    name = "there are no pictures of deleted documents"
    drawn = renderer.cached_documents()  # before the truth is read: what comes in meanwhile is no stray
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
