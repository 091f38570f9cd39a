"""Documents handed in over HTTP: every file that is accepted is on disk when the answer is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, Json

from ragapp.doors.http.dependencies import Service
from ragapp.doors.http.refusals import request_id
from ragapp.doors.problems import problem_of
from ragapp.doors.wire import AcceptedUpload, RefusedUpload, UploadReport
from ragapp.errors import RagappError, UsageError
from ragapp.names import display_name
from ragapp.types import Acceptance

router = APIRouter(tags=["documents"])

Label = Annotated[str, Field(min_length=1, max_length=64)]
Value = Annotated[str, Field(max_length=1000)]


class UploadForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    file: list[UploadFile] = Field(min_length=1, description="One file or several.")
    source: str | None = Field(
        default=None, min_length=1, max_length=2000, description="What a single file is a version of."
    )
    metadata: Json[Annotated[Mapping[Label, Value], Field(max_length=32)]] = Field(
        default_factory=dict, description="A JSON object of strings that every file gets."
    )


@router.post("/v1/collections/{collection}/documents", status_code=202)
def upload(
    collection: str,
    form: Annotated[UploadForm, Form()],
    service: Service,
    request: Request,
    response: Response,
) -> UploadReport:
    """Takes one or several files in. A new file of a name that is there already becomes its new version.

    One file that cannot be taken does not stop the others; when none can, the first one's problem is
    the answer.
    """
    if form.source is not None and len(form.file) > 1:
        raise UsageError("`source` names one file: send each file with its own source in its own request.")
    accepted: list[AcceptedUpload] = []
    refused: list[tuple[str, RagappError]] = []
    for part in form.file:
        name = display_name(part.filename)
        try:
            kept = service.upload(
                collection,
                name,
                part.file,
                source=form.source,
                metadata=form.metadata,
                owner=request.client.host if request.client else "",
            )
            accepted.append(_accepted(kept))
        except RagappError as error:
            refused.append((name, error))
    if not accepted:
        raise refused[0][1]
    if len(form.file) == 1:
        response.headers["Location"] = accepted[0].status_url
    problems = (RefusedUpload(name, problem_of(error, request_id(request))) for name, error in refused)
    return UploadReport(tuple(accepted), tuple(problems))


def _accepted(kept: Acceptance) -> AcceptedUpload:
    collection = quote(kept.document.collection, safe="")
    status_url = f"/v1/collections/{collection}/documents/{kept.document.id}"
    return AcceptedUpload(kept.document, kept.outcome, status_url)
