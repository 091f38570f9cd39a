"""SqlAnswers: answers and the feedback on them, in the database of the documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    case,
    delete,
    exists,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from ragapp.errors import NotFoundError, StorageError, no_answer
from ragapp.store import answer_statistics
from ragapp.store import schema as t
from ragapp.store.collections import utc
from ragapp.store.engine import WRITE
from ragapp.store.redaction import Source, forget, sources, with_text, without_text
from ragapp.types import Answer, AnswerDay, Feedback, StoredAnswer


class SqlAnswers:
    """AnswerStore in SQL. Safe for many threads and processes. Answers are deleted after `days` days."""

    def __init__(self, engine: Engine, days: int) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)
        self._retention = timedelta(days=days)

    def save(self, answer: Answer, collection_id: int, owner: str) -> None:
        """Stores the answer for its owner, in its conversation if it has one, and deletes expired answers.

        Leaves out content of documents that were deleted meanwhile. Raises NotFoundError when its
        conversation or collection was deleted, StorageError when the database cannot be written.
        """
        now = datetime.now(UTC)
        try:
            with self._writing.begin() as c:
                _delete_expired(c, now - self._retention)
            with self._writing.begin() as c:  # separately: it waits for documents that are being removed
                _touch(c, answer, collection_id, now)
                _insert(c, answer, collection_id, now, owner)
        except SQLAlchemyError as error:
            raise StorageError(f"The answer could not be stored: {error}. Is the disk full?") from error

    def answer(self, answer_id: str) -> StoredAnswer:
        """The answer, with quotes from the present documents. Raises NotFoundError."""
        with self._reading.begin() as c:
            row = _row(c, answer_id)
            answer = decode_answer(row.answer)
            read = sources(answer)
            texts = _texts(c, read)
            gone = read - texts.keys()
            return StoredAnswer(
                # Already redacted when the version was removed, unless that happened just now.
                answer=with_text(forget(answer, gone) if gone else answer, texts.get),
                collection=row.collection,
                asked_at=utc(row.asked_at),
                gone=tuple(sorted({document_id for document_id, _ in gone})),
                feedback=_feedback(c, answer_id),
                owner=row.owner,
            )

    def days(self, last: int) -> list[AnswerDay]:
        """Statistics of the last `last` days, including today; days without answers are left out."""
        with self._reading.begin() as c:
            return answer_statistics.days(c, last)

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Stores feedback on an answer. Raises NotFoundError."""
        with self._writing.begin() as c:
            _row(c, answer_id)
            c.execute(
                insert(t.feedback).values(
                    answer_id=answer_id,
                    thumbs=feedback.thumbs,
                    correction=feedback.correction,
                    comment=feedback.comment,
                )
            )

    def with_feedback(self, collection: str) -> list[str]:
        """The ids of a collection's answers that have feedback, oldest first."""
        has_feedback = exists().where(t.feedback.c.answer_id == t.answers.c.id)
        with self._reading.begin() as c:
            ids = c.scalars(
                select(t.answers.c.id)
                .join(t.collections, t.collections.c.id == t.answers.c.collection_id)
                .where(t.collections.c.name == collection, has_feedback)
                .order_by(t.answers.c.asked_at, t.answers.c.id)
            )
            return list(ids)


def forget_version(c: Connection, version_id: int, source: Source) -> None:
    """Redacts every stored answer that uses the version, which is being removed by `c`."""
    affected = select(t.answer_sources.c.answer_id).where(t.answer_sources.c.version_id == version_id)
    for row in c.execute(
        select(t.answers.c.id, t.answers.c.answer).where(t.answers.c.id.in_(affected))
    ).all():
        redacted = forget(decode_answer(row.answer), frozenset({source}))
        c.execute(update(t.answers).where(t.answers.c.id == row.id).values(answer=encode_answer(redacted)))
    c.execute(delete(t.answer_sources).where(t.answer_sources.c.version_id == version_id))


def encode_answer(answer: Answer) -> str:
    return _adapter().dump_json(answer).decode()


def decode_answer(stored: str) -> Answer:
    return _adapter().validate_json(stored)


def _insert(c: Connection, answer: Answer, collection_id: int, now: datetime, owner: str) -> None:
    read = sources(answer)
    held = _live(read, t.versions.c.id).with_for_update(read=True, key_share=True, of=t.versions)
    live = {(row.document_id, row.version): row.id for row in c.execute(held)}
    gone = read - live.keys()
    stored = without_text(forget(answer, gone) if gone else answer)
    c.execute(
        insert(t.answers).values(
            id=answer.answer_id,
            collection_id=collection_id,
            conversation_id=answer.conversation_id,
            asked_at=now,
            answer=encode_answer(stored),
            owner=owner,
        )
    )
    if live:
        rows = [dict(answer_id=answer.answer_id, version_id=version_id) for version_id in live.values()]
        c.execute(insert(t.answer_sources), rows)


def _touch(c: Connection, answer: Answer, collection_id: int, now: datetime) -> None:
    """Locks the collection, and updates the conversation, that the answer belongs to."""
    collection = select(t.collections.c.id).where(t.collections.c.id == collection_id)
    if c.scalar(collection.with_for_update(read=True, key_share=True)) is None:
        raise NotFoundError("The collection was deleted while the question was answered. Ask another one.")
    if answer.conversation_id is None:
        return
    title = case((t.conversations.c.title == "", answer.question), else_=t.conversations.c.title)
    touched = c.execute(
        update(t.conversations)
        .where(t.conversations.c.id == answer.conversation_id)
        .values(last_at=now, title=title)
    )
    if not touched.rowcount:
        raise NotFoundError(f"Conversation {answer.conversation_id} was deleted meanwhile. Start a new one.")


def _delete_expired(c: Connection, moment: datetime) -> None:
    c.execute(delete(t.answers).where(t.answers.c.asked_at < moment))
    c.execute(delete(t.conversations).where(t.conversations.c.last_at < moment))


def _row(c: Connection, answer_id: str) -> Row[Any]:
    row = c.execute(
        select(t.answers, t.collections.c.name.label("collection"))
        .join(t.collections, t.collections.c.id == t.answers.c.collection_id)
        .where(t.answers.c.id == answer_id)
    ).one_or_none()
    if row is None:
        raise no_answer(answer_id)
    return row


def _texts(c: Connection, wanted: Iterable[Source]) -> dict[Source, str]:
    rows = c.execute(_live(wanted, t.texts.c.text).join(t.texts, t.texts.c.version_id == t.versions.c.id))
    return {(row.document_id, row.version): row.text for row in rows}


def _live(wanted: Iterable[Source], column: ColumnElement[Any]) -> Select[Any]:
    """`column` of the versions among `wanted` that are live."""
    return (
        select(t.versions.c.document_id, t.versions.c.version, column)
        .join(t.documents, t.documents.c.live_version_id == t.versions.c.id)
        .where(tuple_(t.versions.c.document_id, t.versions.c.version).in_(list(wanted)))
    )


def _feedback(c: Connection, answer_id: str) -> tuple[Feedback, ...]:
    rows = c.execute(select(t.feedback).where(t.feedback.c.answer_id == answer_id).order_by(t.feedback.c.id))
    return tuple(Feedback(row.thumbs, row.correction, row.comment) for row in rows)


@cache
def _adapter() -> TypeAdapter[Answer]:
    """Built when the first answer is stored or read, because that takes tens of milliseconds."""
    return TypeAdapter(Answer)
