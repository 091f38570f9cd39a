"""Stored answers, the feedback on them, and conversations."""

from __future__ import annotations

from dataclasses import replace

from ragapp.answering.answer_context import joined_notices
from ragapp.answering.followups import LOOKED_BACK
from ragapp.errors import NotFoundError, StorageError, UsageError
from ragapp.protocols import AnswerStore, ConversationStore
from ragapp.types import Answer, AnswerDay, Conversation, Feedback, StoredAnswer, Turn

STOPPED = "Stopped before the answer was written and checked."


class History:
    """Stored answers and conversations. Safe for many threads when its stores are."""

    def __init__(self, answers: AnswerStore, conversations: ConversationStore) -> None:
        self._answers = answers
        self._conversations = conversations

    def answer(self, answer_id: str) -> StoredAnswer:
        """A stored answer, without text of documents deleted since. Raises NotFoundError."""
        return self._answers.answer(answer_id)

    def days(self, last: int) -> list[AnswerDay]:
        """Statistics on the answers of the `last` days, by day (UTC). Days without answers are left out."""
        return self._answers.days(last)

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Stores feedback on an answer. Raises NotFoundError, and UsageError when the feedback is empty."""
        if not any((feedback.thumbs, feedback.correction, feedback.comment)):
            raise UsageError("The feedback is empty. Give thumbs, a correction or a comment.")
        self._answers.add_feedback(answer_id, feedback)

    def with_feedback(self, collection: str) -> list[StoredAnswer]:
        """The answers from a collection that have feedback, oldest first."""
        return [self.answer(one) for one in self._answers.with_feedback(collection)]

    def create_conversation(self, title: str = "", owner: str = "") -> Conversation:
        """Creates a conversation. Without a title, its first question becomes the title."""
        return self._conversations.create(title.strip(), owner)

    def conversation(self, conversation_id: str) -> Conversation:
        """Returns the conversation. Raises NotFoundError."""
        return self._conversations.get(conversation_id)

    def conversations(self, owner: str | None = None) -> list[Conversation]:
        """The conversations of one owner or of all, newest first."""
        return self._conversations.all(owner)

    def conversation_answers(self, conversation_id: str) -> list[StoredAnswer]:
        """The answers of a conversation, oldest first. Raises NotFoundError."""
        return [self.answer(one) for one in self._conversations.answer_ids(conversation_id)]

    def rename_conversation(self, conversation_id: str, title: str) -> Conversation:
        """Renames the conversation. Raises NotFoundError, UsageError for an empty title."""
        if not title.strip():
            raise UsageError("The title is empty. Give the conversation a name.")
        return self._conversations.rename(conversation_id, title.strip())

    def delete_conversation(self, conversation_id: str) -> None:
        """Deletes the conversation with its answers and their feedback. Raises NotFoundError."""
        self._conversations.delete(conversation_id)

    def turns(self, conversation_id: str) -> list[Turn]:
        """The latest turns, as many as a follow-up question may refer to. Raises NotFoundError."""
        return self._conversations.turns(conversation_id, LOOKED_BACK)

    def save(self, answer: Answer, collection_id: int, owner: str) -> Answer:
        """Stores the answer and returns it; with a notice when it cannot be stored."""
        try:
            self._answers.save(answer, collection_id, owner)
        except (StorageError, NotFoundError) as error:
            return replace(answer, notice=joined_notices(answer.notice, str(error)))
        return answer

    def save_stopped(self, evidence: Answer, draft: str, collection_id: int, owner: str) -> None:
        """Stores what there is of an answer in a conversation that ended before it was complete."""
        if evidence.conversation_id is not None:
            notice = joined_notices(evidence.notice, STOPPED)
            stopped = replace(evidence, ending="stopped", draft=draft, notice=notice)
            self.save(stopped, collection_id, owner)
