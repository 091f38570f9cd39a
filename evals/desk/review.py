"""Questions of one's own, looked at one by one: kept, worded otherwise, or dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from evals.runs import write_whole
from ragapp.errors import UsageError
from ragapp.types import QuestionDraft


def read_drafts(path: Path) -> list[QuestionDraft]:
    """Raises UsageError, with the line."""
    drafts = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            drafts.append(TypeAdapter(QuestionDraft).validate_json(line))
        except ValidationError as error:
            problem = error.errors()[0]["msg"]
            raise UsageError(
                f"{path.name}, line {number}: {problem}. Mend the file and add it again."
            ) from error
    return drafts


def write_drafts(path: Path, drafts: Sequence[QuestionDraft]) -> None:
    """Whatever else a question's line says, such as where its evidence stands, stays. Raises UsageError."""
    wanted = {draft.id: draft for draft in drafts}
    kept = []
    for line in _lines(path):
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
        raise UsageError(f"There is no question {next(iter(wanted))!r} in {path.name}. Load the set again.")
    write_whole(path, "".join(f"{line}\n" for line in kept).encode())


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
