"""Shows the image of a page with the cited text outlined."""

from __future__ import annotations

from base64 import b64encode

from ragapp.types import DocumentPage, PageBox, PageImage
from ui.escape import html_text


def picture_html(page: DocumentPage, image: PageImage) -> str:
    """HTML of the image of a page. The image is embedded, so that nothing has to be loaded.

    The cited text is highlighted in the image itself; the viewer scrolls to the outlines.
    """
    source = b64encode(image.png).decode()
    about = html_text(f"Page {page.page} of {page.name}")
    return (
        f'<div class="ragapp-page" style="aspect-ratio: {image.width} / {image.height}">'
        f'<img alt="{about}" src="data:image/png;base64,{source}">'
        f"{''.join(map(_box_html, image.boxes))}</div>"
    )


def _box_html(box: PageBox) -> str:
    place = f"left:{box.left:.4%};top:{box.top:.4%};width:{box.width:.4%};height:{box.height:.4%}"
    return f'<span class="ragapp-box" style="{place}"></span>'
