"""Pages over HTTP: the text of a page, its image with highlights, and the boxes of these highlights."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ragapp.api.http.dependencies import Service
from ragapp.api.http.documents import found_in
from ragapp.api.schemas import PageBoxes
from ragapp.types import DocumentPage

router = APIRouter(prefix="/v1/collections/{collection}/documents/{document_id}/pages", tags=["documents"])

Number = Annotated[int, Path(ge=1, description="Page number, counted from 1.")]
Version = Annotated[
    int | None, Field(ge=1, lt=2**31, description="Document version. Default: the one that is searched.")
]


class View(BaseModel):
    model_config = ConfigDict(extra="forbid")

    highlight: str | None = Field(
        default=None,
        pattern=r"^\d{1,12}-\d{1,12}$",
        description="Character offsets `start-end` in the document's text, as citations give them.",
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
        "description": "The image of the page.",
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
    """Render a page as a PNG image, with the highlighted text marked.

    PDFs and images have such pages; other formats are answered with 415.
    """
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
    """Locate the highlighted text on the image of a page.

    Boxes are given as fractions of the image's width and height, from its upper left corner.
    """
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
    """Return the text of one page.

    Without `version` this is a page of the version that is searched.
    """
    found_in(service, collection, document_id)
    return service.page(document_id, page, version)
