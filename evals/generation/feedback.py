"""Questions that readers' thumbs and corrections answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evals.answers.wording import without_markers
from evals.generation.drafts import DraftedQuestion
from ragapp.types import StoredAnswer


def feedback_drafts(stored: Iterable[StoredAnswer]) -> Iterator[DraftedQuestion]:
    """A draft an answer that tells what is right: a correction, or an answer with a thumb up.

    A thumb up on a refusal says that the documents do not answer. A thumb down alone tells only what is
    wrong, and gives none. The last word counts.
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
