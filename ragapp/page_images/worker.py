"""The process that draws pages: `python -m ragapp.page_images.worker LIMITS`, started by its parent."""

from __future__ import annotations

import io
import json

from PIL import Image

from ragapp.errors import ParseError
from ragapp.page_images.formats import is_pdf
from ragapp.page_images.highlight import marked
from ragapp.page_images.messages import DrawRequest, packed
from ragapp.page_images.pdf import draw_pdf
from ragapp.page_images.picture import draw_picture
from ragapp.sandbox.child import serve
from ragapp.sandbox.messages import SandboxRequest
from ragapp.types import PageBox, PageImage


def draw(data: bytes, order: SandboxRequest) -> bytes:
    """Raises ParseError."""
    wish = DrawRequest(**json.loads(order.wish))
    try:
        picture, boxes = _drawn(data, order.name, wish)
    except LookupError as error:
        raise ParseError(
            f"The file {order.name} has no page {wish.page} to draw. Its text can be read all the same."
        ) from error
    file = io.BytesIO()
    marked(picture, boxes).save(file, "PNG")
    return packed(PageImage(file.getvalue(), picture.width, picture.height, boxes))


def _drawn(data: bytes, name: str, wish: DrawRequest) -> tuple[Image.Image, tuple[PageBox, ...]]:
    if is_pdf(data):
        return draw_pdf(data, name, wish)
    return draw_picture(data, name, wish)


if __name__ == "__main__":
    serve(draw)
