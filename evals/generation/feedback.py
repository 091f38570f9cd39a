"""Questions whose answers come from the ratings and corrections of readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evals.answers.wording import without_markers
from evals.generation.drafts import DraftedQuestion
from ragapp.types import StoredAnswer


def feedback_drafts(stored: Iterable[StoredAnswer]) -> Iterator[DraftedQuestion]:
    """Yields a draft for each answer that was corrected or got a thumb up.

    A thumb up on a refusal confirms that the documents do not contain an answer. A thumb down alone gives no
    draft, because it does not say what is right. The latest feedback counts.
    """
    for one in stored:
        right = _right(one)
        if right is not None:
            yield right


def _right(stored: StoredAnswer) -> DraftedQuestion | None:
    answer = stored.answer
    for said in reversed(stored.feedback):
        if said.correction:
            return DraftedQuestion("feedback", answer.standalone_question, (said.correction.strip(),), None)
        if said.thumbs == "up" and answer.refused:
            return DraftedQuestion("feedback", answer.standalone_question, (), None, answerable=False)
        if said.thumbs == "up" and answer.citations:
            first = answer.citations[0]
            return DraftedQuestion(
                kind="feedback",
                question=answer.standalone_question,
                answers=(without_markers(answer.answer).strip(),),
                document_id=first.document_id,
                start=first.start,
                end=first.end,
                page=first.page,
            )
        if said.thumbs == "down":
            return None
    return None
