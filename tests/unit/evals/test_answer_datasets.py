"""Loaders of question sets, and their errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import evals.data
from evals.answers.runs import read_answer_run
from evals.answers.types import HALF, GoldEvidence
from evals.datasets.answering import load_answer_dataset, sample_questions
from evals.datasets.halves import TWIN, halves
from ragapp.errors import UsageError
from ragapp.types import Turn

SAMPLE = Path(evals.data.__file__).parent / "xquad-mini"


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_squad_spans_refer_to_the_ingested_text() -> None:
    dataset = load_answer_dataset(SAMPLE)
    texts = {file.id: file.read().decode() for file in dataset.files}
    answerable = [question for question in dataset.questions if question.answerable]
    assert len(answerable) == 36
    for question in answerable:
        (gold,) = question.evidence
        assert texts[gold.document][gold.start : gold.end] in question.answers


def test_questions_are_also_asked_of_the_other_half() -> None:
    dataset = load_answer_dataset(SAMPLE)
    half = halves(dataset.files)
    asked = {question.id: question for question in dataset.questions}
    twins = [question for question in dataset.questions if question.id.endswith(TWIN)]
    assert len(twins) == 36
    for twin in twins:
        (gold,) = asked[twin.id.removesuffix(TWIN)].evidence
        assert twin.answerable is False
        assert twin.filters[HALF] != half[gold.document]


def test_a_wrong_squad_offset_is_reported(tmp_path: Path) -> None:
    answer = {"text": "noon", "answer_start": 3}
    asked = {"id": "q7", "question": "When?", "answers": [answer]}
    paragraph = {"context": "The tide turns at noon.", "qas": [asked]}
    path = write(tmp_path / "squad.json", {"data": [{"title": "Tides", "paragraphs": [paragraph]}]})
    with pytest.raises(UsageError, match=r"q7.*'noon'"):
        load_answer_dataset(path)


def test_composed_characters_before_a_span_shift_it(tmp_path: Path) -> None:
    context = "Cafe\u0301 Noir opened in 1862."
    answer = {"text": "1862", "answer_start": context.index("1862")}
    asked = {"id": "q", "question": "When?", "answers": [answer]}
    article = {"title": "Cafés", "paragraphs": [{"context": context, "qas": [asked]}]}
    dataset = load_answer_dataset(write(tmp_path / "squad.json", {"data": [article]}))
    (gold,) = dataset.questions[0].evidence
    assert dataset.files[0].read().decode()[gold.start : gold.end] == "1862"


def row(**changed: object) -> dict[str, object]:
    plain = {"id": "q", "question": "When?", "answers": ["noon"], "answerable": True, "documents": ["a.txt"]}
    return plain | changed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("The tide turns at noon.")
    (tmp_path / "b.txt").write_text("Bread rises.")
    return tmp_path


def test_our_own_layout(folder: Path) -> None:
    path = write(
        folder / "set.jsonl",
        row(turns=[{"question": "What turns?", "answer": "The tide."}]),
        row(id="r", answers=[], answerable=False, documents=["b.txt"]),
        row(id="s", evidence=[{"document": "a.txt", "page": 1}]),
    )
    dataset = load_answer_dataset(path)
    assert [file.name for file in dataset.files] == ["a.txt", "b.txt"]
    first, second, third = dataset.questions
    assert first.history == (Turn("What turns?", "The tide."),)
    assert first.evidence == (GoldEvidence("a.txt"),)
    assert (second.answerable, second.evidence) == (False, ())
    assert third.evidence == (GoldEvidence("a.txt", page=1),)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (row(documents=["c.txt"]), "c.txt does not exist"),
        (row(answers=[]), "needs `answers`"),
        (row(question=" "), "question"),
        (row(answer="noon"), "answer"),
        (row(evidence=[{"document": "b.txt"}]), "'b.txt' is not among"),
        ("no object", "object"),
    ],
)
def test_an_invalid_line_is_reported_with_its_number(folder: Path, wrong: object, said: str) -> None:
    path = write(folder / "set.jsonl", row(id="fine"), wrong)
    with pytest.raises(UsageError, match=f"line 2.*({said})"):
        load_answer_dataset(path)


def test_duplicate_ids_and_empty_sets_are_rejected(folder: Path) -> None:
    with pytest.raises(UsageError, match="'q'"):
        load_answer_dataset(write(folder / "twice.jsonl", row(), row()))
    with pytest.raises(UsageError, match="no question"):
        load_answer_dataset(write(folder / "none.json", {"data": []}))
    with pytest.raises(UsageError, match="Cannot read"):
        load_answer_dataset(folder / "missing.jsonl")


def test_other_texts_or_questions_change_the_hash(folder: Path) -> None:
    path = write(folder / "set.jsonl", row())
    first = load_answer_dataset(path)
    other = load_answer_dataset(write(path, row(question="At what time?")))
    assert (first.corpus_sha256, first.sha256) != (other.corpus_sha256, other.sha256)
    assert first.corpus_sha256 == other.corpus_sha256
    (folder / "a.txt").write_text("The tide turns at one.")
    assert load_answer_dataset(path).corpus_sha256 != first.corpus_sha256


def test_mtrag_conversations(tmp_path: Path) -> None:
    messages = [("user", "What turns?"), ("agent", "The tide."), ("user", "When?")]
    task = {
        "task_id": "t",
        "contexts": [{"document_id": "p1", "text": "The tide turns at noon."}],
        "input": [{"speaker": speaker, "text": text} for speaker, text in messages],
        "targets": [{"speaker": "agent", "text": "At noon."}],
        "answerability": ["ANSWERABLE"],
    }
    vague = task | {"task_id": "u", "answerability": ["UNDERSPECIFIED"]}
    unanswerable = task | {"task_id": "v", "answerability": ["UNANSWERABLE"], "contexts": []}
    dataset = load_answer_dataset(write(tmp_path / "reference.jsonl", task, vague, unanswerable))
    assert [question.answerable for question in dataset.questions] == [True, None, False]
    first = dataset.questions[0]
    assert (first.question, first.history) == ("When?", (Turn("What turns?", "The tide."),))
    assert (first.answers, first.evidence) == (("At noon.",), (GoldEvidence("p1"),))


def test_pubmedqa(tmp_path: Path) -> None:
    rows = {"17": {"QUESTION": "Does it?", "CONTEXTS": ["One.", "Two."], "LONG_ANSWER": "It does."}}
    dataset = load_answer_dataset(write(tmp_path / "dev.json", rows))
    assert dataset.files[0].read() == b"One.\n\nTwo."
    assert dataset.questions[0].answers == ("It does.",)


def test_financebench_pages_count_from_one(tmp_path: Path) -> None:
    (tmp_path / "pdfs").mkdir()
    (tmp_path / "pdfs" / "R.pdf").write_bytes(b"%PDF")
    asked = {
        "financebench_id": "f",
        "company": "Example",
        "question": "How much?",
        "answer": "12",
        "evidence": [{"doc_name": "R", "evidence_page_num": 0}],
    }
    dataset = load_answer_dataset(write(tmp_path / "questions.jsonl", asked).parent)
    assert dataset.questions[0].evidence == (GoldEvidence("R", page=1),)
    (tmp_path / "pdfs" / "R.pdf").unlink()
    with pytest.raises(UsageError, match=r"line 1.*R\.pdf"):
        load_answer_dataset(tmp_path)


def test_a_limit_asks_the_same_questions_of_all_files() -> None:
    dataset = load_answer_dataset(SAMPLE)
    few, more = sample_questions(dataset, 5, 0), sample_questions(dataset, 9, 0)
    assert few.files == dataset.files
    assert {q.id for q in few.questions} < {q.id for q in more.questions}
    assert (few.sha256, len(few.questions)) == (dataset.sha256, 5)


def test_a_line_may_tell_its_kind_pattern_siblings_and_what_it_follows(folder: Path) -> None:
    path = write(
        folder / "set.jsonl",
        row(id="a", answers=[], pattern=r"noon|12", kind="look-up", must_not=["midnight"]),
        row(id="b", question="And bread?", follows="a"),
        row(id="c", answers=[], answerable=False, kind="near miss"),
    )
    first, second, third = load_answer_dataset(path).questions
    assert (first.pattern, first.kind, first.must_not) == ("noon|12", "look-up", ("midnight",))
    assert (second.follows, third.kind) == ("a", "near miss")
    with pytest.raises(UsageError, match=r"line 1.*'\(' is not a regular expression"):
        load_answer_dataset(write(path, row(pattern="(")))
    with pytest.raises(UsageError, match=r"line 1.*follows 'z'"):
        load_answer_dataset(write(path, row(follows="z")))


ASKED = [
    {"id": "k1", "kind": "keyword", "question": "tide turn", "answerable": True, "key": r"\bnoon\b"},
    {
        "id": "p1",
        "question": "Who bakes?",
        "answerable": True,
        "first": "Ada",
        "not": ["Bo"],
        "document": "b",
    },
    {"id": "p2", "kind": "follow-up", "question": "And who eats?", "answerable": True, "key": "Cy"},
    {"id": "u1", "question": "Who sleeps?", "answerable": False, "why": "nobody does"},
]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "documents" / "work").mkdir(parents=True)
    (tmp_path / "documents" / "work" / "a.txt").write_text("The tide turns at noon.")
    (tmp_path / "documents" / "b.txt").write_text("Ada bakes, Bo does not. Cy eats.")
    return tmp_path


def test_plain_questions_are_asked_of_all_files_of_the_folder(library: Path) -> None:
    path = library / "questions.json"
    path.write_text(json.dumps(ASKED), encoding="utf-8")
    dataset = load_answer_dataset(library)
    assert [file.id for file in dataset.files] == ["b.txt", "work/a.txt"]
    keyword, baker, eater, sleeper = dataset.questions
    assert (keyword.pattern, keyword.kind, keyword.answers) == (r"\bnoon\b", "keyword", ())
    assert (baker.answers, baker.must_not, baker.evidence) == (("Ada",), ("Bo",), (GoldEvidence("b.txt"),))
    assert (eater.follows, sleeper.answerable, sleeper.kind) == ("p1", False, "near miss")


def test_plain_questions_may_be_lines_without_ids_beside_other_files(library: Path) -> None:
    (library / "documents").rename(library / "docs")
    write(library / "questions.jsonl", *({k: v for k, v in one.items() if k != "id"} for one in ASKED))
    write(library / "claims.jsonl", {"claim": "another file"})
    dataset = load_answer_dataset(library)
    assert [question.id for question in dataset.questions] == ["1", "2", "3", "4"]
    assert dataset.questions[2].follows == "2"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": "["}, "not a regular expression"),
        ({"answer": "noon"}, "answer"),
        ({"question": ""}, "question"),
    ],
)
def test_what_is_wrong_with_plain_questions_is_said(library: Path, wrong: dict[str, str], said: str) -> None:
    (library / "questions.json").write_text(json.dumps([ASKED[0] | wrong]), encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        load_answer_dataset(library)


def test_plain_questions_need_documents(tmp_path: Path) -> None:
    (tmp_path / "questions.json").write_text(json.dumps(ASKED), encoding="utf-8")
    with pytest.raises(UsageError, match="a folder named documents or docs"):
        load_answer_dataset(tmp_path)


def test_a_limit_also_asks_what_the_drawn_questions_follow(library: Path) -> None:
    (library / "questions.json").write_text(json.dumps(ASKED), encoding="utf-8")
    dataset = load_answer_dataset(library)
    for seed in range(8):
        ids = {question.id for question in sample_questions(dataset, 1, seed).questions}
        assert "p2" not in ids or "p1" in ids


def test_the_hash_of_a_set_without_the_newer_fields_is_as_it_was() -> None:
    """Run files name it; a set with a kind or a pattern is another one."""
    kept = read_answer_run(SAMPLE.parent.parent / "run_files" / "xquad-mini.extractive.json.gz")
    assert load_answer_dataset(SAMPLE).sha256 == kept.dataset_sha256
