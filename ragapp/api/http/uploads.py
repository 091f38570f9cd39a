"""Uploads over HTTP. Every accepted file is on disk before the response is sent."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, Json

from ragapp.api.http.dependencies import Service
from ragapp.api.http.error_responses import request_id, upload_not_stored
from ragapp.api.problems import problem_of
from ragapp.api.schemas import AcceptedUpload, Label, RefusedUpload, UploadReport, Value
from ragapp.errors import BusyError, RagappError, UsageError
from ragapp.fetching.archives import ArchiveReader, Member, is_archive
from ragapp.fetching.file_names import display_name, is_recording_name, is_unwanted_path
from ragapp.types import Acceptance, UploadSpec

router = APIRouter(tags=["documents"])


class UploadForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    file: list[UploadFile] = Field(
        min_length=1, description="One or more files. Each file in a ZIP archive becomes a document."
    )
    source: str | None = Field(
        default=None,
        min_length=1,
        max_length=2000,
        description="Identifies the document that a single file is a version of.",
    )
    metadata: Json[Annotated[Mapping[Label, Value], Field(max_length=32)]] = Field(
        default_factory=dict, description="A JSON object of strings, stored with every file."
    )


@router.post("/v1/collections/{collection}/documents", status_code=202)
def upload(
    collection: str,
    form: Annotated[UploadForm, Form(media_type="multipart/form-data")],
    service: Service,
    request: Request,
    response: Response,
) -> UploadReport:
    """Upload one or more documents.

    A file whose name exists in the collection becomes a new version of that document. Each file in a ZIP
    archive becomes a document. A rejected file does not stop the others; when all are rejected, the response
    is the problem of the first.
    """
    if form.source is not None and (len(form.file) > 1 or is_archive(Path(form.file[0].filename or ""))):
        raise UsageError(
            "`source` can be given for a single file only. Send each file in a request of its own."
        )
    accepted: list[AcceptedUpload] = []
    refused: list[tuple[str, RagappError]] = []
    for part in form.file:
        with _recording(refused, display_name(part.filename)), documents_in(part) as documents:
            for document in documents:
                with _recording(refused, document.name), document.data as data:
                    _check_running(request)
                    if document.source and is_recording_name(document.name):
                        _check_transcribed(request, document.name)
                    source = document.source or form.source
                    spec = UploadSpec(document.name, collection, source=source, metadata=form.metadata)
                    accepted.append(_accepted(service.upload(spec, data)))
    if not accepted:
        raise refused[0][1]
    if len(accepted) == 1:
        response.headers["Location"] = accepted[0].status_url
    problems = (RefusedUpload(name, problem_of(error, request_id(request))) for name, error in refused)
    return UploadReport(tuple(accepted), tuple(problems))


@contextmanager
def _recording(refused: list[tuple[str, RagappError]], name: str) -> Iterator[None]:
    """Adds an error inside the block to `refused` and ends the block, so that other files are accepted."""
    try:
        yield
    except RagappError as error:
        refused.append((name, error))


def _check_running(request: Request) -> None:
    if request.app.state.stopping.is_set():
        raise BusyError("The server is shutting down. Upload this document again in a moment.", 5)


def _check_transcribed(request: Request, name: str) -> None:
    """Rejects a recording in an archive at once, when nothing transcribes it."""
    if not request.app.state.transcribed:
        raise UsageError(f"{name} is sound or video, and no transcriber is set up here. It was left out.")


def _accepted(acceptance: Acceptance) -> AcceptedUpload:
    collection = quote(acceptance.document.collection, safe="")
    status_url = f"/v1/collections/{collection}/documents/{acceptance.document.id}"
    return AcceptedUpload(acceptance.document, acceptance.outcome, status_url)


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file to be uploaded. Without a source, its name identifies the document it is a version of."""

    name: str
    data: AbstractContextManager[BinaryIO]
    source: str | None = None


@contextmanager
def documents_in(part: UploadFile) -> Iterator[list[IncomingFile]]:
    """The documents in one part of the form, readable inside the block.

    Raises ParseError, UsageError, StorageError.
    """
    name = display_name(part.filename)
    if not is_archive(Path(name)):
        yield [IncomingFile(name, nullcontext(part.file))]
        return
    with ExitStack() as stack:
        try:
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory()), "upload.zip")
            with copy.open("wb") as file:  # closing may find the disk full, too
                shutil.copyfileobj(part.file, file)
        except OSError as error:
            raise upload_not_stored(error) from error
        reader = stack.enter_context(closing(ArchiveReader()))
        found = [one for one in reader.members(copy, name) if not _is_unwanted(one)]
        if not found:
            raise UsageError(f"{name} contains no documents. Hidden files are skipped.")
        yield [_member(name, one) for one in found]


def _is_unwanted(member: Member) -> bool:
    return any(is_unwanted_path(name, transcribed=True) for name in member.names)


def _member(archive: str, member: Member) -> IncomingFile:
    return IncomingFile(display_name(member.name), member.opened(), "!/".join((archive, *member.names)))
