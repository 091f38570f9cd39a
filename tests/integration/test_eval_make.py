"""`ragapp eval make`: generates question sets that `ragapp eval answers` accepts."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.datasets.answering import load_answer_dataset
from evals.generation.by_model import written_drafts
from evals.generation.by_rules import rule_drafts
from evals.generation.drafts import SourceDocument
from evals.generation.generate import generate_from_feedback, generate_set
from ragapp.bootstrap import build_runtime, build_service
from ragapp.errors import UsageError
from ragapp.protocols import Embedder
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import AskQuery, Feedback, Heading, ParsedText, UploadSpec
from tests.serving import ingest_all, settings_in

MILL = b"""# The mill

The old mill at the river was built in 1862 by Ada Thornton after the great flood.

## Its owners

In 1911 the family sold the mill with all its fields to the railway company of Chester.
The old mill at the river was built in 1862 by Ada Thornton after the great flood.
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("make"))


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[RagService]:
    service = build_service(settings)
    service.upload(UploadSpec("mill.md"), io.BytesIO(MILL))
    ingest_all(settings)
    yield service
    service.close()


@pytest.fixture(scope="module")
def embedder(settings: Settings) -> Embedder:
    return build_runtime(settings).embedder.get()


def rows(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def made(service: RagService, embedder: Embedder, file: Path) -> list[Any]:
    generate_set(service, "default", file, count=20, seed=0, embedder=embedder, generator=None)
    return rows(file)


def test_answers_are_at_the_spans_of_their_evidence(
    service: RagService, embedder: Embedder, tmp_path: Path
) -> None:
    found = made(service, embedder, tmp_path / "questions.jsonl")
    text = service.document_text(service.documents()[0].id).text
    assert {row["kind"] for row in found} == {"cloze", "heading"}
    for row in found:
        (evidence,) = row["evidence"]
        assert " ".join(text[evidence["start"] : evidence["end"]].split()) == row["answers"][0]
        assert (tmp_path / evidence["document"]).read_bytes() == MILL
        assert row["accepted"] is None
        if row["kind"] == "cloze":
            assert row["answers"][0] not in row["question"]


def test_near_duplicates_are_asked_once(service: RagService, embedder: Embedder, tmp_path: Path) -> None:
    found = made(service, embedder, tmp_path / "questions.jsonl")
    assert sum("great flood" in row["question"] for row in found) == 1


NO_PROSE = """# Costs
| *in memory: codes of 8 bits 384 B, graph of 16 links 140 B, versions about 60 B* | *.6 kB* |

```
$ ragapp ingest contracts invoices --collection Harbour --jobs 12 and what it prints then
```

The mill keeps `harbour NAME 1862` in its books, and nobody there has ever asked what for.
"""


def test_tables_and_program_texts_are_not_asked_about(service: RagService) -> None:
    source = SourceDocument(service.documents()[0], ParsedText(NO_PROSE, headings=(Heading(1, 2, 7),)))
    assert list(rule_drafts(source)) == []


def test_the_same_collection_gives_the_same_set(
    service: RagService, embedder: Embedder, tmp_path: Path
) -> None:
    first = made(service, embedder, tmp_path / "a" / "questions.jsonl")
    assert made(service, embedder, tmp_path / "b" / "questions.jsonl") == first


def test_dropped_questions_are_not_evaluated(service: RagService, embedder: Embedder, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    first, *others = made(service, embedder, file)
    reviewed = [first | {"accepted": False}, *(row | {"accepted": True} for row in others)]
    file.write_text("\n".join(map(json.dumps, reviewed)), encoding="utf-8")
    asked = {question.id for question in load_answer_dataset(tmp_path).questions}
    assert first["id"] not in asked
    assert {row["id"] for row in others} <= asked


class Writing:
    """A Generator that says one thing."""

    name = "writing"

    def __init__(self, said: str) -> None:
        self._said = said

    def unavailable(self) -> str | None:
        return None

    def count_tokens(self, text: str) -> int | None:
        return None

    def warm_up(self, system: str) -> None: ...

    def generate(self, system: str, prompt: str, max_tokens: int) -> Iterator[str]:
        yield self._said

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Question: Who built the mill?\nAnswer: Ada Thornton.", "Ada Thornton"),
        ("Question: Who built the mill?\nAnswer: Bob Thornton", None),
        ("Question: What does the passage say?\nAnswer: Ada Thornton", None),
        ("I cannot help with that.", None),
    ],
)
def test_an_answer_of_the_model_must_occur_in_the_passage(
    service: RagService, said: str, answer: str | None
) -> None:
    document = service.documents()[0]
    source = SourceDocument(document, service.document_text(document.id))
    found = [draft.answers[0] for draft in written_drafts(source, Writing(said))]
    assert found[:1] == ([answer] if answer else [])


def ask(service: RagService, question: str) -> str:
    (*_, last) = service.ask(AskQuery(question, mode="extractive"))
    assert last.answer is not None
    return last.answer.answer_id


def test_corrections_and_thumbs_become_questions(service: RagService, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="corrected or approved"):
        generate_from_feedback(service, "default", tmp_path / "none.jsonl")
    approved, corrected, disliked = (
        ask(service, question)
        for question in ("Who built the old mill?", "Who bought the mill?", "When was the mill built?")
    )
    service.history.add_feedback(approved, Feedback(thumbs="up"))
    service.history.add_feedback(corrected, Feedback(thumbs="down", correction="The railway company."))
    service.history.add_feedback(disliked, Feedback(thumbs="down"))
    generate_from_feedback(service, "default", tmp_path / "said" / "questions.jsonl")
    first, second = rows(tmp_path / "said" / "questions.jsonl")
    assert (first["question"], first["kind"]) == ("Who built the old mill?", "feedback")
    assert "Ada Thornton" in first["answers"][0]
    assert first["evidence"]
    assert (second["answers"], second["answerable"]) == (["The railway company."], True)
    assert load_answer_dataset(tmp_path / "said").questions


def test_an_empty_collection_cannot_be_asked_about(
    service: RagService, embedder: Embedder, tmp_path: Path
) -> None:
    service.create_collection("empty")
    with pytest.raises(UsageError, match="has no documents"):
        generate_set(
            service, "empty", tmp_path / "q.jsonl", count=1, seed=0, embedder=embedder, generator=None
        )
