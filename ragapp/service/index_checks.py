"""Checks of the indexes and page images: they agree with the database, and none belong to deleted
documents."""

from __future__ import annotations

from collections.abc import Callable

from ragapp.errors import NotFoundError, ServerUnavailable
from ragapp.protocols import DocumentStore, PageRenderer, SearchIndex
from ragapp.types import Check, Collection

Collections = Callable[[], list[Collection]]


def check_indexes(index: SearchIndex, collections: Collections, *, repair: bool) -> list[Check]:
    """Checks that the indexes agree with the database. With `repair`, rebuilds those that differ and removes
    those of deleted collections.
    """
    try:
        checks = [_check_orphans(index, collections, repair=repair)]
        return checks + [_check_index(index, one, repair=repair) for one in collections()]
    except ServerUnavailable as error:
        return [Check("the indexes can be reached", ok=False, detail=str(error))]


def _check_index(index: SearchIndex, collection: Collection, *, repair: bool) -> Check:
    name = f"the indexes of collection {collection.name!r} agree with its documents"
    difference = index.verify(collection)
    if difference is not None and repair:
        index.rebuild(collection)
        difference = index.verify(collection)
    return Check(name, difference is None, difference or "ok")


def _check_orphans(index: SearchIndex, collections: Collections, *, repair: bool) -> Check:
    # Read before the collections, so that one created meanwhile does not look deleted.
    indexed = index.collection_ids()
    orphans = sorted(indexed - {one.id for one in collections()})
    name = "there are no indexes of deleted collections"
    return _removed(name, [str(one) for one in orphans], lambda one: index.drop(int(one)), repair=repair)


def check_page_images(renderer: PageRenderer, store: DocumentStore, *, repair: bool) -> Check:
    """Checks that no page images of deleted documents are left; with `repair`, removes them.

    They remain when a document is deleted on another server or while a page is rendered.
    """
    # Read before the documents, so that one uploaded meanwhile does not look deleted.
    cached = renderer.cached_documents()
    orphans = [document_id for document_id in sorted(cached) if _is_deleted(store, document_id)]
    return _removed("there are no page images of deleted documents", orphans, renderer.forget, repair=repair)


def _removed(name: str, orphans: list[str], remove: Callable[[str], object], *, repair: bool) -> Check:
    if not orphans:
        return Check(name, ok=True, detail="ok")
    if not repair:
        ids = ", ".join(orphans)
        return Check(name, ok=False, detail=f"left behind by {ids}; `ragapp doctor --repair` removes them")
    for orphan in orphans:
        remove(orphan)
    return Check(name, ok=True, detail=f"ok, {len(orphans)} removed")


def _is_deleted(store: DocumentStore, document_id: str) -> bool:
    try:
        store.document(document_id)
    except NotFoundError:
        return True
    return False
