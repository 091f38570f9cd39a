"""Documents handed in over HTTP: every file that is accepted is on disk when the answer is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, Json

from ragapp.doors.http.dependencies import Service
from ragapp.doors.http.handed import Handed, documents_in
from ragapp.doors.http.refusals import request_id
from ragapp.doors.problems import problem_of
from ragapp.doors.wire import AcceptedUpload, Label, RefusedUpload, UploadReport, Value
from ragapp.errors import BusyError, RagappError, UsageError
from ragapp.incoming.archives import is_archive
from ragapp.incoming.names import display_name
from ragapp.types import Acceptance

router = APIRouter(tags=["documents"])


class UploadForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    file: list[UploadFile] = Field(
        min_length=1, description="One file or several; a ZIP archive stands for the files in it."
    )
    source: str | None = Field(
        default=None, min_length=1, max_length=2000, description="What a single file is a version of."
    )
    metadata: Json[Annotated[Mapping[Label, Value], Field(max_length=32)]] = Field(
        default_factory=dict, description="A JSON object of strings that every file gets."
    )


@router.post("/v1/collections/{collection}/documents", status_code=202)
def upload(
    collection: str,
    form: Annotated[UploadForm, Form(media_type="multipart/form-data")],
    service: Service,
    request: Request,
    response: Response,
) -> UploadReport:
    """Takes one or several files in. A new file of a name that is there already becomes its new version.

    Of a ZIP archive every file is a document of its own. What cannot be taken does not stop the others;
    when nothing can, the first one's problem is the answer.
    """
    if form.source is not None and (len(form.file) > 1 or is_archive(Path(form.file[0].filename or ""))):
        raise UsageError("`source` names one file: send each file with its own source in its own request.")
    intake = _Intake(service, collection, form, request.app.state.stopping)
    for part in form.file:
        intake.take(part)
    if not intake.accepted:
        raise intake.refused[0][1]
    if len(intake.accepted) == 1:
        response.headers["Location"] = intake.accepted[0].status_url
    problems = (RefusedUpload(name, problem_of(error, request_id(request))) for name, error in intake.refused)
    return UploadReport(tuple(intake.accepted), tuple(problems))


@dataclass(frozen=True, slots=True)
class _Intake:
    """Hands documents to the service one by one and keeps what became of each."""

    service: Service
    collection: str
    form: UploadForm
    stopping: Event
    accepted: list[AcceptedUpload] = field(default_factory=list)
    refused: list[tuple[str, RagappError]] = field(default_factory=list)

    def take(self, part: UploadFile) -> None:
        try:
            with documents_in(part) as documents:
                for document in documents:
                    self._take(document)
        except RagappError as error:
            self.refused.append((display_name(part.filename), error))

    def _take(self, document: Handed) -> None:
        try:
            if self.stopping.is_set():
                raise BusyError("The server is being stopped. Send this document again in a moment.", 5)
            with document.data as data:
                kept = self.service.upload(
                    self.collection,
                    document.name,
                    data,
                    source=document.source or self.form.source,
                    metadata=self.form.metadata,
                )
            self.accepted.append(_accepted(kept))
        except RagappError as error:
            self.refused.append((document.name, error))


def _accepted(kept: Acceptance) -> AcceptedUpload:
    collection = quote(kept.document.collection, safe="")
    status_url = f"/v1/collections/{collection}/documents/{kept.document.id}"
    return AcceptedUpload(kept.document, kept.outcome, status_url)
