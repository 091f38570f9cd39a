"""The process that draws: `python -m ragapp.pages.child LIMITS`; its parent alone tells it what to do."""

from __future__ import annotations

import io
import json

from PIL import Image

from ragapp.errors import ParseError
from ragapp.pages.formats import is_pdf
from ragapp.pages.marking import marked
from ragapp.pages.pdf import draw_pdf
from ragapp.pages.picture import draw_picture
from ragapp.pages.wishes import Wish, packed
from ragapp.sandbox.child import serve
from ragapp.sandbox.orders import Order
from ragapp.types import PageBox, PageImage


def draw(data: bytes, order: Order) -> bytes:
    """Raises ParseError."""
    wish = Wish(**json.loads(order.wish))
    try:
        picture, boxes = _drawn(data, order.name, wish)
    except LookupError as error:
        raise ParseError(
            f"The file {order.name} has no page {wish.page} to draw. Its text can be read all the same."
        ) from error
    file = io.BytesIO()
    marked(picture, boxes).save(file, "PNG")
    return packed(PageImage(file.getvalue(), picture.width, picture.height, boxes))


def _drawn(data: bytes, name: str, wish: Wish) -> tuple[Image.Image, tuple[PageBox, ...]]:
    if is_pdf(data):
        return draw_pdf(data, name, wish)
    return draw_picture(data, name, wish)


if __name__ == "__main__":
    serve(draw)
