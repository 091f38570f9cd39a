"""AuthorizedHistory: a caller's own answers and conversations. Nobody reads another's, admins neither."""

from __future__ import annotations

from ragapp.answering.history import History
from ragapp.authorization.policy import AccessPolicy
from ragapp.not_found import no_answer, no_conversation
from ragapp.types import AnswerDay, Conversation, Feedback, StoredAnswer


class AuthorizedHistory:
    """The methods of History, as one caller may use them. All raise NotFoundError for what is another's."""

    def __init__(self, history: History, rights: AccessPolicy) -> None:
        self._history = history
        self._rights = rights

    def answer(self, answer_id: str) -> StoredAnswer:
        """An answer as it was given, without what was deleted since.

        It is gone too when its collection may no longer be read: its quotes are read from there.
        """
        stored = self._history.answer(answer_id)
        if not self._shows(stored):
            raise no_answer(answer_id)
        return stored

    def days(self, last: int) -> list[AnswerDay]:
        """Everybody's answers in numbers. Raises ForbiddenError for who is not admin of everything."""
        self._rights.need_everywhere("admin")
        return self._history.days(last)

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Raises UsageError when it says nothing."""
        self.answer(answer_id)
        self._history.add_feedback(answer_id, feedback)

    def with_feedback(self, collection: str) -> list[StoredAnswer]:
        """The caller's answers from a collection that were said something of, oldest first."""
        return [one for one in self._history.with_feedback(collection) if self._shows(one)]

    def create_conversation(self, title: str = "") -> Conversation:
        """An untitled one is called by its first question."""
        return self._history.create_conversation(title, self._rights.caller.id)

    def conversation(self, conversation_id: str) -> Conversation:
        found = self._history.conversation(conversation_id)
        if not self._rights.owns(found.owner):
            raise no_conversation(conversation_id)
        return found

    def conversations(self) -> list[Conversation]:
        """The latest first."""
        return self._history.conversations(self._rights.caller.id)

    def conversation_answers(self, conversation_id: str) -> list[StoredAnswer]:
        """Oldest first, without those from collections that may no longer be read."""
        self.conversation(conversation_id)
        return [one for one in self._history.conversation_answers(conversation_id) if self._shows(one)]

    def rename_conversation(self, conversation_id: str, title: str) -> Conversation:
        """Raises UsageError for an empty title."""
        self.conversation(conversation_id)
        return self._history.rename_conversation(conversation_id, title)

    def delete_conversation(self, conversation_id: str) -> None:
        """With its answers and what was said of them."""
        self.conversation(conversation_id)
        self._history.delete_conversation(conversation_id)

    def _shows(self, stored: StoredAnswer) -> bool:
        return self._rights.owns(stored.owner) and self._rights.sees(stored.collection)
