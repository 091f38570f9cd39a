"""Evaluations over HTTP: question sets, runs, two runs compared. They run as tasks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, UploadFile

from ragapp.doors.http.dependencies import Service
from ragapp.doors.wire import EvaluationRequest, QuestionsRequest, Review
from ragapp.types import (
    EvalRun,
    EvalSet,
    Evaluation,
    QuestionDraft,
    QuestionTrace,
    RunComparison,
    Task,
)

router = APIRouter(prefix="/v1/evals", tags=["evals"])

Name = Annotated[str, Path(max_length=300)]
RunName = Annotated[str, Query(max_length=300)]

_PAGE: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "The page."}
}


@router.post("", status_code=202)
def start_evaluation(wanted: EvaluationRequest, service: Service, response: Response) -> Task:
    """Evaluations run one at a time and leave the cores to whoever asks. `/v1/tasks` follows them."""
    evaluation = Evaluation(wanted.kind, wanted.set, wanted.limit, wanted.generator)
    task = service.evals.start(evaluation)
    response.headers["Location"] = f"/v1/tasks/{task.id}"
    return task


@router.post("/questions", status_code=202)
def make_questions(wanted: QuestionsRequest, service: Service, response: Response) -> Task:
    """Makes a question set from a collection, to be reviewed."""
    task = service.evals.start_questions(wanted.collection, wanted.name, wanted.count)
    response.headers["Location"] = f"/v1/tasks/{task.id}"
    return task


@router.get("/sets")
def list_sets(service: Service) -> list[EvalSet]:
    """What there is to evaluate with; what came with the program first."""
    return service.evals.sets()


@router.post("/sets", status_code=201)
def add_set(file: UploadFile, service: Service) -> EvalSet:
    """Keeps a file of questions, or a ZIP archive of one with its documents, under the file's name."""
    return service.evals.add_set(file.filename or "", file.file)


@router.delete("/sets/{name}", status_code=204)
def delete_set(name: Name, service: Service) -> None:
    """Deletes an own set of questions."""
    service.evals.delete_set(name)


@router.get("/sets/{name}/questions")
def list_drafts(name: Name, service: Service) -> list[QuestionDraft]:
    """The questions of an own set."""
    return service.evals.drafts(name)


@router.put("/sets/{name}/questions")
def review_drafts(name: Name, review: Review, service: Service) -> list[QuestionDraft]:
    """Keeps these questions as they are given and drops all others."""
    return service.evals.review(name, review.questions)


@router.get("/runs")
def list_runs(service: Service) -> list[EvalRun]:
    """The latest first."""
    return service.evals.runs()


@router.get("/runs/{run}/report", response_class=Response, responses=_PAGE)
def run_report(run: Name, service: Service) -> Response:
    """The run's page: one file that loads nothing."""
    return Response(service.evals.report(run), media_type="text/html")


@router.get("/runs/{run}/questions")
def trace_question(run: Name, question: RunName, service: Service) -> QuestionTrace:
    """What a run has of the question with that id."""
    return service.evals.trace(run, question)


@router.get("/comparison")
def compare_runs(before: RunName, after: RunName, service: Service) -> RunComparison:
    """What changed from one run to another over the same data, and whether that may be luck."""
    return service.evals.compare(before, after)
