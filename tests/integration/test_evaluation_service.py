"""Two evaluation services over one database share question sets and runs."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from evals.service.service import SharedEvaluationService
from ragapp.errors import ConflictError, NotFoundError, StorageError, UsageError
from ragapp.protocols import ArtifactStore, EvaluationService
from ragapp.store.artifacts import SqlArtifacts
from ragapp.store.engine import open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.types import Evaluation

RUN_FILES = Path("evals/run_files")
RUN = RUN_FILES / "scifact-mini.retrieval.json"
QUESTIONS = [
    {
        "id": name,
        "question": f"Who built {name}?",
        "answers": ["Ada"],
        "answerable": True,
        "documents": ["a.txt"],
    }
    for name in ("q1", "q2")
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'ragapp.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def artifacts(engine: Engine, tmp_path: Path) -> ArtifactStore:
    return SqlArtifacts(engine, BlobFolder(tmp_path / "blobs"))


@pytest.fixture
def east(artifacts: ArtifactStore, tmp_path: Path) -> EvaluationService:
    return SharedEvaluationService(artifacts, tmp_path / "east")


@pytest.fixture
def west(artifacts: ArtifactStore, tmp_path: Path) -> EvaluationService:
    return SharedEvaluationService(artifacts, tmp_path / "west")


def put_run(data_dir: Path, file: Path, name: str) -> Path:
    """As a command does that is not told where to."""
    folder = data_dir / "evals" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.copy(file, folder / f"{name}.json")


def a_set(*more: str, questions: Sequence[Mapping[str, object]] = QUESTIONS) -> io.BytesIO:
    """With empty files under those names."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as into:
        into.writestr("folder/questions.jsonl", "".join(json.dumps(one) + "\n" for one in questions))
        into.writestr("folder/a.txt", "Ada built it.")
        for name in more:
            into.writestr(name, "")
    data.seek(0)
    return data


def test_a_run_of_a_command_is_stored_with_its_report_even_if_that_follows_later(
    east: EvaluationService, west: EvaluationService, tmp_path: Path
) -> None:
    file = put_run(tmp_path / "east", RUN, "before")
    put_run(tmp_path / "east", RUN_FILES / "cache-mini.json", "of another kind")
    (run,) = east.runs()
    assert (run.name, run.has_report) == ("before", False)
    file.with_suffix(".html").write_text("<!doctype html>")
    assert [one.has_report for one in east.runs()] == [True]
    shutil.rmtree(tmp_path / "east")
    assert [one.has_report for one in west.runs()] == [True]
    assert west.report("before") == b"<!doctype html>"
    question = next(iter(json.loads(RUN.read_bytes())["modes"]["hybrid"]["queries"]))
    assert west.trace("before", question).found
    assert west.compare("before", "before").moved == ()


def test_missing_objects_are_reported(east: EvaluationService) -> None:
    for ask in (east.report, lambda run: east.trace(run, "q"), lambda run: east.compare(run, run)):
        with pytest.raises(NotFoundError, match="nowhere"):
            ask("nowhere")


def test_a_set_is_available_on_every_server(east: EvaluationService, west: EvaluationService) -> None:
    made = east.add_set("mine.zip", a_set())
    assert [one for one in west.sets() if one.own] == [made]
    with west.order(Evaluation("answers", "mine", limit=1)).work() as line:
        folder = Path(line.arguments[0])
        assert sorted(file.name for file in folder.iterdir()) == ["a.txt", "questions.jsonl"]
    assert not folder.exists()


def test_a_set_deleted_before_its_evaluation_starts_is_not_evaluated(
    east: EvaluationService, west: EvaluationService
) -> None:
    east.add_set("mine.zip", a_set())
    order = east.order(Evaluation("answers", "mine"))
    west.delete_set("mine")
    with pytest.raises(NotFoundError, match="mine"), order.work():
        pass


