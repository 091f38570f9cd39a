"""A picture, or one frame of a picture that has several pages."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from ragapp.errors import ParseError
from ragapp.page_images.messages import DrawRequest
from ragapp.page_images.pdf import LONGEST, WIDTH
from ragapp.page_images.scans import scanned_boxes
from ragapp.types import PageBox


def draw_picture(data: bytes, name: str, wish: DrawRequest) -> tuple[Image.Image, tuple[PageBox, ...]]:
    """Turned upright, and where the wanted words stand.

    Raises ParseError when it is damaged, LookupError when it has no such page.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.seek(wish.page - 1)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except EOFError as error:
        raise LookupError(wish.page) from error
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ParseError(
            f"{name} cannot be drawn ({error}). It is damaged: open it in its own program and save it anew."
        ) from error
    boxes = scanned_boxes(upright, wish)
    upright.thumbnail((WIDTH, LONGEST))
    return upright, boxes
