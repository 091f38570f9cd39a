"""Evaluations over HTTP: question sets, runs and comparisons of runs. Evaluations run as tasks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, UploadFile

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import QuestionsRequest, Review
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
    200: {
        "content": {"text/html": {"schema": {"type": "string"}}},
        "description": "The report as an HTML page.",
    }
}


@router.post("", status_code=202)
def start_evaluation(evaluation: Evaluation, service: Service, response: Response) -> Task:
    """Start an evaluation as a background task.

    Evaluations run one at a time at low CPU priority. `/v1/tasks` shows their progress.
    """
    task = service.start_evaluation(evaluation)
    response.headers["Location"] = f"/v1/tasks/{task.id}"
    return task


@router.post("/questions", status_code=202)
def make_questions(body: QuestionsRequest, service: Service, response: Response) -> Task:
    """Generate a question set from a collection, as a background task.

    The questions should be reviewed before they are used.
    """
    task = service.generate_questions(body.collection, body.name, body.count)
    response.headers["Location"] = f"/v1/tasks/{task.id}"
    return task


@router.get("/sets")
def list_sets(service: Service) -> list[EvalSet]:
    """List the question sets, built-in ones first."""
    return service.evals.sets()


@router.post("/sets", status_code=201)
def add_set(file: UploadFile, service: Service) -> EvalSet:
    """Upload a question set: a file of questions, or a ZIP archive of such a file with its documents.

    The set is named after the file.
    """
    return service.evals.add_set(file.filename or "", file.file)


@router.delete("/sets/{name}", status_code=204)
def delete_set(name: Name, service: Service) -> None:
    """Delete a question set. Built-in sets cannot be deleted."""
    service.evals.delete_set(name)


@router.get("/sets/{name}/questions")
def list_drafts(name: Name, service: Service) -> list[QuestionDraft]:
    """List the questions of a set that can be reviewed."""
    return service.evals.drafts(name)


@router.put("/sets/{name}/questions")
def review_drafts(name: Name, review: Review, service: Service) -> list[QuestionDraft]:
    """Replace the questions of a set by the reviewed ones."""
    return service.evals.review(name, review.questions)


@router.get("/runs")
def list_runs(service: Service) -> list[EvalRun]:
    """List the evaluation runs, latest first."""
    return service.evals.runs()


@router.get("/runs/{run}/report", response_class=Response, responses=_PAGE)
def run_report(run: Name, service: Service) -> Response:
    """Return the report of a run, as one self-contained HTML page."""
    return Response(service.evals.report(run), media_type="text/html")


@router.get("/runs/{run}/questions")
def trace_question(run: Name, question: RunName, service: Service) -> QuestionTrace:
    """Show what a run recorded for one question."""
    return service.evals.trace(run, question)


@router.get("/comparison")
def compare_runs(before: RunName, after: RunName, service: Service) -> RunComparison:
    """Compare two runs over the same data, with the statistical significance of each change."""
    return service.evals.compare(before, after)
