"""Storage of answers and conversations."""

from __future__ import annotations

from typing import Protocol

from ragapp.types import Answer, AnswerDay, Conversation, Feedback, StoredAnswer, Turn


class AnswerStore(Protocol):
    """Answers and the feedback on them.

    The text of a document goes with it: once a version is removed, no stored answer contains its text.
    """

    def save(self, answer: Answer, collection_id: int, owner: str) -> None:
        """Stores the answer, in its conversation if it has one, and deletes answers that are too old.

        Raises NotFoundError when its conversation or collection is gone, StorageError.
        """

    def answer(self, answer_id: str) -> StoredAnswer:
        """The answer, with its quotes read from the documents as they are now. Raises NotFoundError."""

    def days(self, last: int) -> list[AnswerDay]:
        """Statistics of the `last` days, today included. Days without answers are left out."""

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Stores feedback on an answer. Raises NotFoundError."""

    def with_feedback(self, collection: str) -> list[str]:
        """The ids of the answers from a collection that have feedback, oldest first."""


class ConversationStore(Protocol):
    def create(self, title: str, owner: str) -> Conversation: ...

    def get(self, conversation_id: str) -> Conversation:
        """Returns the conversation. Raises NotFoundError."""

    def all(self, owner: str | None = None) -> list[Conversation]:
        """The conversations of one owner or of all, newest first."""

    def turns(self, conversation_id: str, last: int) -> list[Turn]:
        """The last standalone questions of a conversation with their answers, oldest first. Raises
        NotFoundError.
        """

    def answer_ids(self, conversation_id: str) -> list[str]:
        """The ids of its answers, oldest first. Raises NotFoundError."""

    def rename(self, conversation_id: str, title: str) -> Conversation:
        """Renames the conversation. Raises NotFoundError."""

    def delete(self, conversation_id: str) -> None:
        """Deletes the conversation with its answers and their feedback. Raises NotFoundError."""
