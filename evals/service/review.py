"""Reviews the questions of a set: each is accepted, edited or dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from ragapp.errors import UsageError
from ragapp.types import QuestionDraft


def read_drafts(text: str) -> list[QuestionDraft]:
    """Parses questions in JSON Lines. Raises UsageError with the line number."""
    drafts = []
    for number, line in enumerate(_lines(text), start=1):
        try:
            drafts.append(TypeAdapter(QuestionDraft).validate_json(line))
        except ValidationError as error:
            problem = error.errors()[0]["msg"]
            raise UsageError(
                f"Line {number} of the questions: {problem}. Correct the file and add it again."
            ) from error
    return drafts


def reviewed(text: str, drafts: Sequence[QuestionDraft]) -> str:
    """Returns the JSON Lines of only the questions in `drafts`, with their new values.

    Other fields of a line, such as its evidence, stay as they are. Raises UsageError for a draft of an
    unknown question, and for one that could not be evaluated.
    """
    if not drafts:
        raise UsageError("A question set needs at least one question. Keep one, or delete the set.")
    for one in drafts:
        _check(one)
    wanted = {draft.id: draft for draft in drafts}
    lines = []
    for line in _lines(text):
        row = json.loads(line)
        if draft := wanted.pop(row["id"], None):
            row |= {
                "question": draft.question,
                "answers": draft.answers,
                "answerable": draft.answerable,
                "accepted": draft.accepted,
            }
            lines.append(json.dumps(row, ensure_ascii=False))
    if wanted:
        raise UsageError(f"Question {next(iter(wanted))!r} is not in the set. Load the set again.")
    return "".join(f"{line}\n" for line in lines)


def _check(draft: QuestionDraft) -> None:
    if not draft.question.strip():
        raise UsageError(f"The question {draft.id!r} is empty. Write its text, or drop it.")
    unanswered = not any(answer.strip() for answer in draft.answers)
    if draft.answerable and draft.accepted is not False and unanswered:
        raise UsageError(
            f"The question {draft.id!r} has no answer. Give one, or mark the question as unanswerable."
        )


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]
