"""Evaluations over HTTP: sets, a run made by a task, runs compared, questions reviewed."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator

import pytest

from evals.service.service import SharedEvaluationService
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.client import RagappClient
from ragapp.errors import ConflictError, NotFoundError, ParseError, UsageError
from ragapp.types import EvalRun, Evaluation, QuestionDraft, Task
from tests.serving import serving, settings_in

PATIENCE = 240.0
BIRDS = {
    "corpus.jsonl": "".join(
        json.dumps({"_id": name, "title": "", "text": text}) + "\n"
        for name, text in {"heron": "Herons fish at dusk.", "swift": "Swifts sleep in the air."}.items()
    ),
    "queries.jsonl": "".join(
        json.dumps({"_id": name, "text": text}) + "\n"
        for name, text in {"q1": "When do herons fish?", "q2": "Where do swifts sleep?"}.items()
    ),
    "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\theron\t1\nq2\tswift\t1\n",
}
QUESTIONS = [
    {"id": "q1", "question": "Who built it?", "answers": ["Ada"], "answerable": True, "documents": ["a.txt"]},
    {"id": "q2", "question": "Who sold it?", "answers": [], "answerable": False, "documents": ["a.txt"]},
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RagappClient]:
    settings = settings_in(tmp_path_factory.mktemp("evals"))
    service = build_service(settings, evals=lambda stored: SharedEvaluationService(stored, settings.data_dir))
    with serving(create_app(service, settings)) as url, RagappClient(url) as client:
        yield client
    service.close()


@pytest.fixture(scope="module")
def runs(client: RagappClient) -> list[EvalRun]:
    """Two of the same questions, the earlier one first."""
    client.evals.add_set("birds.zip", packed(BIRDS))
    for _ in range(2):
        task = ended(client, client.evals.start(Evaluation("retrieval", "birds")))
        assert task.state == "done", task.error
        assert json.loads(client.tasks.output(task.id))["metrics"]
    return client.evals.runs()[::-1]


def ended(client: RagappClient, task: Task) -> Task:
    deadline = time.monotonic() + PATIENCE
    while (found := client.tasks.task(task.id)).state in {"waiting", "running"}:
        assert time.monotonic() < deadline, "it did not end"
        time.sleep(0.1)
    return found


def packed(files: dict[str, str]) -> io.BytesIO:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as into:
        for name, text in files.items():
            into.writestr(name, text)
    archive.seek(0)
    return archive


def a_set() -> io.BytesIO:
    lines = "".join(json.dumps(question) + "\n" for question in QUESTIONS)
    return packed({"questions.jsonl": lines, "a.txt": "Ada built it.", "../../up.txt": "not above"})


def test_bundled_sets_are_available(client: RagappClient) -> None:
    sets = {one.name: one for one in client.evals.sets()}
    assert sets["scifact-mini"].kinds == ("retrieval",)
    assert "answers" in sets["xquad-mini"].kinds
    assert not sets["xquad-mini"].own
    with pytest.raises(UsageError, match="does not support cache"):
        client.evals.start(Evaluation("cache", "scifact-mini"))
    with pytest.raises(NotFoundError):
        client.evals.start(Evaluation("retrieval", "../scifact-mini"))
    with pytest.raises(UsageError):
        client.evals.delete_set("scifact-mini")


def test_a_task_creates_a_run_with_its_report(client: RagappClient, runs: list[EvalRun]) -> None:
    assert [(run.kind, run.dataset, run.questions) for run in runs] == [("retrieval", "birds", 2)] * 2
    assert 0 <= runs[0].figures["nDCG@10"] <= 1
    assert client.evals.report(runs[0].name).startswith(b"<!doctype html>")
    with pytest.raises(NotFoundError):
        client.evals.report("../../secret")


def test_comparing_equal_runs_shows_no_change(client: RagappClient, runs: list[EvalRun]) -> None:
    found = client.evals.compare(runs[0].name, runs[1].name)
    assert {change.figure: change.difference for change in found.changes}["nDCG@10"] == 0
    assert found.moved == ()


def test_the_trace_of_a_question_shows_what_was_found(client: RagappClient, runs: list[EvalRun]) -> None:
    reported = client.evals.trace(runs[0].name, "q1")
    assert reported.found[0] == "heron"
    assert reported.scores["nDCG@10"] == 1
    with pytest.raises(NotFoundError):
        client.evals.trace(runs[0].name, "no such question")


def test_own_questions_are_added_reviewed_and_deleted(client: RagappClient) -> None:
    made = client.evals.add_set("mine.zip", a_set())
    assert made.own
    assert made.reviewable
    with pytest.raises(ConflictError):
        client.evals.add_set("mine.zip", a_set())
    first, _ = client.evals.drafts("mine")
    assert (first.question, first.accepted) == ("Who built it?", None)
    worded = QuestionDraft("q1", "Who made it?", ("Ada", "Ada T."), answerable=True, accepted=True)
    assert client.evals.review("mine", [worded]) == [worded]
    assert client.evals.drafts("mine") == [worded]
    with pytest.raises(UsageError, match="q9"):
        client.evals.review("mine", [QuestionDraft("q9", "?", (), answerable=False)])
    client.evals.delete_set("mine")
    with pytest.raises(NotFoundError):
        client.evals.drafts("mine")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bad.jsonl", b"no json\n"),
        ("bad.jsonl", b'{"id": "q", "question": "?", "answerable": true}\n'),
        ("bad.jsonl", json.dumps(QUESTIONS[1] | {"documents": [__file__]}).encode()),
        ("bad.jsonl", json.dumps(QUESTIONS[1] | {"documents": [f"{'../' * 20}{__file__[1:]}"]}).encode()),
        ("bad.txt", b"x"),
        ("bad.zip", b"PK torn"),
        (".jsonl", b""),
    ],
)
def test_an_invalid_question_set_is_rejected_and_not_stored(
    client: RagappClient, name: str, data: bytes
) -> None:
    with pytest.raises((UsageError, ParseError)):
        client.evals.add_set(name, io.BytesIO(data))
    assert "bad" not in {one.name for one in client.evals.sets()}