def test_generated_questions_become_a_set_unless_the_command_fails(
    east: EvaluationService, west: EvaluationService
) -> None:
    def make(name: str) -> Path:
        with east.order_questions("default", name, 2).work() as line:
            file = Path(next(one for one in line.options if "output" in one).partition("=")[2])
            file.parent.mkdir()
            (file.parent / "a.txt").write_text("Ada built it.")
            file.write_text("".join(json.dumps(one) + "\n" for one in QUESTIONS))
            if name == "failed":
                raise InterruptedError
        return file

    assert not make("made").exists()
    with pytest.raises(InterruptedError):
        make("failed")
    assert [one.name for one in west.sets() if one.own] == ["made"]
    with pytest.raises(ConflictError):
        west.order_questions("default", "made", 2)
    with pytest.raises(UsageError):
        west.order_questions("default", "../made", 2)


def test_a_review_on_one_server_is_visible_on_the_other(
    east: EvaluationService, west: EvaluationService
) -> None:
    east.add_set("mine.zip", a_set())
    _, second = east.drafts("mine")
    worded = replace(second, question="Who made q2?", accepted=True)
    assert west.review("mine", [worded]) == [worded]
    assert east.drafts("mine") == [worded]
    with east.order(Evaluation("answers", "mine")).work() as line:
        assert (Path(line.arguments[0]) / "a.txt").read_text() == "Ada built it."
    with pytest.raises(UsageError, match="cannot be reviewed"):
        west.drafts("xquad-mini")


def test_a_set_with_a_byte_order_mark_can_be_reviewed(east: EvaluationService) -> None:
    row = {**QUESTIONS[0], "documents": []}
    east.add_set("mine.jsonl", io.BytesIO(json.dumps(row).encode("utf-8-sig")))
    drafts = east.drafts("mine")
    assert east.review("mine", drafts) == drafts


def test_files_that_macos_adds_to_a_zip_are_ignored(east: EvaluationService) -> None:
    assert east.add_set("mine.zip", a_set("__MACOSX/folder/._a.txt", "folder/.DS_Store")).reviewable


def test_a_review_must_leave_a_valid_set(east: EvaluationService) -> None:
    east.add_set("mine.zip", a_set())
    drafts = first, _ = east.drafts("mine")
    for stored in ([], [replace(first, question=" ")], [replace(first, answers=())]):
        with pytest.raises(UsageError):
            east.review("mine", stored)
    assert east.drafts("mine") == drafts


def test_a_set_that_is_damaged_on_disk_is_reported(
    east: EvaluationService, artifacts: ArtifactStore, tmp_path: Path
) -> None:
    east.add_set("mine.zip", a_set())
    stored = artifacts.find("question set", "mine")
    assert stored is not None
    (tmp_path / "blobs" / stored.sha256[:2] / stored.sha256).write_bytes(b"no ZIP")
    with pytest.raises(StorageError, match="damaged"):
        east.drafts("mine")


@pytest.mark.parametrize("accepted", [True, False, None])
def test_questions_cannot_refer_to_documents_outside_the_set(
    east: EvaluationService, accepted: bool | None
) -> None:
    outside = {**QUESTIONS[1], "documents": ["/etc/hostname"], "accepted": accepted}
    with pytest.raises(UsageError, match="outside the set"):
        east.add_set("mine.zip", a_set(questions=[QUESTIONS[0], outside]))


@pytest.mark.parametrize("name", ["folder/a.txt/b", "folder/" + "\u6f22" * 150])
def test_names_that_file_systems_reject_are_reported(east: EvaluationService, name: str) -> None:
    with pytest.raises(UsageError, match="unpacked"):
        east.add_set("mine.zip", a_set(name))
    with pytest.raises(UsageError, match="not a valid name"):
        east.add_set("\u6f22" * 100 + ".zip", a_set())


@pytest.mark.parametrize("odd", [{"system": "none"}, {"created_at": "today"}])
def test_an_incomplete_run_file_does_not_hide_the_others(
    east: EvaluationService, tmp_path: Path, odd: Mapping[str, str]
) -> None:
    file = put_run(tmp_path / "east", RUN, "odd")
    file.write_text(json.dumps(json.loads(RUN.read_bytes()) | odd))
    put_run(tmp_path / "east", RUN, "whole")
    assert [one.name for one in east.runs()] == ["whole"]
