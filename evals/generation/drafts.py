"""Drafts of questions, and the file in our own layout in which a person reviews them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evals.runs import fingerprint, write_whole
from ragapp.types import Document, ParsedText


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document and its text, from which questions are generated."""

    document: Document
    parsed: ParsedText


@dataclass(frozen=True, slots=True)
class DraftedQuestion:
    """A question whose answer is at `start` to `end` of a document's text.

    `kind` is how it was generated: `cloze`, `heading`, `generated` or `feedback`. `answerable` is False if a
    reader confirmed that nothing in the collection answers it.
    """

    kind: str
    question: str
    answers: tuple[str, ...]
    document_id: str | None
    start: int = 0
    end: int = 0
    page: int = 1
    answerable: bool = True

    @property
    def id(self) -> str:
        """A hash of the question and its document, so that generating a set again gives the same ids."""
        return fingerprint(self.kind, self.question, self.document_id, self.start)


def write_set(path: Path, drafts: Iterable[DraftedQuestion], files: dict[str, tuple[str, bytes]]) -> None:
    """Writes the questions, and next to them their documents. `files` has name and bytes by document id.

    Raises UsageError if they cannot be written.
    """
    places = {one: f"documents/{one[:8]}-{name}" for one, (name, _) in files.items()}
    for one, (_, data) in files.items():
        write_whole(path.parent / places[one], data)
    lines = [json.dumps(_row(draft, places), ensure_ascii=False) for draft in drafts]
    write_whole(path, "".join(f"{line}\n" for line in lines).encode())


def _row(draft: DraftedQuestion, places: dict[str, str]) -> dict[str, object]:
    row: dict[str, object] = {
        "id": draft.id,
        "question": draft.question,
        "answers": list(draft.answers),
        "answerable": draft.answerable,
        "documents": list(places.values()),
        "kind": draft.kind,
        "accepted": None,
    }
    if draft.document_id is not None and draft.end > draft.start:
        evidence = {"document": places[draft.document_id], "page": draft.page}
        row["evidence"] = [evidence | {"start": draft.start, "end": draft.end}]
    return row
