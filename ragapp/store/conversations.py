"""SqlConversations: the conversations that answers belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, Row, Select, delete, func, insert, select, update

from ragapp.errors import no_conversation
from ragapp.store import schema as t
from ragapp.store.answers import decode_answer
from ragapp.store.collections import utc
from ragapp.store.engine import WRITE
from ragapp.types import Conversation, Turn


class SqlConversations:
    """ConversationStore in SQL. Safe for many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)

    def create(self, title: str, owner: str) -> Conversation:
        now = datetime.now(UTC)
        conversation = Conversation(uuid4().hex, title, now, now, 0, owner)
        row = dict(id=conversation.id, title=title, started_at=now, last_at=now, owner=owner)
        with self._writing.begin() as c:
            c.execute(insert(t.conversations).values(row))
        return conversation

    def get(self, conversation_id: str) -> Conversation:
        """Returns the conversation. Raises NotFoundError."""
        with self._reading.begin() as c:
            row = c.execute(_conversations().where(t.conversations.c.id == conversation_id)).one_or_none()
        if row is None:
            raise no_conversation(conversation_id)
        return _conversation(row)

    def all(self, owner: str | None = None) -> list[Conversation]:
        """The conversations of one owner or of all, the most recent first."""
        query = _conversations().order_by(t.conversations.c.last_at.desc())
        if owner is not None:
            query = query.where(t.conversations.c.owner == owner)
        with self._reading.begin() as c:
            rows = c.execute(query).all()
        return [_conversation(row) for row in rows]

    def turns(self, conversation_id: str, last: int) -> list[Turn]:
        """The last questions, in their standalone form, with their answers; oldest first. Raises
        NotFoundError."""
        self.get(conversation_id)
        with self._reading.begin() as c:
            stored = c.scalars(
                select(t.answers.c.answer)
                .where(t.answers.c.conversation_id == conversation_id)
                .order_by(t.answers.c.asked_at.desc())
                .limit(last)
            ).all()
        answers = [decode_answer(one) for one in reversed(stored)]
        return [Turn(answer.standalone_question, answer.answer) for answer in answers]

    def answer_ids(self, conversation_id: str) -> list[str]:
        """The ids of its answers, oldest first. Raises NotFoundError."""
        self.get(conversation_id)
        with self._reading.begin() as c:
            return list(
                c.scalars(
                    select(t.answers.c.id)
                    .where(t.answers.c.conversation_id == conversation_id)
                    .order_by(t.answers.c.asked_at)
                )
            )

    def rename(self, conversation_id: str, title: str) -> Conversation:
        """Renames the conversation. Raises NotFoundError."""
        with self._writing.begin() as c:
            c.execute(
                update(t.conversations).where(t.conversations.c.id == conversation_id).values(title=title)
            )
        return self.get(conversation_id)

    def delete(self, conversation_id: str) -> None:
        """Deletes the conversation with its answers and their feedback. Raises NotFoundError."""
        with self._writing.begin() as c:
            if not c.execute(delete(t.conversations).where(t.conversations.c.id == conversation_id)).rowcount:
                raise no_conversation(conversation_id)


def _conversations() -> Select[Any]:
    turns = (
        select(func.count())
        .select_from(t.answers)
        .where(t.answers.c.conversation_id == t.conversations.c.id)
        .correlate(t.conversations)
        .scalar_subquery()
    )
    return select(t.conversations, turns.label("turns"))


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(row.id, row.title, utc(row.started_at), utc(row.last_at), row.turns, row.owner)
