"""History: answers that were given, what readers said of them, and conversations."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from contextlib import closing
from dataclasses import replace

from ragapp.answering.followups import LOOKED_BACK
from ragapp.errors import NotFoundError, StorageError, UsageError
from ragapp.protocols import AnswerStore, ConversationStore
from ragapp.types import Answer, AnswerDay, AskEvent, Conversation, Feedback, StoredAnswer, Turn

STOPPED = "Stopped before the answer was written and checked."


class History:
    """Safe for many threads when its stores are."""

    def __init__(self, answers: AnswerStore, conversations: ConversationStore) -> None:
        self._answers = answers
        self._conversations = conversations

    def answer(self, answer_id: str) -> StoredAnswer:
        """An answer as it was given, without what was deleted since. Raises NotFoundError."""
        return self._answers.answer(answer_id)

    def days(self, last: int) -> list[AnswerDay]:
        """All answers of the last so many days in numbers, by day (UTC); empty days are left out."""
        return self._answers.days(last)

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Raises NotFoundError, UsageError when it says nothing."""
        if not any((feedback.thumbs, feedback.correction, feedback.comment)):
            raise UsageError("The feedback is empty. Give thumbs, a correction or a comment.")
        self._answers.add_feedback(answer_id, feedback)

    def with_feedback(self, collection: str) -> list[StoredAnswer]:
        """The answers from a collection that readers said something of, oldest first."""
        return [self.answer(one) for one in self._answers.with_feedback(collection)]

    def create_conversation(self, title: str = "", owner: str = "") -> Conversation:
        """An untitled one is called by its first question."""
        return self._conversations.create(title.strip(), owner)

    def conversation(self, conversation_id: str) -> Conversation:
        """Raises NotFoundError."""
        return self._conversations.get(conversation_id)

    def conversations(self, owner: str | None = None) -> list[Conversation]:
        """The latest first: one owner's, or everybody's."""
        return self._conversations.all(owner)

    def conversation_answers(self, conversation_id: str) -> list[StoredAnswer]:
        """Oldest first. Raises NotFoundError."""
        return [self.answer(one) for one in self._conversations.answer_ids(conversation_id)]

    def rename_conversation(self, conversation_id: str, title: str) -> Conversation:
        """Raises NotFoundError, UsageError for an empty title."""
        if not title.strip():
            raise UsageError("The title is empty. Give the conversation a name.")
        return self._conversations.rename(conversation_id, title.strip())

    def delete_conversation(self, conversation_id: str) -> None:
        """With its answers and what was said of them. Raises NotFoundError."""
        self._conversations.delete(conversation_id)

    def turns(self, conversation_id: str) -> list[Turn]:
        """Its last few, as far back as follow-ups look. Raises NotFoundError."""
        return self._conversations.turns(conversation_id, LOOKED_BACK)

    def keeping(
        self, events: Coroutine[AskEvent, None, None], collection_id: int, owner: str
    ) -> Coroutine[AskEvent, None, None]:
        """The same events; the answer is stored before it is told, or says that it could not be.

        In a conversation an exchange that ends without an answer is stored as well, as far as it came:
        because the events were closed, or because of an error.
        """
        evidence, draft, whole = None, "", False
        try:
            with closing(events):
                for event in events:
                    if event.kind == "answer" and event.answer is not None:
                        whole = True
                        yield replace(event, answer=self._kept(event.answer, collection_id, owner))
                        continue
                    evidence = event.answer or evidence
                    draft += event.text
                    yield event
        finally:
            if evidence is not None and evidence.conversation_id is not None and not whole:
                self._kept(_stopped(evidence, draft), collection_id, owner)

    def _kept(self, answer: Answer, collection_id: int, owner: str) -> Answer:
        try:
            self._answers.save(answer, collection_id, owner)
        except (StorageError, NotFoundError) as error:
            return replace(answer, notice=" ".join(filter(None, (answer.notice, str(error)))))
        return answer


def _stopped(evidence: Answer, draft: str) -> Answer:
    notice = " ".join(filter(None, (evidence.notice, STOPPED)))
    return replace(evidence, ending="stopped", draft=draft, notice=notice)
