"""What is told of things that are not there: the same whether they never were or may not be seen."""

from __future__ import annotations

from ragapp.errors import NotFoundError


def no_collection(name: str) -> NotFoundError:
    return NotFoundError(f"There is no collection {name!r}. `ragapp collections list` shows those there are.")


def no_document(document_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no document {document_id}. `ragapp documents list` shows those there are."
    )


def no_job(document_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no job {document_id}. Its id is its document's, as `ragapp documents list` shows it."
    )


def no_answer(answer_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no answer {answer_id}. Perhaps it grew older than RAGAPP_ANSWER_DAYS; ask again."
    )


def no_conversation(conversation_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no conversation {conversation_id}. `ragapp answers conversations` lists those there are."
    )
