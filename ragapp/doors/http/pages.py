"""Pages over HTTP: the text of one, its picture with the cited words marked, and where those stand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ragapp.doors.http.dependencies import Service
from ragapp.doors.http.documents import found_in
from ragapp.doors.wire import PageBoxes
from ragapp.types import DocumentPage

router = APIRouter(prefix="/v1/collections/{collection}/documents/{document_id}/pages", tags=["documents"])

Number = Annotated[int, Path(ge=1, description="Counted from 1.")]
Version = Annotated[int | None, Field(ge=1, lt=2**31, description="By default the one searched now.")]


class View(BaseModel):
    model_config = ConfigDict(extra="forbid")

    highlight: str | None = Field(
        default=None,
        pattern=r"^\d{1,12}-\d{1,12}$",
        description="Offsets `start-end` into the document's text, as citations have them.",
    )
    version: Version = None

    @property
    def cited(self) -> tuple[int, int] | None:
        if self.highlight is None:
            return None
        start, _, end = self.highlight.partition("-")
        return int(start), int(end)


_PNG: dict[int | str, dict[str, object]] = {
    200: {
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The page.",
    }
}


@router.get("/{page}.png", response_class=Response, responses=_PNG)
def page_image(
    collection: str,
    document_id: str,
    page: Number,
    view: Annotated[View, Query()],
    service: Service,
) -> Response:
    """The page as a picture, the highlighted words marked. PDFs and pictures have such pages."""
    found_in(service, collection, document_id)
    image = service.page_image(document_id, page, cited=view.cited, version=view.version)
    return Response(image.png, media_type="image/png")


@router.get("/{page}/boxes")
def page_boxes(
    collection: str,
    document_id: str,
    page: Number,
    view: Annotated[View, Query()],
    service: Service,
) -> PageBoxes:
    """Where the highlighted words stand in the picture, in fractions of it from its upper left."""
    found_in(service, collection, document_id)
    image = service.page_image(document_id, page, cited=view.cited, version=view.version)
    return PageBoxes(page, image.width, image.height, image.boxes)


@router.get("/{page}")
def page_text(
    collection: str,
    document_id: str,
    page: Number,
    service: Service,
    version: Annotated[Version, Query()] = None,
) -> DocumentPage:
    """The text of one page, of the version searched now unless one is named."""
    found_in(service, collection, document_id)
    return service.page(document_id, page, version)
