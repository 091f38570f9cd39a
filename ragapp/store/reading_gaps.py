"""The reading reports of document versions in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, insert, select

from ragapp.store import schema as t
from ragapp.types import Check, ReadingGap

Gaps = tuple[ReadingGap, ...]


def write(c: Connection, version_id: int, gaps: Gaps) -> None:
    rows = [
        dict(version_id=version_id, number=number, what=gap.what, place=gap.where, why=gap.why, page=gap.page)
        for number, gap in enumerate(gaps, 1)
    ]
    if rows:
        c.execute(insert(t.reading_gaps), rows)


def of_versions(c: Connection, version_ids: Select[Any] | Sequence[int]) -> dict[int, Gaps]:
    """The reports of those of the versions that have gaps."""
    found: dict[int, Gaps] = defaultdict(tuple)
    rows = select(t.reading_gaps).where(t.reading_gaps.c.version_id.in_(version_ids))
    for row in c.execute(rows.order_by(t.reading_gaps.c.version_id, t.reading_gaps.c.number)):
        found[row.version_id] += (ReadingGap(row.what, row.place, row.why, row.page),)
    return found


def of_documents(c: Connection, document_ids: Sequence[str]) -> dict[str, Gaps]:
    """The reports of the live versions of those of the documents that have gaps, by document id."""
    live = select(t.documents.c.live_version_id, t.documents.c.id).where(t.documents.c.id.in_(document_ids))
    by_version = {row.live_version_id: row.id for row in c.execute(live)}
    return {by_version[version]: gaps for version, gaps in of_versions(c, list(by_version)).items()}


def has_any() -> ColumnElement[bool]:
    """Of a query of versions: that the version has gaps."""
    return exists().where(t.reading_gaps.c.version_id == t.versions.c.id)


def summary(c: Connection) -> Check:
    """How much of the live documents was not read. That breaks no invariant."""
    live = t.documents.join(t.reading_gaps, t.reading_gaps.c.version_id == t.documents.c.live_version_id)
    kinds = c.execute(
        select(t.reading_gaps.c.what, func.count(t.documents.c.id.distinct()))
        .select_from(live)
        .group_by(t.reading_gaps.c.what)
        .order_by(t.reading_gaps.c.what)
    ).all()
    documents = c.scalar(select(func.count(t.documents.c.id.distinct())).select_from(live)) or 0
    listed = ", ".join(f"{what} in {count}" for what, count in kinds)
    detail = (
        f"{documents} documents were not read completely ({listed}): `ragapp documents list --gaps`"
        if documents
        else "every document was read completely"
    )
    return Check("documents and what was not read of them", ok=True, detail=detail)
