"""The process that draws pages: `python -m ragapp.page_images.worker LIMITS`, started by its parent."""

from __future__ import annotations

import io
import json

from PIL import Image

from ragapp.errors import ParseError
from ragapp.page_images.messages import DrawRequest, is_pdf, packed
from ragapp.page_images.pdf import draw_pdf
from ragapp.page_images.pictures import draw_picture, highlighted
from ragapp.sandbox.child import serve
from ragapp.sandbox.messages import SandboxRequest
from ragapp.types import PageBox, PageImage


def draw(data: bytes, task: SandboxRequest) -> bytes:
    """Draws a page in the sandbox. Raises ParseError."""
    request = DrawRequest(**json.loads(task.options))
    try:
        picture, boxes = _draw(data, task.name, request)
    except LookupError as error:
        raise ParseError(
            f"The file {task.name} has no page {request.page} to draw. Its text is still available."
        ) from error
    file = io.BytesIO()
    highlighted(picture, boxes).save(file, "PNG")
    return packed(PageImage(file.getvalue(), picture.width, picture.height, boxes))


def _draw(data: bytes, name: str, request: DrawRequest) -> tuple[Image.Image, tuple[PageBox, ...]]:
    if is_pdf(data):
        return draw_pdf(data, name, request)
    return draw_picture(data, name, request)


if __name__ == "__main__":
    serve(draw)
