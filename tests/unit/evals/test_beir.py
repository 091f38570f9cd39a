"""A BEIR folder is read exactly, or rejected with the number of the invalid line."""

from __future__ import annotations

from pathlib import Path

import pytest

import evals.data
from evals.datasets.beir import load_beir
from evals.datasets.sampling import sample_queries
from evals.retrieval.types import CorpusDocument
from ragapp.errors import UsageError

SAMPLE = Path(evals.data.__file__).parent / "scifact-mini"

CORPUS = '{"_id": "a/b c", "title": "T", "text": "x"}\n{"_id": "ü", "text": "y"}\n'
QUERIES = '{"_id": "q1", "text": "one"}\n{"_id": "q2", "text": "two"}\n{"_id": "q3", "text": "three"}\n'
QRELS = "query-id\tcorpus-id\tscore\nq1\ta/b c\t2\nq2\tü\t1\nq2\ta/b c\t0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text(CORPUS, encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text(QUERIES, encoding="utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text(QRELS, encoding="utf-8")
    return tmp_path


def test_reads_ids_texts_and_grades_unchanged(folder: Path) -> None:
    dataset = load_beir(folder)
    assert (dataset.name, dataset.split) == (folder.name, "test")
    assert dataset.corpus == (CorpusDocument("a/b c", "T", "x"), CorpusDocument("ü", "", "y"))
    assert dataset.qrels == {"q1": {"a/b c": 2}, "q2": {"ü": 1, "a/b c": 0}}


def test_keeps_only_the_queries_that_the_split_judges(folder: Path) -> None:
    assert load_beir(folder).queries == {"q1": "one", "q2": "two"}


def test_numbers_as_ids_are_the_same_as_their_digits(folder: Path) -> None:
    (folder / "queries.jsonl").write_text('{"_id": 7, "text": "seven"}\n')
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n7\tü\t1\n", encoding="utf-8")
    assert load_beir(folder).queries == {"7": "seven"}


def test_a_split_must_be_chosen_when_there_are_several(folder: Path) -> None:
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq3\tü\t1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--split: dev, test"):
        load_beir(folder)
    assert list(load_beir(folder, "dev").queries) == ["q3"]
    with pytest.raises(UsageError, match="no split 'train'"):
        load_beir(folder, "train")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", CORPUS + '{"_id": "c", "title": "no text"}\n', "corpus.jsonl, line 3: text"),
        ("corpus.jsonl", CORPUS + "\n{not json\n", "corpus.jsonl, line 4: Invalid JSON"),
        ("corpus.jsonl", CORPUS + '{"_id": "ü", "text": "again"}\n', "line 3: the id 'ü' is used twice"),
        ("corpus.jsonl", CORPUS + '{"_id": "", "text": "nameless"}\n', "line 3: _id"),
        ("corpus.jsonl", CORPUS + '{"_id": "\\ud800", "text": "no character"}\n', "line 3: Invalid JSON"),
        ("queries.jsonl", QUERIES + '"q4"\n', "queries.jsonl, line 4"),
        ("queries.jsonl", QUERIES + '{"_id": "q4", "text": " "}\n', "queries.jsonl, line 4: text"),
        ("qrels/test.tsv", "q1\tü\t1\n", "line 1: the header"),
        ("qrels/test.tsv", "", "line 1: the header"),
        ("qrels/test.tsv", QRELS + "q1 ü 1\n", "line 5: expected 3 fields"),
        ("qrels/test.tsv", QRELS + "q1\tü\thigh\n", "line 5: the score 'high'"),
        ("qrels/test.tsv", QRELS + "q9\tü\t1\n", "line 5: queries.jsonl has no query 'q9'"),
        ("qrels/test.tsv", QRELS + "q1\tz\t1\n", "line 5: corpus.jsonl has no document 'z'"),
        ("qrels/test.tsv", QRELS + "q1\ta/b c\t0\n", "line 5: query 'q1' judges document 'a/b c' twice"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n", "judges no query"),
    ],
)
def test_faults_that_would_distort_scores_are_rejected(
    folder: Path, name: str, content: str, message: str
) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        load_beir(folder)
    assert message in str(refused.value)


def test_another_encoding_is_refused(folder: Path) -> None:
    (folder / "corpus.jsonl").write_bytes('{"_id": "a/b c", "text": "é"}\n'.encode("latin-1"))
    with pytest.raises(UsageError, match="not UTF-8"):
        load_beir(folder)


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(UsageError, match="BEIR folder holds"):
        load_beir(folder)


def test_digests_change_with_what_they_name(folder: Path) -> None:
    before = load_beir(folder)
    (folder / "qrels" / "test.tsv").write_text(QRELS + "q3\tü\t1\n", encoding="utf-8")
    other_judgements = load_beir(folder)
    assert other_judgements.sha256 != before.sha256
    assert other_judgements.corpus_sha256 == before.corpus_sha256
    (folder / "corpus.jsonl").write_text(CORPUS.replace('"x"', '"z"'), encoding="utf-8")
    assert load_beir(folder).corpus_sha256 != before.corpus_sha256


def test_a_sample_is_drawn_by_the_seed_and_nests() -> None:
    dataset = load_beir(SAMPLE)
    ten, twenty = sample_queries(dataset, 10, seed=0), sample_queries(dataset, 20, seed=0)
    assert len(ten.queries) == 10
    assert ten.qrels.keys() == ten.queries.keys() < twenty.queries.keys()
    assert ten.corpus == dataset.corpus
    assert sample_queries(dataset, 10, seed=1).queries.keys() != ten.queries.keys()
    assert sample_queries(dataset, 1000, seed=0) == dataset


def test_the_bundled_sample_is_complete() -> None:
    dataset = load_beir(SAMPLE)
    assert (len(dataset.corpus), len(dataset.queries)) == (320, 160)
    assert all(max(grades.values()) > 0 for grades in dataset.qrels.values())
