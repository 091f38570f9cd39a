"""Evidence spans: reading, overlap in words, and losses by stage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.datasets.spans import is_span_folder, load_spans
from evals.retrieval.overlap import Words, overlap
from evals.retrieval.stages import document_stages
from evals.retrieval.types import FoundDocuments, TextSpan
from ragapp.errors import UsageError

TEXT = "one two\u00a0three\r\nfour five"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "a.md").write_bytes(TEXT.encode())
    return tmp_path


def ask(folder: Path, start: int, end: int, content: str, corpus: str = "a") -> None:
    reference = {"content": content, "start_index": start, "end_index": end}
    row = {"question": "what?", "corpus_id": corpus, "references": [reference]}
    (folder / "questions.jsonl").write_text(json.dumps(row))


def test_a_span_refers_to_the_stored_text(folder: Path) -> None:
    start = TEXT.replace("\r\n", "\n").index("four")
    ask(folder, start, start + 4, "four")
    assert is_span_folder(folder)
    dataset = load_spans(folder)
    (span,) = dataset.questions[0].evidence
    assert dataset.texts["a"][span.start : span.end] == "four"


@pytest.mark.parametrize(
    ("start", "content", "corpus", "message"), [(0, "two", "a", "are not"), (0, "one", "b", "no text 'b'")]
)
def test_a_wrong_span_is_refused_with_its_line(
    folder: Path, start: int, content: str, corpus: str, message: str
) -> None:
    ask(folder, start, start + 3, content, corpus)
    with pytest.raises(UsageError, match=f"line 1: .*{message}"):
        load_spans(folder)


def test_a_span_contains_the_words_that_it_overlaps() -> None:
    words = Words("alpha beta gamma")
    assert words.of([TextSpan(0, 5)]) == {0}
    assert words.of([TextSpan(5, 6)]) == set()
    assert words.of([TextSpan(4, 7)]) == {0, 1}
    assert words.of([TextSpan(0, 5), TextSpan(11, 16), TextSpan(0, 5)]) == {0, 2}


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30), min_size=1))
def test_overlap_equals_that_of_the_word_sets(read: set[int], wanted: set[int]) -> None:
    scores = overlap({("t", one) for one in read}, {("t", one) for one in wanted})
    assert scores["recall"] == pytest.approx(len(read & wanted) / len(wanted))
    assert scores["IoU"] <= min(scores["recall"], scores["precision"] or 0.0) + 1e-12
    assert (scores["IoU"] == 1.0) == (read == wanted)


def found(*documents: str, candidates: int | None = None) -> dict[str, FoundDocuments]:
    ranking = tuple((document, 1.0) for document in documents)
    return {"q": FoundDocuments(ranking, len(ranking) if candidates is None else candidates)}


def test_each_relevant_document_is_lost_by_one_stage() -> None:
    relevant = ["broken", "blank", "nowhere", "deep", "first", "fused-only"]
    others = [f"other{number}" for number in range(10)]
    stages = document_stages(
        {"q": dict.fromkeys(relevant, 1)},
        failed={"broken"},
        empty={"blank"},
        found={
            "dense": found("first", "deep", "nowhere", candidates=2),
            "words": found("fused-only"),
            "fused": found("first", "fused-only", *others, "deep"),
            "hybrid": found("first", *others),
        },
    )
    assert stages.lost == {"parse": 1, "chunk": 1, "dense and words": 1, "fusion": 1, "rerank": 1}
    assert (stages.dense, stages.words, stages.candidates) == (2, 1, 3)
