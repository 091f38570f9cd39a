"""Questions of one's own, looked at one by one: kept, worded otherwise, or dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from ragapp.errors import UsageError
from ragapp.types import QuestionDraft


def read_drafts(text: str) -> list[QuestionDraft]:
    """Of questions in JSON Lines. Raises UsageError, with the line."""
    drafts = []
    for number, line in enumerate(_lines(text), start=1):
        try:
            drafts.append(TypeAdapter(QuestionDraft).validate_json(line))
        except ValidationError as error:
            problem = error.errors()[0]["msg"]
            raise UsageError(
                f"Line {number} of the questions: {problem}. Mend the file and add it again."
            ) from error
    return drafts


def reviewed(text: str, drafts: Sequence[QuestionDraft]) -> str:
    """Only those questions, as they are given. Whatever else a question's line says, such as where its
    evidence stands, stays. Raises UsageError for a draft of no question, and what could not be evaluated."""
    if not drafts:
        raise UsageError("A set needs a question. Keep one, or delete the set.")
    for one in drafts:
        _check(one)
    wanted = {draft.id: draft for draft in drafts}
    kept = []
    for line in _lines(text):
        row = json.loads(line)
        if draft := wanted.pop(row["id"], None):
            row |= {
                "question": draft.question,
                "answers": draft.answers,
                "answerable": draft.answerable,
                "accepted": draft.accepted,
            }
            kept.append(json.dumps(row, ensure_ascii=False))
    if wanted:
        raise UsageError(f"There is no question {next(iter(wanted))!r} in the set. Load it again.")
    return "".join(f"{line}\n" for line in kept)


def _check(draft: QuestionDraft) -> None:
    if not draft.question.strip():
        raise UsageError(f"The question {draft.id!r} is empty. Word it, or drop it.")
    unanswered = not any(answer.strip() for answer in draft.answers)
    if draft.answerable and draft.accepted is not False and unanswered:
        raise UsageError(f"The question {draft.id!r} has no answer. Give one, or say that none can be found.")


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]
